"""A workflow file as far as it tells what its jobs do: their steps, needs and environments."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from remediate.errors import ConfigProblem
from remediate.rules.place import Place, compose

_LARGEST = 1 << 20
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_SEEN_OF_A_NAME = 60


class PlannedStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step as the file has it."""

    name: str = ""
    uses: str = ""
    run: str = ""
    inputs: dict[str, str] = {}

    @property
    def label(self) -> str:
        """What the platform calls it; expressions are still in it."""
        if self.name:
            return self.name
        return f"Run {self.uses or (self.run.strip().splitlines() or [''])[0]}"

    @property
    def local(self) -> str:
        """The folder of this repository where its action is; empty where it is elsewhere."""
        return self.uses[2:].strip("/") if self.uses.startswith("./") else ""


class PlannedJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job as the file has it; `calls` is the workflow that it consists of."""

    id: str
    name: str = ""
    needs: tuple[str, ...] = ()
    environment: str = ""
    calls: str = ""
    steps: tuple[PlannedStep, ...] = ()


def read_workflow(text: bytes | None) -> tuple[PlannedJob, ...] | None:
    """Its jobs; None where it cannot be read."""
    root = _root(text)
    if root is None:
        return None
    try:
        jobs = dict(_items(root)).get("jobs")
        return tuple(_job(name, job) for name, job in _items(jobs)) if jobs is not None else None
    except ConfigProblem:
        return None


def read_action(text: bytes | None) -> tuple[PlannedStep, ...] | None:
    """The steps of a composite action, none of another kind of action; None where it cannot be read."""
    root = _root(text)
    if root is None:
        return None
    try:
        runs = dict(_items(root)).get("runs")
        parts = dict(_items(runs)) if runs is not None else {}
        return tuple(_step(entry) for entry in parts["steps"].entries()) if "steps" in parts else ()
    except ConfigProblem:
        return None


def fits(planned: str, recorded: str) -> bool:
    """Whether the platform's name may be this one, whose expressions it has filled in."""
    parts = [re.escape(part) for part in _EXPRESSION.split(planned.strip())]
    if re.fullmatch(".*".join(parts), recorded.strip(), re.DOTALL):
        return True
    # Long names are cut.
    return len(recorded) > _SEEN_OF_A_NAME and planned.startswith(recorded.strip(". …"))


def jobs_called(jobs: tuple[PlannedJob, ...], recorded: str) -> tuple[tuple[PlannedJob, str], ...]:
    """The jobs that the recorded one may be, each with the rest of its name: that of a called workflow's job.

    A matrix adds its values in brackets. A name without expressions that fits says which it is.
    """
    found = [(job, rest) for job in jobs for rest in _rests(job, recorded)]
    plain = [(job, rest) for job, rest in found if not _EXPRESSION.search(job.name)]
    return tuple(plain or found)


def _rests(job: PlannedJob, recorded: str) -> Iterator[str]:
    parts = recorded.split(" / ") if job.calls else [recorded]
    for count in range(1, len(parts) + 1):
        head, rest = " / ".join(parts[:count]), " / ".join(parts[count:])
        bare = re.sub(r" \([^()]*\)$", "", head)
        if any(fits(job.name or job.id, name) for name in (head, bare)):
            yield rest
            return


def _root(text: bytes | None) -> Place | None:
    if text is None or len(text) > _LARGEST:
        return None
    try:
        return compose(text, "workflow")
    except ConfigProblem:
        return None


def _items(place: Place) -> Iterator[tuple[str, Place]]:
    for key, _, value in place.items():
        yield key, value


def _job(name: str, place: Place) -> PlannedJob:
    parts = dict(_items(place))
    needs = parts["needs"].texts() if "needs" in parts else ()
    steps = parts["steps"].entries() if "steps" in parts else []
    return PlannedJob(
        id=name,
        name=_scalar(parts.get("name")),
        needs=needs,
        environment=_environment(parts.get("environment")),
        calls=_scalar(parts.get("uses")),
        steps=tuple(_step(entry) for entry in steps),
    )


def _environment(place: Place | None) -> str:
    if place is None:
        return ""
    try:
        return place.text() or "its environment"
    except ConfigProblem:
        return _scalar(dict(_items(place)).get("name")) or "its environment"


def _step(place: Place) -> PlannedStep:
    parts = dict(_items(place))
    given = _items(parts["with"]) if "with" in parts and not parts["with"].is_null() else ()
    return PlannedStep(
        name=_scalar(parts.get("name")),
        uses=_scalar(parts.get("uses")),
        run=_scalar(parts.get("run")),
        inputs={key.lower(): _scalar(value) for key, value in given},
    )


def _scalar(place: Place | None) -> str:
    if place is None or place.is_null():
        return ""
    return place.text()
