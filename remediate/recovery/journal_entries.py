"""The lines of a journal, and the story that they tell when read in order."""

from __future__ import annotations

import msgspec

from remediate.model.diagnosis import Diagnosis
from remediate.model.outcome import Done, Failed, Recovered, RollbackFailed, RolledBack, StepResult
from remediate.model.plan import Plan

SCHEMA = "remediate/journal/1"


class Began(msgspec.Struct, frozen=True, kw_only=True, tag="began"):
    """What is planned where; `touches` are the paths of each step."""

    schema: str = SCHEMA
    plan: Plan
    diagnosis: Diagnosis
    root: str
    touches: tuple[tuple[str, ...], ...]
    at: float


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, tag="snapshot"):
    """The backup is on the disk; `before` are the fingerprints of its paths."""

    backup: str
    before: dict[str, str]


class Intent(msgspec.Struct, frozen=True, kw_only=True, tag="intent"):
    """The step's effect may be there from here on."""

    step: int


class Result(msgspec.Struct, frozen=True, kw_only=True, tag="result"):
    """What the step did; `left` are the fingerprints of its paths behind it."""

    step: int
    result: StepResult
    left: dict[str, str]


class Verified(msgspec.Struct, frozen=True, kw_only=True, tag="verified"):
    """What was seen of the step's effect."""

    step: int
    result: StepResult


class Failing(msgspec.Struct, frozen=True, kw_only=True, tag="failing"):
    """The recovery is being undone, for this reason."""

    failure: Failed


class Undoing(msgspec.Struct, frozen=True, kw_only=True, tag="undoing"):
    """The step may be undone from here on."""

    step: int


class Undone(msgspec.Struct, frozen=True, kw_only=True, tag="undone"):
    """How the undoing of the step ended."""

    step: int
    result: StepResult


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """Nothing more happens."""

    outcome: Recovered | RolledBack | RollbackFailed
    at: float


Entry = Began | Snapshot | Intent | Result | Verified | Failing | Undoing | Undone | Ended


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """What a journal says so far."""

    began: Began | None = None
    backup: str = ""
    before: dict[str, str] = {}
    intents: tuple[int, ...] = ()
    results: dict[int, StepResult] = {}
    left: dict[str, str] = {}
    verified: dict[int, StepResult] = {}
    failing: Failed | None = None
    undoing: frozenset[int] = frozenset()
    undone: dict[int, StepResult] = {}
    ended: Ended | None = None

    @property
    def verified_all(self) -> bool:
        """Whether every step was done and seen to be right."""
        steps = range(len(self.began.plan.steps)) if self.began else ()
        return all(isinstance(self.verified.get(step), Done) for step in steps)


def told(story: Story, entry: Entry) -> Story:
    """The story with one more entry; raises ValueError for one that cannot stand there."""
    if isinstance(entry, Began) == (story.began is not None) or story.ended is not None:
        raise ValueError(f"`{type(entry).__name__.lower()}` cannot stand there")
    match entry:
        case Began():
            if entry.schema != SCHEMA:
                raise ValueError(f"it is of another schema, {entry.schema}")
            change: dict[str, object] = {"began": entry}
        case Snapshot():
            change = {"backup": entry.backup, "before": entry.before}
        case Failing():
            change = {"failing": entry.failure}
        case Ended():
            change = {"ended": entry}
        case _:
            change = _of_step(story, entry)
    return msgspec.structs.replace(story, **change)


def _of_step(story: Story, entry: Intent | Result | Verified | Undoing | Undone) -> dict[str, object]:
    match entry:
        case Intent():
            return {"intents": (*story.intents, entry.step)}
        case Result():
            return {
                "results": {**story.results, entry.step: entry.result},
                "left": {**story.left, **entry.left},
            }
        case Verified():
            return {"verified": {**story.verified, entry.step: entry.result}}
        case Undoing():
            return {"undoing": story.undoing | {entry.step}}
        case Undone():
            return {"undone": {**story.undone, entry.step: entry.result}}
