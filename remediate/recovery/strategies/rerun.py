"""`rerun`: the failed jobs of a run, and what depends on them, run again as a new attempt."""

from __future__ import annotations

from remediate.model.actions import WorkflowRun
from remediate.model.case import Deed
from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.policy import DAY
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.recovery.remote_strategy import Note, Place, Seen, Waiting
from remediate.recovery.remote_telling import run_shown, shown

_NAME = "rerun"
# GitHub re-runs nothing that is older, and no run more often.
OLDEST = 30 * DAY
MOST_ATTEMPTS = 50
_LOOK_AGAIN = 60.0


class Rerun:
    """Begins one attempt after the one that failed; any later attempt means that this is done."""

    name = _NAME

    def preview(self, step: Step, place: Place) -> Offer:
        run = place.case.run
        latest = place.platform.run(run.id)
        reason = _obstacle(latest, place) or (_begun(latest, run) if latest else "")
        if reason:
            return Unfit(strategy=_NAME, reason=reason)
        minutes = max(0.0, run.updated - run.started) / 60
        change = Change(
            verb="request", what="a re-run of the failed jobs", detail=f"attempt {run.attempt + 1}"
        )
        return Preview(
            strategy=_NAME,
            target=run_shown(run),
            changes=(change,),
            seconds=5.0,
            cost=f"at most {minutes:.0f} minutes of runners, as the first time",
            risk="low",
            affected=(run_shown(run),),
        )

    def apply(self, step: Step, place: Place, deed: Deed, note: Note) -> StepResult:
        run = place.case.run
        latest = place.platform.run(run.id)
        if latest is not None and (begun := _begun(latest, run)):
            return Done(strategy=_NAME, summary=begun)
        obstacle = _obstacle(latest, place)
        if obstacle:
            return Failed(strategy=_NAME, reason=obstacle)
        refused = place.platform.rerun_failed(run)
        if not refused:
            return Done(strategy=_NAME, summary=f"attempt {run.attempt + 1} of run {run.id} was asked for")
        # What was read may have been old: one that was begun by us or by someone is what the refusal means.
        latest = place.platform.run(run.id)
        if latest is not None and (begun := _begun(latest, run)):
            return Done(strategy=_NAME, summary=begun)
        return Failed(strategy=_NAME, reason=f"the platform does not re-run it: {shown(refused)}")

    def look(self, step: Step, place: Place, deed: Deed) -> Seen:
        run = place.case.run
        number = run.attempt + 1
        attempt = place.platform.run(run.id, number)
        if attempt is not None and attempt.ended:
            return _judged(attempt)
        if attempt is None and place.platform.run(run.id) is None:
            return Failed(
                strategy=_NAME, reason=f"run {run.id} is gone, so nothing shows whether it is healed"
            )
        what = "has not begun" if attempt is None else f"is {shown(attempt.status)}"
        due = place.clock.now() + _LOOK_AGAIN
        return Waiting(strategy=_NAME, reason=f"attempt {number} of run {run.id} {what}", due=due)

    def undo(self, step: Step, place: Place, deed: Deed) -> StepResult:
        return Done(strategy=_NAME, summary="a re-run leaves nothing to undo")


def _begun(latest: WorkflowRun, run: WorkflowRun) -> str:
    if latest.attempt <= run.attempt:
        return ""
    return f"attempt {latest.attempt} of run {run.id} was begun already"


def _obstacle(latest: WorkflowRun | None, place: Place) -> str:
    """Why the platform must not be asked; an attempt that was begun already is not looked at here."""
    run, now = place.case.run, place.clock.now()
    if latest is None:
        return f"run {run.id} is gone"
    if latest.attempt == run.attempt and not latest.ended:
        return f"run {run.id} is still {shown(latest.status)}"
    # Negated, so that a time that is no number closes too.
    if not now - latest.created < OLDEST:
        return f"run {run.id} was created more than {OLDEST / DAY:.0f} days ago"
    if latest.attempt >= MOST_ATTEMPTS:
        return f"run {run.id} has had {latest.attempt} attempts, and {MOST_ATTEMPTS} is the most"
    return ""


def _judged(attempt: WorkflowRun) -> Seen:
    what = f"attempt {attempt.attempt} of run {attempt.id}"
    if attempt.conclusion == "success":
        return Done(strategy=_NAME, summary=f"{what} succeeded")
    if attempt.conclusion == "failure":
        return Failed(strategy=_NAME, reason=f"{what} failed again")
    return Failed(
        strategy=_NAME, reason=f"{what} ended as `{shown(attempt.conclusion)}`, which shows no healing"
    )
