"""How a step and how a whole recovery ended: one type for each end."""

from __future__ import annotations

import msgspec

from remediate.model.plan import Escalation, Refusal
from remediate.model.preview import Change


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """The step had its effect, or was verified, or was undone: what was seen to say so.

    `environment` is set for the command's next try alone; no secret may be in it.
    """

    strategy: str
    summary: str
    changes: tuple[Change, ...] = ()
    environment: dict[str, str] = {}


class Failed(msgspec.Struct, frozen=True, kw_only=True, tag="failed"):
    """The step did not do what it should; `evidence` is what the tool said, without secrets."""

    strategy: str
    reason: str
    evidence: str = ""


StepResult = Done | Failed


class Recovered(msgspec.Struct, frozen=True, kw_only=True, tag="recovered"):
    """Every step was done and verified; the original failure is looked at by whoever asked for it."""

    results: tuple[Done, ...]


class RolledBack(msgspec.Struct, frozen=True, kw_only=True, tag="rolled-back"):
    """A step failed and everything that was done is undone."""

    failure: Failed
    undone: tuple[str, ...] = ()


class RollbackFailed(msgspec.Struct, frozen=True, kw_only=True, tag="rollback-failed"):
    """A step failed and not everything could be undone: `remains` says exactly what was not."""

    failure: Failed
    undone: tuple[str, ...]
    remains: tuple[str, ...]


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True, tag="rehearsed"):
    """A dry run: nothing was done."""


Outcome = Recovered | RolledBack | RollbackFailed | Rehearsed
Ending = Recovered | RolledBack | RollbackFailed | Rehearsed | Refusal | Escalation
