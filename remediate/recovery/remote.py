"""Carries a plan out on a platform: the case is kept around each effect, which is looked for first."""

from __future__ import annotations

import msgspec

from remediate.errors import ConfigProblem
from remediate.model.case import Case
from remediate.model.outcome import Done, Failed, Outcome, Recovered, RollbackFailed, RolledBack
from remediate.model.plan import Plan, Step
from remediate.model.preview import Offer, Unfit
from remediate.recovery.rehearsal import Rehearsal, rehearsal_of
from remediate.recovery.remote_course import UNDOING, Keep, Named, RemoteCourse, done_of, failure_of, fresh
from remediate.recovery.remote_snapshots import snapshot_name
from remediate.recovery.remote_strategy import Place, Seen, Waiting
from remediate.recovery.strategies.remote_registry import SNAPSHOT_FIRST, remote_strategy_named


class RemoteEngine:
    """`keep` makes a case durable before it returns; a process may die between any two calls.

    A dry one rehearses whatever it is asked to carry out: the one place where that is looked at.
    """

    def __init__(self, keep: Keep, named: Named = remote_strategy_named, *, dry_run: bool = False) -> None:
        self.dry_run = dry_run
        self._keep = keep
        self._named = named

    def preview(self, plan: Plan, place: Place) -> tuple[Offer, ...]:
        """What each step would do, in their order; only reads."""
        return tuple(self._offer(step, place) for step in plan.steps)

    def rehearse(self, plan: Plan, place: Place, offers: tuple[Offer, ...] | None = None) -> Rehearsal:
        """The plan as a report; nothing is changed."""
        return rehearsal_of(plan, self.preview(plan, place) if offers is None else offers)

    def carry_out(self, place: Place, offers: tuple[Offer, ...] | None = None) -> tuple[Case, Outcome]:
        """All steps of the case's plan, from where an earlier process left it; or none of them.

        `offers` are those of `preview` where it was asked already. Raises `Unreachable` where the platform
        cannot be reached: what was begun is finished by whoever asks next.
        """
        course = RemoteCourse(place, self._keep, self._named)
        if self.dry_run:
            return place.case, self.rehearse(course.plan, place, offers)
        failure = failure_of(place.case)
        if failure is not None:
            return self._back(course, failure)
        if not place.case.deeds:
            unfit = _unfit(self._foreseen(course.plan, place) if offers is None else offers)
            if unfit is not None:
                return place.case, RolledBack(failure=unfit)
        for number in range(len(course.plan.steps)):
            failed = _take(course, number, place)
            if failed is not None:
                return self._back(course, failed)
        course.turn("proving")
        return course.case, Recovered(results=done_of(course.case))

    def look(self, place: Place) -> tuple[Case, Seen]:
        """Whether the original failure is gone, as far as the steps were to heal it."""
        case = place.case
        failure = failure_of(case)
        if failure is not None:
            return case, failure
        plan = RemoteCourse(place, self._keep, self._named).plan
        done: list[Done] = []
        waiting: list[Waiting] = []
        for deed in case.deeds:
            with fresh(place) as there:
                seen = self._named(deed.strategy).look(plan.steps[deed.step], there, deed)
            match seen:
                case Failed():
                    return case, seen
                case Waiting():
                    waiting.append(seen)
                case Done():
                    done.append(seen)
        if waiting:
            soonest = min(waiting, key=lambda each: each.due)
            return msgspec.structs.replace(case, due=soonest.due), soonest
        said = "; ".join(f"{each.strategy}: {each.summary}" for each in done)
        return case, Done(strategy=done[-1].strategy if done else "", summary=said)

    def undo(self, place: Place, why: Failed) -> tuple[Case, RolledBack | RollbackFailed]:
        """Takes everything back, the newest first, and says exactly what could not be."""
        return self._back(RemoteCourse(place, self._keep, self._named), failure_of(place.case) or why)

    def _foreseen(self, plan: Plan, place: Place) -> tuple[Offer, ...]:
        """Nothing may begin that a later step cannot go on with; one alone finds out by itself."""
        return self.preview(plan, place) if len(plan.steps) > 1 else ()

    def _offer(self, step: Step, place: Place) -> Offer:
        try:
            strategy = self._named(step.strategy)
        except ConfigProblem as problem:
            # A tree of the user's: one case has no plan then, and the others go on.
            return Unfit(strategy=step.strategy, reason=problem.message)
        with fresh(place) as there:
            return strategy.preview(step, there)

    def _back(self, course: RemoteCourse, why: Failed) -> tuple[Case, RolledBack | RollbackFailed]:
        for deed in reversed(course.case.deeds):
            if deed.undone is None:
                course.note(deed.step, trace={**deed.trace, UNDOING: why.reason})
                course.keep()
                course.undo(deed.step)
        course.keep()
        return course.case, _outcome(course.case, why)


def _take(course: RemoteCourse, number: int, place: Place) -> Failed | None:
    """One step, unless it is done already; why it failed, if it did."""
    deed = course.deed(number)
    if deed is None:
        course.begin(number, snapshot=_snapshot(course, number, place))
    elif deed.result is not None:
        return None
    result = course.apply(number)
    return result if isinstance(result, Failed) else None


def _snapshot(course: RemoteCourse, number: int, place: Place) -> str:
    """The ref that keeps the head commit, where a step of this kind needs one and there is none yet."""
    case = course.case
    if course.plan.steps[number].strategy not in SNAPSHOT_FIRST or case.snapshot:
        return ""
    return place.forge.snapshot(snapshot_name(case), case.run.commit)


def _unfit(offers: tuple[Offer, ...]) -> Failed | None:
    unfit = next((offer for offer in offers if isinstance(offer, Unfit)), None)
    return Failed(strategy=unfit.strategy, reason=unfit.reason) if unfit else None


def _outcome(case: Case, why: Failed) -> RolledBack | RollbackFailed:
    undone: tuple[str, ...] = ()
    remains: tuple[str, ...] = ()
    for deed in reversed(case.deeds):
        match deed.undone:
            case Done(summary=summary):
                undone += (f"{deed.strategy}: {summary}",)
            case Failed(reason=reason):
                remains += (f"{deed.strategy}: {reason}",)
    if remains:
        return RollbackFailed(failure=why, undone=undone, remains=remains)
    return RolledBack(failure=why, undone=undone)
