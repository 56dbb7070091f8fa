"""Whether the workflow that calls Remediate is there, on, and allowed to do its work."""

from __future__ import annotations

import calendar
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from remediate.model.policy import DAY
from remediate.stages.adopting.files import PERMISSIONS, REPOSITORY, WORKFLOW
from remediate.stages.examination.examination import Finding, Patient, Sight, good, read, remark, trouble

if TYPE_CHECKING:
    import yaml

# Schedules of public repositories end after 60 days without a commit.
_QUIET_DAYS = 60
_WARN_DAYS = 45
_LEVELS = {"none": 0, "read": 1, "write": 2}
_WAYS_ON = {
    "disabled_inactivity": "GitHub switched it off after 60 days without a commit",
    "disabled_manually": "somebody switched it off",
    "disabled_fork": "it is off because this is a fork",
}


class _Workflow(msgspec.Struct):
    state: str = ""
    path: str = ""


class _File(msgspec.Struct):
    content: str = ""
    encoding: str = ""


def check_workflow(patient: Patient) -> Iterator[Finding]:
    """As GitHub knows it: it looks for schedules and `workflow_run` on the default branch alone."""
    name = WORKFLOW.rpartition("/")[2]
    found = read(patient.inspector.look(f"/actions/workflows/{name}"), _Workflow)
    if found is None:
        yield _not_there()
        return
    file = patient.inspector.look(f"/contents/{WORKFLOW}")
    if file.status == 404:
        yield _not_there()
        return
    if found.state != "active":
        why = _WAYS_ON.get(found.state, f"its state is {found.state}")
        yield trouble(
            "workflow", f"{WORKFLOW} does not run: {why}", f"Switch it on: gh workflow enable {name}"
        )
    else:
        yield good("workflow", f"{WORKFLOW} is on")
    yield from _granted(file)
    yield from _activity(patient)


def _not_there() -> Finding:
    """GitHub keeps a workflow in its list that once ran from a branch."""
    return trouble(
        "workflow",
        f"there is no {WORKFLOW} on the default branch",
        "Write it with `remediate init` and commit it to the default branch.",
    )


def missing(text: bytes) -> tuple[str, ...] | None:
    """The permissions that its job lacks, as lines of `permissions:`; None where no job of it calls us."""
    import yaml  # noqa: PLC0415 - slow to import

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    jobs = _entries(_entries(root).get("jobs"))
    for job in jobs.values():
        entries = _entries(job)
        if not _calls_us(entries):
            continue
        granted = entries.get("permissions") or _entries(root).get("permissions")
        return tuple(
            f"{name}: {level}"
            for name, (level, _) in PERMISSIONS.items()
            if _level(granted, name) < _LEVELS[level]
        )
    return None


def _granted(told: Sight) -> Iterator[Finding]:
    file = read(told, _File)
    if file is None or file.encoding != "base64":
        return
    import base64  # noqa: PLC0415

    try:
        lacking = missing(base64.b64decode(file.content))
    except ValueError:
        return
    if lacking is None:
        yield remark("workflow-permissions", f"no job of {WORKFLOW} calls {REPOSITORY}: it is not looked at")
    elif lacking:
        yield trouble(
            "workflow-permissions",
            f"the job in {WORKFLOW} is not given {', '.join(lacking)}: GitHub will not start it",
            "Add these lines to its `permissions:`, or renew the file with `remediate init --force`.",
        )
    else:
        yield good("workflow-permissions", f"the job in {WORKFLOW} is given all that it needs")


def _activity(patient: Patient) -> Iterator[Finding]:
    if not patient.public or not patient.active:
        return
    try:
        pushed = calendar.timegm(time.strptime(patient.active, "%Y-%m-%dT%H:%M:%SZ"))
    except ValueError:
        return
    days = int((patient.now - pushed) / DAY)
    if days >= _WARN_DAYS:
        yield remark(
            "schedule",
            f"the last push was {days} days ago: GitHub switches schedules off after {_QUIET_DAYS}",
            "Any commit begins the time anew; afterwards `gh workflow enable remediate.yml` does.",
        )


def _calls_us(job: dict[str, yaml.Node]) -> bool:
    uses = [job.get("uses"), *(_entries(step).get("uses") for step in getattr(job.get("steps"), "value", ()))]
    named = [str(getattr(node, "value", "")) for node in uses if node is not None]
    return any(name.startswith((f"{REPOSITORY}/", f"{REPOSITORY}@")) for name in named)


def _entries(node: yaml.Node | None) -> dict[str, yaml.Node]:
    import yaml  # noqa: PLC0415

    if not isinstance(node, yaml.MappingNode):
        return {}
    return {str(key.value): value for key, value in node.value}


def _level(granted: yaml.Node | None, name: str) -> int:
    """What is not named is not given; a word gives everything."""
    word = str(getattr(granted, "value", ""))
    if word in ("write-all", "read-all"):
        return _LEVELS[word.partition("-")[0]]
    value = _entries(granted).get(name)
    return _LEVELS.get(str(getattr(value, "value", "none")), 0)
