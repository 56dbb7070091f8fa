"""`retry-command`: the command that failed runs again, after the wait and whatever else the plan does."""

from __future__ import annotations

from remediate.model.outcome import Done, StepResult
from remediate.model.plan import Step
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.recovery.strategies.telling import spelled
from remediate.recovery.strategy import Site

_NAME = "retry-command"


class RetryCommand:
    """Has no effect of its own: whoever runs the command runs it again, and looks at its exit status.

    So it neither claims that the command went well nor has anything to take back.
    """

    name = _NAME

    def preview(self, step: Step, site: Site) -> Offer:
        if not site.subject.command:
            return Unfit(strategy=_NAME, reason="no single command failed, so there is none to run again")
        command = spelled(site.subject.command, site)
        change = Change(verb="run", what=command, detail="again, its exit status decides")
        return Preview(strategy=_NAME, target=command, changes=(change,), risk="low")

    def apply(self, step: Step, site: Site) -> StepResult:
        return Done(strategy=_NAME, summary="the command is to run again")

    def verify(self, step: Step, site: Site) -> StepResult:
        return Done(strategy=_NAME, summary="nothing to see yet: the exit status of the next try decides")

    def undo(self, step: Step, site: Site) -> StepResult:
        return Done(strategy=_NAME, summary="there was nothing to undo: the command had not run again")
