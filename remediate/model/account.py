"""What one run of ours knows and did about a failed run: its case, the findings, the course, the verdict."""

from __future__ import annotations

import msgspec

from remediate.model.case import Case
from remediate.model.outcome import Done
from remediate.model.record import OutcomeName
from remediate.model.stage import Course, JobFinding, Verdict, Verdicts


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """`case` is as it stands at the end; `new` where this run of ours found it."""

    case: Case
    new: bool = False
    jobs: tuple[JobFinding, ...] = ()
    course: Course | None = None
    verdict: Verdict | None = None

    @property
    def key(self) -> str:
        """Names the attempt that failed."""
        return self.case.key


def accounts_of(verdicts: Verdicts) -> tuple[Account, ...]:
    """One for each case, in the order in which they were found; the latest word on it counts."""
    findings, courses = verdicts.recoveries.findings, verdicts.recoveries.courses
    agenda = findings.agenda
    known = {case.key: Account(case=case) for case in (*agenda.untold, *agenda.open)}
    known |= {case.key: Account(case=case, new=True) for case in (*agenda.new, *agenda.ignored)}
    for finding in findings.findings:
        _put(known, finding.case, jobs=finding.jobs)
    for course in courses:
        _put(known, course.case, course=course)
    for verdict in (*verdicts.recoveries.settled, *verdicts.verdicts):
        _put(known, verdict.case, verdict=verdict)
    return tuple(known.values())


def outcome_of(case: Case) -> OutcomeName | None:
    """How its recovery ended; None while it goes on, where there was none, and where the end says nothing."""
    if case.open or not case.deeds or case.moot:
        return None
    if case.standing == "healed":
        return "recovered"
    undone = [deed.undone for deed in case.deeds if deed.undone is not None]
    if not undone:
        return "unhealed"
    return "rolled-back" if all(isinstance(one, Done) for one in undone) else "rollback-failed"


def _put(known: dict[str, Account], case: Case, **more: object) -> None:
    account = known.get(case.key) or Account(case=case, new=True)
    known[case.key] = msgspec.structs.replace(account, case=case, **more)
