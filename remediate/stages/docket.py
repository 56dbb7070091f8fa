"""What recover has before it: what failed, what waits for a decision, what another run of ours has taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from remediate.errors import Unreachable
from remediate.model.case import Case
from remediate.model.stage import Course, Findings, Verdict
from remediate.stages.desk import Desk
from remediate.stages.ending import closed, escalated
from remediate.stages.proving import ANOTHER, awaits_attempt, settle
from remediate.state.cases import read_register

_UNREAD = "nothing that tells why it failed could be read in time"


class Docket:
    """The cases of one run of ours."""

    def __init__(self, findings: Findings, desk: Desk) -> None:
        self._findings = findings
        self._desk = desk

    def settled(self) -> Iterator[Verdict]:
        """Earlier attempts whose new attempt failed too: they count before anything is decided."""
        fresh = {finding.case.run.id: finding.case for finding in self._findings.findings}
        for case in self._findings.agenda.open:
            later = fresh.get(case.run.id)
            again = later is not None and later.run.attempt > case.run.attempt and later.diagnosis is not None
            if later and again and awaits_attempt(case) and not self._desk.dry_run:
                yield settle(case, later.run.attempt, later.signature, self._desk)

    def undecided(self) -> Iterator[Case]:
        """What was found now, and what has waited long enough."""
        for finding in self._findings.findings:
            yield finding.case
        found = {finding.case.key for finding in self._findings.findings}
        for case in self._findings.agenda.open:
            again = case.phase in ("found", "waiting", "approval") and case.diagnosis is not None
            if again and case.key not in found:
                yield case

    def taken(self, cases: Sequence[Case]) -> Iterator[Course]:
        """What another run of ours has taken up, or closed, since this one began to look."""
        desk = self._desk
        if not cases:
            return
        register = read_register(
            desk.doors.store, desk.now(), desk.now(), (case.run.created for case in cases)
        )
        whole = {case.key: case for case in register.untold}
        for case in cases:
            there, closing = register.open.get(case.key), register.closed.get(case.key)
            if there and there.revision != case.revision:
                yield Course(case=there, lines=(ANOTHER,))
            elif closing:
                ended = whole.get(case.key) or closed(case, closing.standing, closing.reason, closing.at)
                yield Course(case=ended, lines=(ANOTHER,))

    def unread(self) -> Iterator[Case]:
        """What could not be looked at: it is kept, and comes to an end though no run finds it again."""
        agenda = self._findings.agenda
        found = {finding.case.key for finding in self._findings.findings}
        for case in (*agenda.new, *agenda.open):
            if case.diagnosis is None and case.key not in found:
                yield self.given_up(case, _UNREAD) if self.over(case) else case

    def given_up(self, case: Case, reason: str) -> Case:
        """Nobody has to look at a run that is gone, or that somebody has re-run meanwhile."""
        run, now = case.run, self._desk.now()
        try:
            latest = self._desk.doors.platform.run(run.id)
        except Unreachable as problem:
            return escalated(case, f"{reason}; {problem.message}", now)
        if latest is None:
            return closed(case, "ignored", "the run is gone", now)
        if latest.attempt > run.attempt:
            return closed(case, "ignored", f"attempt {latest.attempt} was begun by somebody else", now)
        return escalated(case, reason, now)

    def over(self, case: Case) -> bool:
        """Whether it has been found for longer than a proof may take."""
        return self._desk.now() - case.found >= self._desk.policy.proof_within
