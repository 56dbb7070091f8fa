"""The files that make act play one job alone: the jobs before it are stubs that give back what they gave."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .workflow_file import Workflow, ancestors, needs_of

CALLER, CALLED = "box.yml", "box-called.yml"
PROBE = "box-probe"
FENCE = "box-fence-6a1f"
DROPPED = {"concurrency", "permissions", "environment"}


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a job ended, as the jobs that need it see it."""

    result: str
    outputs: Mapping[str, str] = field(default_factory=dict)


Known = Mapping[str, Result]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One job to be played: of the workflow itself, or of one that its job `key` calls."""

    workflow: Workflow
    key: str
    called: Workflow | None = None
    inner: str | None = None

    @property
    def id(self) -> str:
        """What its result is known by."""
        return f"{self.key}/{self.inner}" if self.inner else self.key

    @property
    def caller_job(self) -> dict[str, Any]:
        """The job of the workflow itself."""
        return self.workflow.jobs[self.key]

    @property
    def job(self) -> dict[str, Any]:
        """The job that has the steps; of a call as such: the calling one."""
        return self.called.jobs[self.inner] if self.called and self.inner else self.caller_job


def write_script(folder: Path, part: Part, known: Known, event: str) -> None:
    """Writes the workflow files of a folder in which act is to run."""
    place = folder / ".github" / "workflows"
    place.mkdir(parents=True)
    jobs: dict[str, Any] = {
        key: stub(folder, key, part.workflow.jobs[key], known[key])
        for key in ancestors(part.workflow.jobs, part.key)
    }
    if part.called:
        jobs[part.key] = call(part)
        called = script_of_called(folder, part, known)
        (place / CALLED).write_text(json.dumps(called))
    else:
        jobs[part.key] = trimmed(part.caller_job)
    jobs[PROBE] = probe(part.key, folder / "outer.json")
    head = kept(part.workflow.document, name=part.workflow.name)
    on = part.workflow.on.get(event) if event == "workflow_dispatch" else None
    (place / CALLER).write_text(json.dumps({**head, "on": {event: on}, "jobs": jobs}))


def script_of_called(folder: Path, part: Part, known: Known) -> dict[str, Any]:
    """The called workflow: one job of it, or for its outputs none but stubs."""
    assert part.called
    mine = {key.partition("/")[2]: result for key, result in known.items() if key.startswith(f"{part.key}/")}
    keys = list(part.called.jobs) if part.inner is None else ancestors(part.called.jobs, part.inner)
    jobs: dict[str, Any] = {
        key: stub(folder, f"{part.key}-{key}", part.called.jobs[key], mine[key]) for key in keys
    }
    interface = dict(part.called.on.get("workflow_call") or {})
    if part.inner is not None:
        interface.pop("outputs", None)
        jobs[part.inner] = trimmed(part.job)
        jobs[PROBE] = probe(part.inner, folder / "inner.json")
    head = kept(part.called.document, name=part.workflow.name)
    return {**head, "on": {"workflow_call": interface or None}, "jobs": jobs}


def kept(document: Mapping[str, Any], *, name: str) -> dict[str, Any]:
    """The head of a workflow without what act refuses or cannot do; a called one has its caller's name."""
    return {"name": name, **{key: document[key] for key in ("env", "defaults") if key in document}}


def trimmed(job: Mapping[str, Any]) -> dict[str, Any]:
    """A job without what act cannot do; a step without a name is called by its script, values filled in."""
    steps = [{key: value for key, value in step.items() if key != "name"} for step in job.get("steps") or []]
    return {**{key: value for key, value in job.items() if key not in DROPPED}, "steps": steps}


def call(part: Part) -> dict[str, Any]:
    """The calling job, which calls the file beside it."""
    words = {key: value for key, value in part.caller_job.items() if key not in DROPPED}
    return {**words, "uses": f"./.github/workflows/{CALLED}"}


def stub(folder: Path, name: str, job: Mapping[str, Any], known: Result) -> dict[str, Any]:
    """A job that ends as the real one did, and gives out what it gave."""
    given = folder / f"outputs-{name}"
    rows = (f"{key}<<{FENCE}\n{value}\n{FENCE}\n" for key, value in known.outputs.items())
    given.write_text("".join(rows))
    failed = known.result not in {"success", "skipped"}
    script = f'cat "{given}" >> "$GITHUB_OUTPUT"'
    return {
        "runs-on": "ubuntu-latest",
        "needs": needs_of(job),
        "if": known.result != "skipped" and "always()",
        "outputs": {key: f"${{{{ steps.box.outputs.{key} }}}}" for key in known.outputs},
        "steps": [{"id": "box", "run": script}, *([{"run": "exit 1"}] if failed else [])],
    }


def probe(key: str, to: Path) -> dict[str, Any]:
    """A job that writes down how another one ended."""
    # Not by a variable: one holds less than an output may.
    script = f"cat > '{to}' << '{FENCE}'\n${{{{ toJSON(needs) }}}}\n{FENCE}\n"
    return {"runs-on": "ubuntu-latest", "needs": [key], "if": "always()", "steps": [{"run": script}]}


def read_probe(at: Path, key: str) -> Result | None:
    """What a probe wrote down."""
    if not at.is_file():
        return None
    found = json.loads(at.read_text())[key]
    outputs = {name: str(value) for name, value in (found.get("outputs") or {}).items()}
    return Result(result=found["result"], outputs=outputs)


def labels_of(part: Part, more: Sequence[str]) -> list[str]:
    """Every label on which the job may ask to run; act skips a job silently whose label it does not know."""
    found = {
        "ubuntu-latest",
        "ubuntu-24.04",
        "ubuntu-22.04",
        "macos-latest",
        "windows-latest",
        "self-hosted",
        *more,
    }
    asked = part.job.get("runs-on")
    texts: list[Any] = [asked, part.job.get("strategy")]
    while texts:
        value = texts.pop()
        if isinstance(value, Mapping):
            texts += value.values()
        elif isinstance(value, list):
            texts += value
        elif isinstance(value, str) and "${{" not in value:
            found.add(value)
    return sorted(found)
