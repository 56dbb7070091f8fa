"""Verify: looks at every original failure again that something was done about."""

from __future__ import annotations

from collections.abc import Iterator

from remediate.model.case import Case
from remediate.model.stage import Recoveries, Verdicts
from remediate.recovery.remote_snapshots import prune_snapshots
from remediate.stages.desk import Desk
from remediate.stages.doors import Doors
from remediate.stages.proving import awaits_attempt, prove
from remediate.state.cases import open_cases


def verify(recoveries: Recoveries, doors: Doors) -> Verdicts:
    """With what recover has settled already."""
    desk = Desk(recoveries.findings.agenda.head, doors)
    verdicts = tuple(prove(case, desk) for case in _to_prove(recoveries))
    kept = any(course.case.snapshot for course in recoveries.courses)
    if (verdicts or kept) and not desk.dry_run:
        _prune(recoveries, desk)
    return Verdicts(recoveries=recoveries, verdicts=(*recoveries.settled, *verdicts))


def _prune(recoveries: Recoveries, desk: Desk) -> None:
    """Snapshots are kept for a while, and while an open case may still need one."""
    here = (course.case for course in recoveries.courses)
    # What is not due is on no agenda, and open all the same.
    cases = (*open_cases(desk.doors.store), *recoveries.findings.agenda.open, *here)
    needed = frozenset(case.snapshot for case in cases if case.open and case.snapshot)
    prune_snapshots(desk.doors.forge, desk.now(), desk.policy.backups, needed)


def _to_prove(recoveries: Recoveries) -> Iterator[Case]:
    """What was done a moment ago is looked at too, for what ended at once need not wait."""
    settled = {verdict.case.key for verdict in recoveries.settled}
    cases = {course.case.key: course.case for course in recoveries.courses}
    for case in recoveries.findings.agenda.open:
        if case.key not in settled:
            cases.setdefault(case.key, case)
    latest = {found.case.run.id: found.case.run.attempt for found in recoveries.findings.findings}
    for case in cases.values():
        failed_again = latest.get(case.run.id, 0) > case.run.attempt and awaits_attempt(case)
        if case.phase in ("proving", "watching") and not failed_again:
            yield case
