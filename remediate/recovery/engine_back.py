"""The way back: files from the backup, then each step's own undo, the last first."""

from __future__ import annotations

from collections.abc import Iterable

from remediate.model.outcome import Done, Failed, RollbackFailed, RolledBack, StepResult
from remediate.recovery.backups_places import BackupProblem, fingerprint
from remediate.recovery.engine_course import Course
from remediate.recovery.journal_entries import Ended, Failing, Undoing, Undone


def roll_back(course: Course, failure: Failed, *, resumed: bool = False) -> RolledBack | RollbackFailed:
    """Undoes every step that may have had an effect and says exactly what is not as it was.

    `resumed`: by a later process, which finds files that others may have changed since.
    """
    if course.journal.story.failing is None:
        course.journal.note(Failing(failure=failure))
    begun = tuple(dict.fromkeys(course.journal.story.intents))
    undone, remains = take_back(course, begun, resumed=resumed)
    outcome: RolledBack | RollbackFailed = RolledBack(failure=failure, undone=undone)
    if remains:
        outcome = RollbackFailed(failure=failure, undone=undone, remains=remains)
    course.journal.note(Ended(outcome=outcome, at=course.site.clock.now()))
    return outcome


def take_back(
    course: Course, steps: Iterable[int], *, resumed: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Undoes these steps: what is as it was, and what is not."""
    steps = tuple(steps)
    paths = tuple(dict.fromkeys(path for number in steps for path in course.touches[number]))
    undone, remains = _files_back(course, paths, resumed=resumed)
    for number in reversed(steps):
        result = _undo(course, number, resumed=resumed)
        name = course.plan.steps[number].strategy
        if isinstance(result, Done):
            undone += (f"{name}: {result.summary}",)
        else:
            remains += (f"{name}: {result.reason}",)
    return undone, remains


def _files_back(
    course: Course, paths: tuple[str, ...], *, resumed: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """One path after the other, so that one that cannot be put back keeps no other from it."""
    undone: tuple[str, ...] = ()
    remains: tuple[str, ...] = ()
    for path in paths:
        try:
            foreign = _foreign(course, path) if resumed else ""
            if foreign:
                remains += (f"{path}: {foreign}",)
                continue
            course.backups.restore(course.journal.story.backup, course.site.root, only=(path,))
            undone += (f"{path}: as it was",)
        except BackupProblem as problem:
            remains += (f"{path}: {problem.message}; backup {course.journal.story.backup} is kept",)
        except OSError as error:
            remains += (f"{path}: {error.strerror}; backup {course.journal.story.backup} is kept",)
    return undone, remains


def _foreign(course: Course, path: str) -> str:
    """Why the file is no longer this recovery's to put back; a copy is kept of what may be."""
    story, site = course.journal.story, course.site
    now = fingerprint(site.root, path)
    if now == story.before.get(path):
        return ""
    then, here = course.plan.subject.commit, site.subject.commit
    if then and here and then != here:
        return f"left alone, for the folder has moved on from commit {then[:12]} to {here[:12]}"
    # A folder may also have been put back by half; a file never is.
    if path in story.left and now != story.left[path] and not (site.root / path).is_dir():
        return (
            f"left alone, for it was changed after the recovery; backup {story.backup} holds the former one"
        )
    if now != story.left.get(path):
        course.backups.take(site.root, (path,), now=site.clock.now(), why="found before an undo")
    return ""


def _undo(course: Course, number: int, *, resumed: bool) -> StepResult:
    story, journal = course.journal.story, course.journal
    if number in story.undone:
        return story.undone[number]
    if resumed and number in story.undoing and _gone(course, number):
        name = course.plan.steps[number].strategy
        result: StepResult = Done(strategy=name, summary="its effect is no longer there")
    else:
        journal.note(Undoing(step=number))
        result = course.undo(number)
    journal.note(Undone(step=number, result=result))
    return result


def _gone(course: Course, number: int) -> bool:
    """Whether an undo that was broken off had its effect already, so that it is not done twice.

    Only a verification that once saw the effect can see that it is gone; and not where files have been put
    back meanwhile, which it may look at too. Such an undo is called again, and finds nothing to do.
    """
    if course.touches[number]:
        return False
    seen = course.journal.story.verified.get(number)
    return isinstance(seen, Done) and isinstance(course.verify(number, course.site), Failed)
