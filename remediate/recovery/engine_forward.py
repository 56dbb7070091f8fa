"""The steps of a recovery, group by group: intent, effect, result, and a look whether it is right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from remediate.model.outcome import Done, Failed, StepResult
from remediate.recovery.backups_places import fingerprint
from remediate.recovery.backups_restoring import within
from remediate.recovery.engine_anomaly import anomaly_of
from remediate.recovery.engine_course import Course, numbered
from remediate.recovery.engine_limits import limited
from remediate.recovery.journal_entries import Intent, Result, Verified


def go(course: Course, until: float) -> tuple[Done, ...] | Failed:
    """What was done, or the first step that was not; those beside it in its group have ended by then."""
    done: list[Done] = []
    for group in numbered(course.plan.groups):
        for batch in apart(group, course.touches):
            for result in _side_by_side(course, batch, until):
                if isinstance(result, Failed):
                    return result
                done.append(result)
    return tuple(done)


def apart(group: Sequence[int], touches: Sequence[Sequence[str]]) -> Iterator[tuple[int, ...]]:
    """The steps of a group in batches in which no two touch the same path."""
    batch: list[int] = []
    for number in group:
        if any(_meet(touches[number], touches[other]) for other in batch):
            yield tuple(batch)
            batch = []
        batch.append(number)
    if batch:
        yield tuple(batch)


def _meet(some: Sequence[str], others: Sequence[str]) -> bool:
    return any(within(one, other) or within(other, one) for one in some for other in others)


def _side_by_side(course: Course, batch: Sequence[int], until: float) -> list[StepResult]:
    if len(batch) == 1:
        return [_take(course, batch[0], until)]
    with ThreadPoolExecutor(len(batch)) as pool:
        return list(pool.map(lambda number: _take(course, number, until), batch))


def _take(course: Course, number: int, until: float) -> StepResult:
    site = limited(course.site, until)
    name = course.plan.steps[number].strategy
    if site.clock.now() >= until:
        return Failed(strategy=name, reason="the time for the recovery was over before this step began")
    course.journal.note(Intent(step=number))
    result = course.apply(number, site)
    left = {path: fingerprint(site.root, path) for path in course.touches[number]}
    course.journal.note(Result(step=number, result=result, left=left))
    if isinstance(result, Failed):
        return result
    seen = look(course, number, until)
    return seen if isinstance(seen, Failed) else result


def look(course: Course, number: int, until: float) -> StepResult:
    """Verifies the effect of a step, that it changed nothing unusual, and writes down what was seen."""
    seen = course.verify(number, limited(course.site, until))
    odd = anomaly_of(course, number) if isinstance(seen, Done) else ""
    if odd:
        name = course.plan.steps[number].strategy
        seen = Failed(strategy=name, reason=f"what it changed is unusual: {odd}")
    course.journal.note(Verified(step=number, result=seen))
    return seen
