"""A workflow file as GitHub reads it: what it listens to, its jobs, their permissions and their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from .patterns import fits, fits_any

DEFAULT_TYPES = {
    "pull_request": ("opened", "synchronize", "reopened"),
    "pull_request_target": ("opened", "synchronize", "reopened"),
}
SCOPES = [
    "actions",
    "attestations",
    "checks",
    "contents",
    "deployments",
    "discussions",
    "issues",
    "models",
    "packages",
    "pages",
    "pull_requests",
    "security_events",
    "statuses",
]


class _Loader(yaml.SafeLoader):
    """YAML 1.2's idea of plain words, as GitHub has it: `on` and `yes` are text, so are dates."""


_Loader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in rows
        if tag not in {"tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:merge"}
        or (tag.endswith("bool") and first in "tTfF")
    ]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class BadWorkflow(Exception):
    """GitHub would not run this file."""


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """One file; `on` is normalised to a mapping of events."""

    path: str
    document: dict[str, Any]

    @property
    def name(self) -> str:
        """What `workflow_run` knows it by: the path, where the file says none."""
        return str(self.document.get("name") or self.path)

    @property
    def on(self) -> dict[str, Any]:
        """Events and their filters."""
        on = self.document.get("on")
        if isinstance(on, str):
            return {on: {}}
        if isinstance(on, list):
            return {str(event): {} for event in on}
        return {str(event): filters or {} for event, filters in (on or {}).items()}

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        """The jobs by their keys."""
        return dict(self.document["jobs"])

    @property
    def crons(self) -> list[str]:
        """When it is scheduled."""
        return [str(row["cron"]) for row in self.on.get("schedule") or []]


def read_workflow(path: str, content: bytes, origin: str = "") -> Workflow:
    """Reads a file; raises `BadWorkflow` with the reason.

    `origin` is `owner/name@ref`, where the file comes from: `uses: $/…` means a path of just that commit.
    """
    try:
        document = yaml.load(content, Loader=_Loader)
    except yaml.YAMLError as error:
        raise BadWorkflow(f"Invalid workflow file: {path}: {error}") from None
    if not isinstance(document, dict) or not document.get("on"):
        raise BadWorkflow(f"Invalid workflow file: {path}: No event triggers defined in `on`")
    jobs = document.get("jobs")
    if not isinstance(jobs, dict) or not all(isinstance(job, dict) for job in jobs.values()):
        raise BadWorkflow(f"Invalid workflow file: {path}: No jobs were defined")
    for key, job in jobs.items():
        lost = [need for need in needs_of(job) if need not in jobs]
        if lost:
            raise BadWorkflow(
                f"Invalid workflow file: {path}: Job '{key}' depends on unknown job '{lost[0]}'."
            )
    group = document.get("concurrency")
    if isinstance(group, dict) and group.get("queue") == "max" and group.get("cancel-in-progress") is True:
        raise BadWorkflow(f"Invalid workflow file: {path}: `queue: max` cancels nothing")
    return Workflow(path=path, document=at_origin(document, origin))


def at_origin(value: Any, origin: str) -> Any:
    """The document with each `uses: $/…` written out, which act does not know."""
    if isinstance(value, list):
        return [at_origin(held, origin) for held in value]
    if not isinstance(value, Mapping):
        return value
    made = {key: at_origin(held, origin) for key, held in value.items()}
    if isinstance(made.get("uses"), str) and made["uses"].startswith("$/"):
        name, _, ref = origin.partition("@")
        made["uses"] = f"{name}/{made['uses'].removeprefix('$/')}@{ref}"
    return made


def needs_of(job: Mapping[str, Any]) -> list[str]:
    """The keys of the jobs that a job needs."""
    needs = job.get("needs") or []
    return [needs] if isinstance(needs, str) else [str(need) for need in needs]


def ancestors(jobs: Mapping[str, Mapping[str, Any]], key: str) -> list[str]:
    """All that must have ended before a job, in the order of the file."""
    found: set[str] = set()
    waiting = needs_of(jobs[key])
    while waiting:
        need = waiting.pop()
        if need not in found:
            found.add(need)
            waiting += needs_of(jobs[need])
    return [name for name in jobs if name in found]


