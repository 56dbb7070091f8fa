"""A failed run on its way from being found to its end, which is always one of five."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from remediate.model.actions import WorkflowRun
from remediate.model.diagnosis import Diagnosis
from remediate.model.outcome import StepResult
from remediate.model.plan import Plan

Standing = Literal["healed", "pending", "escalated", "refused", "ignored"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)

# What a pending case waits for.
Phase = Literal[
    "found",  # to be decided on
    "waiting",  # for `due`: a backoff, a rate limit, a log that is not there yet
    "approval",  # for a person's word on its plan
    "acting",  # an effect was begun: whoever comes next finishes it
    "proving",  # for the new attempt, or the pull request's run
    "watching",  # it looks healed; the health check is still to come
    "closed",
]


class Restored(msgspec.Struct, frozen=True, kw_only=True):
    """A cache that the job restored, as its log tells; `exact` when it had the very key asked for."""

    key: str
    asked: str = ""
    exact: bool = True
    line: int = 0


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """The journal of one step: when it was begun, and its result once there is one.

    `trace` is what is needed to look for the effect, to prove it and to undo it: an attempt's number, a
    branch, a former value.
    """

    step: int
    strategy: str
    begun: float
    trace: dict[str, str] = {}
    result: StepResult | None = None
    undone: StepResult | None = None


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A failed attempt of a run.

    `trusted` is false for the code of a fork; `pull` is 0 where none belongs to it. `owner` has claimed it
    until `claimed`; `due` is when there is something to do at the earliest. `revision` counts how often it
    was kept: who would keep an older one has not seen what happened since. `moot`: its end says nothing of
    its recovery, for another failure came instead, or the run is gone.
    """

    run: WorkflowRun
    trusted: bool
    pull: int = 0
    standing: Standing = "pending"
    phase: Phase = "found"
    reason: str = ""
    gate: str = ""
    found: float = 0.0
    due: float = 0.0
    closed: float = 0.0
    owner: str = ""
    claimed: float = 0.0
    diagnosis: Diagnosis | None = None
    plan: Plan | None = None
    deeds: tuple[Deed, ...] = ()
    restored: tuple[Restored, ...] = ()
    snapshot: str = ""
    revision: int = 0
    moot: bool = False

    @property
    def key(self) -> str:
        """Names the attempt that failed."""
        return self.run.key

    @property
    def open(self) -> bool:
        """Whether something is still to be done about it."""
        return self.phase != "closed"

    @property
    def signature(self) -> str:
        """Of its failure; empty where that is not known."""
        return (self.diagnosis.signature if self.diagnosis else None) or ""


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """What stays of a case when it is closed: how it ended, and why."""

    key: str
    standing: Standing
    reason: str
    at: float
    workflow: str = ""
    branch: str = ""
    cause: str = ""
    signature: str = ""
