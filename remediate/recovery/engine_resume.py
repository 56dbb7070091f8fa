"""What a process that died left behind: finished where all was begun, undone where it was not."""

from __future__ import annotations

import msgspec

from remediate.model.outcome import Done, Failed, Recovered, RollbackFailed, RolledBack
from remediate.model.plan import Plan
from remediate.recovery.engine_back import roll_back
from remediate.recovery.engine_course import Course
from remediate.recovery.engine_forward import look
from remediate.recovery.journal_entries import Ended

_DIED = Failed(strategy="", reason="the process ended before the recovery was complete")


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """A recovery of an earlier process, and how it ended now."""

    plan: Plan
    outcome: Recovered | RolledBack | RollbackFailed


def closed(course: Course) -> Closed:
    """Ends it. No step is begun that was not: what the gates said then may no longer hold."""
    return Closed(plan=course.plan, outcome=_end(course))


def _end(course: Course) -> Recovered | RolledBack | RollbackFailed:
    story = course.journal.story
    if story.failing is not None:
        return roll_back(course, story.failing, resumed=True)
    flaw = _flaw(course)
    if flaw is not None:
        return roll_back(course, flaw, resumed=True)
    outcome = _recovered(course)
    course.journal.note(Ended(outcome=outcome, at=course.site.clock.now()))
    return outcome


def _flaw(course: Course) -> Failed | None:
    """Why it cannot stay; what was not looked at yet is looked at now, and never done again."""
    story = course.journal.story
    steps = range(len(course.plan.steps))
    if set(story.intents) != set(steps):
        return _DIED
    until = course.site.clock.now() + course.site.policy.recovery_timeout
    for number in steps:
        result = story.results.get(number)
        if isinstance(result, Failed):
            return result
        seen = story.verified.get(number) or look(course, number, until)
        if isinstance(seen, Failed):
            return seen
    return None


def _recovered(course: Course) -> Recovered:
    story = course.journal.story
    ends = (
        story.results.get(number) or story.verified.get(number) for number in range(len(course.plan.steps))
    )
    return Recovered(results=tuple(end for end in ends if isinstance(end, Done)))