def in_order(jobs: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The jobs, none before those that it needs."""
    done: list[str] = []
    while len(done) < len(jobs):
        ready = [key for key in jobs if key not in done and set(needs_of(jobs[key])) <= set(done)]
        if not ready:
            raise BadWorkflow("The workflow must contain at least one job with no dependencies.")
        done.append(ready[0])
    return done


def listens(workflow: Workflow, event: str, facts: Mapping[str, Any]) -> bool:
    """Whether an event starts the workflow.

    `facts`: action, ref (of a push), branch (a pull request's base, a run's head), name (of the run's
    workflow), paths.
    """
    if event not in workflow.on:
        return False
    filters = workflow.on[event]
    if not isinstance(filters, Mapping):
        return True
    types = filters.get("types") or DEFAULT_TYPES.get(event)
    if isinstance(types, str):
        types = [types]
    if types and facts.get("action") is not None and facts["action"] not in types:
        return False
    names = filters.get("workflows")
    if event == "workflow_run" and not fits_any(
        [names] if isinstance(names, str) else names or [], facts["name"]
    ):
        return False
    return _branch_fits(filters, event, facts) and _paths_fit(filters, facts.get("paths"))


def _branch_fits(filters: Mapping[str, Any], event: str, facts: Mapping[str, Any]) -> bool:
    ref = str(facts.get("ref", ""))
    if event == "push" and ref.startswith("refs/tags/"):
        limited = "branches" in filters or "branches-ignore" in filters
        return fits(filters, "tags", ref.removeprefix("refs/tags/"), absent=not limited)
    if event == "push":
        limited = "tags" in filters or "tags-ignore" in filters
        return fits(filters, "branches", ref.removeprefix("refs/heads/"), absent=not limited)
    branch = facts.get("branch")
    return branch is None or fits(filters, "branches", str(branch), absent=True)


def _paths_fit(filters: Mapping[str, Any], paths: list[str] | None) -> bool:
    if paths is None or not ("paths" in filters or "paths-ignore" in filters):
        return True
    if "paths" in filters:
        return any(fits(filters, "paths", path, absent=True) for path in paths)
    return any(fits(filters, "paths", path, absent=True) for path in paths)


def permissions_of(
    workflow: Mapping[str, Any], job: Mapping[str, Any], default: Mapping[str, str]
) -> dict[str, str]:
    """What the job's token may: the job's own words, else the workflow's, else the repository's setting."""
    said = job["permissions"] if "permissions" in job else workflow.get("permissions")
    if "permissions" not in job and "permissions" not in workflow:
        return dict(default)
    if said in {"read-all", "write-all"} if isinstance(said, str) else False:
        return dict.fromkeys(SCOPES, str(said).removesuffix("-all"))
    return {str(key).replace("-", "_"): str(level) for key, level in (said or {}).items()}


def legs(matrix: Any) -> Iterator[dict[str, Any]]:
    """The combinations of a matrix that stands in the file; one that is worked out gives none."""
    if not isinstance(matrix, Mapping):
        return
    axes = {key: values for key, values in matrix.items() if key not in {"include", "exclude"}}
    if not all(isinstance(values, list) for values in axes.values()):
        return
    rows: list[dict[str, Any]] = [{}] if axes else []
    for key, values in axes.items():
        rows = [{**row, key: value} for row in rows for value in values]
    for out in matrix.get("exclude") or []:
        rows = [row for row in rows if any(row.get(key) != value for key, value in out.items())]
    yield from rows
    for extra in matrix.get("include") or []:
        if not any(
            all(row.get(key, value) == value for key, value in extra.items() if key in axes) for row in rows
        ):
            yield dict(extra)


def shown(matrix: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """What GitHub puts behind the name of a job for one combination."""
    order = (
        [key for key in matrix if key not in {"include", "exclude"}] if isinstance(matrix, Mapping) else []
    )
    keys = [key for key in order if key in values] + [key for key in values if key not in order]
    return f" ({', '.join(str(values[key]) for key in keys)})" if keys else ""
