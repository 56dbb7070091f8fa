"""A strategy that acts on a platform, named by a tree where there is none: it does not fit, and says so."""

from __future__ import annotations

from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.preview import Offer, Unfit
from remediate.recovery.strategy import Site

_REASON = "it acts on a run of a platform, and here a command runs; a tree asks which it is by the fact `run`"


class Elsewhere:
    """Stands in for any of them."""

    def __init__(self, name: str) -> None:
        self.name = name

    def preview(self, step: Step, site: Site) -> Offer:
        return Unfit(strategy=self.name, reason=_REASON)

    def apply(self, step: Step, site: Site) -> StepResult:
        return Failed(strategy=self.name, reason=_REASON)

    def verify(self, step: Step, site: Site) -> StepResult:
        return Failed(strategy=self.name, reason=_REASON)

    def undo(self, step: Step, site: Site) -> StepResult:
        return Done(strategy=self.name, summary="it had done nothing")
