"""Verify: looks at every original failure again that something was done about."""

from __future__ import annotations

from collections.abc import Iterator

from remediate.model.case import Case
from remediate.model.stage import Recoveries, Verdicts
from remediate.stages.desk import Desk
from remediate.stages.doors import Doors
from remediate.stages.proving import prove


def verify(recoveries: Recoveries, doors: Doors) -> Verdicts:
    """With what recover has settled already."""
    desk = Desk(recoveries.findings.agenda.head, doors)
    verdicts = tuple(prove(case, desk) for case in _to_prove(recoveries))
    return Verdicts(recoveries=recoveries, verdicts=(*recoveries.settled, *verdicts))


def _to_prove(recoveries: Recoveries) -> Iterator[Case]:
    """What was done a moment ago is looked at too, for what ended at once need not wait."""
    settled = {verdict.case.key for verdict in recoveries.settled}
    cases = {course.case.key: course.case for course in recoveries.courses}
    for case in recoveries.findings.agenda.open:
        if case.key not in settled:
            cases.setdefault(case.key, case)
    latest = {found.case.run.id: found.case.run.attempt for found in recoveries.findings.findings}
    for case in cases.values():
        failed_again = latest.get(case.run.id, 0) > case.run.attempt
        if case.phase in ("proving", "watching") and not failed_again:
            yield case
