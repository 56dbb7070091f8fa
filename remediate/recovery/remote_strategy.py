"""What every strategy is that acts on a platform: the same four verbs, about a run that failed there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec

from remediate.model.case import Case, Deed
from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.policy import Policy
from remediate.model.preview import Offer
from remediate.ports import Clock, Forge, Git, Platform, Web


class Waiting(msgspec.Struct, frozen=True, kw_only=True, tag="waiting"):
    """The effect cannot be judged yet; `due` is when to look again."""

    strategy: str
    reason: str
    due: float = 0.0


Seen = Done | Failed | Waiting


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where it takes place: the case with its run and its diagnosis, and the doors.

    `folder` is an empty one of this step alone. `repaired` is a folder in which a step without any token has
    left what it repaired, where there was such a step. `git` may read and push; `address` is what it clones,
    without credentials.
    """

    case: Case
    policy: Policy
    platform: Platform
    forge: Forge
    web: Web
    clock: Clock
    folder: Path
    default_branch: str
    repaired: Path | None = None
    git: Git | None = None
    address: str = ""


Note = Callable[[dict[str, str]], None]


class RemoteStrategy(Protocol):
    """A way to put a failed run right from outside."""

    name: str

    def preview(self, step: Step, place: Place) -> Offer:
        """What `apply` would do; only reads."""

    def apply(self, step: Step, place: Place, deed: Deed, note: Note) -> StepResult:
        """The effect. Called again after a kill: it looks first, and finishes what it finds half done.

        `note` writes into the deed's trace, durably, before it returns: what `look` and `undo` need is noted
        before the effect that it belongs to.
        """

    def look(self, step: Step, place: Place, deed: Deed) -> Seen:
        """Whether the original failure is gone, as far as this step is to heal it."""

    def undo(self, step: Step, place: Place, deed: Deed) -> StepResult:
        """Takes the effect back; asked again, it finds nothing more to do."""
