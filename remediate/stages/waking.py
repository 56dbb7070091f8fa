"""Which open cases there is something to do about: it is time, or what they wait for has come before that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from remediate.model.actions import WorkflowRun
from remediate.model.case import Case
from remediate.model.policy import Policy
from remediate.model.stage import Word
from remediate.safety.circuit import Permit
from remediate.stages.bidding import bid_of
from remediate.state import circuits
from remediate.state.approvals import Approvals, approval_of

# Where repairs are pushed; a run there may prove one.
OUR_BRANCHES = "remediate/"


class Ended(msgspec.Struct, frozen=True):
    """The run whose end started us, as the event has it."""

    id: int
    head_branch: str = ""
    conclusion: str | None = None


class Signs(msgspec.Struct, frozen=True, kw_only=True):
    """What may have come: `failed` gives the latest failed attempt of each run."""

    ended: Ended | None
    failed: Mapping[int, WorkflowRun]
    words: tuple[Word, ...]
    approvals: Approvals
    circuits: circuits.Circuits
    policy: Policy


def due(cases: Iterable[Case], signs: Signs, now: float) -> Iterator[Case]:
    """A case in the hands of another is left to it until its claim has lapsed."""
    for case in cases:
        held = case.claimed > now and case.phase in ("acting", "found")
        if not held and (case.due <= now or _wakes(case, signs, now)):
            yield case


def _wakes(case: Case, signs: Signs, now: float) -> bool:
    if case.phase in ("proving", "watching"):
        return _moved_on(case, signs)
    return _allowed(case, signs) or _let_through(case, signs, now)


def _moved_on(case: Case, signs: Signs) -> bool:
    """Whether the run that has ended may be the proof, or a new attempt failed: that settles this one."""
    later = signs.failed.get(case.run.id)
    if later is not None and later.attempt > case.run.attempt:
        return True
    if signs.ended is None or case.phase != "proving":
        return False
    return signs.ended.id == case.run.id or signs.ended.head_branch.startswith(OUR_BRANCHES)


def _allowed(case: Case, signs: Signs) -> bool:
    """Whether somebody has approved its plan, in a comment or by command."""
    if case.phase != "approval" or case.plan is None:
        return False
    spoken = any(word.heard and word.what == case.plan.hash for word in signs.words)
    return spoken or approval_of(signs.approvals, case.plan) is not None


def _let_through(case: Case, signs: Signs, now: float) -> bool:
    """Whether the circuit that holds it was reset, or closed before it would have opened by itself."""
    if case.gate != "circuit":
        return False
    if any(word.heard and word.verb == "reset" for word in signs.words):
        return True
    _, verdict = circuits.begin(signs.circuits, bid_of(case, signs.policy), signs.policy, now)
    return isinstance(verdict, Permit)
