"""Recover: decides on every case, claims what may be healed, carries it out, and remembers how it went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from remediate.errors import Unreachable
from remediate.model.case import Case
from remediate.model.outcome import Outcome, Recovered, Rehearsed, RollbackFailed, RolledBack
from remediate.model.plan import Escalation, Plan, Refusal
from remediate.model.record import OutcomeName
from remediate.model.stage import Course, Findings, Recoveries
from remediate.safety.circuit import Held, Permit
from remediate.safety.moments import HOUR
from remediate.stages.asking import obey
from remediate.stages.bidding import bid_of
from remediate.stages.deciding import Decided, decide
from remediate.stages.desk import Desk
from remediate.stages.docket import Docket
from remediate.stages.doors import Doors
from remediate.stages.ending import escalated, held, waiting
from remediate.stages.gating import refusal_by
from remediate.stages.outlook import Outlook, look_around
from remediate.stages.proving import ANOTHER, record_of_case
from remediate.state.cases import Displaced

# A claim outlives the job that made it by little: the next run of ours takes up what was left.
CLAIM = 3600.0
# A probe holds its circuit until its re-run has ended, at the latest until then.
_PROBE = 6 * HOUR
_FIRST_LOOK = 60.0
# When what could not be reached is asked again.
_LATER = 600.0
# To start another runner later takes longer than to wait for so long here.
_SHORT = 5.0
# A step without any token prepares these.
_REPAIRED_FIRST = frozenset({"lockfile-repair"})


def recover(findings: Findings, doors: Doors) -> Recoveries:
    """All but what has to be repaired first, in a step without a token; that is claimed, and `acting`."""
    return _Recovery(findings, Desk(findings.agenda.head, doors)).decide()


def publish(recoveries: Recoveries, doors: Doors, repaired: Path) -> Recoveries:
    """Carries out what was repaired meanwhile, in this folder."""
    findings = recoveries.findings
    recovery = _Recovery(findings, Desk(findings.agenda.head, doors, repaired))
    courses = tuple(
        recovery.carried_out(course) if wants_repair(course.case, doors.owner) else course
        for course in recoveries.courses
    )
    return msgspec.structs.replace(recoveries, courses=recovery.stamped(courses))


def wants_repair(case: Case, owner: str) -> bool:
    """Whether this owner has claimed it, and a step without a token prepares its plan."""
    steps = case.plan.steps if case.plan else ()
    mine = case.phase == "acting" and case.owner == owner
    return mine and any(step.strategy in _REPAIRED_FIRST for step in steps)


class _Recovery:
    """One run of the stage."""

    def __init__(self, findings: Findings, desk: Desk) -> None:
        self._findings = findings
        self._desk = desk
        self._grounds = desk.grounds()
        self._docket = Docket(findings, desk)

    def decide(self) -> Recoveries:
        agenda, desk = self._findings.agenda, self._desk
        words = () if desk.dry_run else tuple(obey(agenda.words, desk.doors.store, desk.now()))
        settled = tuple(self._docket.settled())
        gone = {verdict.case.key for verdict in settled}
        begun = [case for case in agenda.open if case.phase == "acting" and case.key not in gone]
        resumed = tuple(self._resumed(case) for case in begun)
        undecided = [case for case in self._docket.undecided() if case.key not in gone]
        elsewhere = {course.case.key: course for course in self._docket.taken(undecided)}
        cases = [case for case in undecided if case.key not in elsewhere]
        self._sight(cases)
        outlook = look_around(desk.doors.store, cases, desk.policy, desk.doors.clock)
        courses = tuple(self._decided(case, outlook) for case in cases)
        others = tuple(Course(case=case) for case in (*agenda.ignored, *self._docket.unread()))
        mine = self._kept((*courses, *others))
        return Recoveries(
            findings=self._findings,
            courses=self.stamped((*resumed, *mine, *elsewhere.values())),
            settled=settled,
            words=words,
        )

    def carried_out(self, course: Course) -> Course:
        """The effect, or the rest of it."""
        desk = self._desk
        try:
            case, outcome = desk.engine.carry_out(desk.place_of(course.case), course.previews or None)
        except Displaced as problem:
            return msgspec.structs.replace(course, lines=(problem.message,))
        except Unreachable as problem:
            return self._stuck(course, problem.message, *filter(None, (problem.hint,)))
        case = self._ended(case, outcome)
        desk.book.keep(case)
        return _with(course, case)

    def _stuck(self, course: Course, *why: str) -> Course:
        """The next run of ours goes on with it, as long as a proof may take; the others are healed now."""
        desk, case = self._desk, course.case
        told = msgspec.structs.replace(course, lines=why)
        if not self._docket.over(case):
            return told
        reason = f"it could not be finished: {why[0]}"
        if case.deeds:
            self._record(case, "unhealed", reason)
        ended = escalated(case, reason, desk.now())
        desk.book.keep(ended)
        return _with(told, ended)

    def stamped(self, courses: Iterable[Course]) -> tuple[Course, ...]:
        """With the revisions under which the cases were kept, for whoever keeps them next."""
        return tuple(_with(course, self._desk.book.stamped(course.case)) for course in courses)

    def _sight(self, cases: Iterable[Case]) -> None:
        """All in one change, before any is decided on: a failure that is everywhere is one incident."""
        desk = self._desk
        seen = [bid_of(case, desk.policy) for case in cases if case.signature and case.phase == "found"]
        if seen and not desk.dry_run:
            desk.ledger.sight(*seen)

    def _decided(self, case: Case, outlook: Outlook) -> Course:
        desk = self._desk
        if case.diagnosis is None:
            return Course(case=case)
        try:
            decided = decide(case, desk.place_of(case), self._grounds, outlook)
        except Unreachable as problem:
            # What cannot be looked at now must not keep the others from being healed.
            if self._docket.over(case):
                return Course(case=escalated(case, problem.message, desk.now()))
            return Course(case=waiting(case, desk.now() + _LATER, problem.message))
        match decided.decision:
            case Refusal() as refusal:
                return Course(case=held(case, refusal, desk.policy, desk.now()), decision=refusal)
            case Escalation() as escalation:
                return Course(case=self._docket.given_up(case, escalation.reason), decision=escalation)
            case Plan() as plan:
                return self._planned(msgspec.structs.replace(case, plan=plan), decided, outlook)

    def _planned(self, case: Case, decided: Decided, outlook: Outlook) -> Course:
        desk, plan = self._desk, case.plan
        assert plan is not None  # noqa: S101 - whoever asks has drawn it up
        course = Course(case=case, decision=plan, previews=decided.previews, refusal=decided.refusal)
        if desk.dry_run:
            return self._rehearsed(course, plan)
        if decided.refusal:
            until = outlook.standing(case).circuit_until
            return _with(course, held(case, decided.refusal, desk.policy, desk.now(), until))
        due = case.run.updated + plan.wait
        if due - desk.now() > _SHORT:
            return _with(course, waiting(case, due, f"it pauses for {plan.wait:.0f} s"))
        desk.doors.clock.sleep(due - desk.now())
        mine = desk.claim(msgspec.structs.replace(case, phase="acting", gate=""), CLAIM)
        if mine is None:
            return msgspec.structs.replace(course, lines=(ANOTHER,))
        return self._begun(_with(course, mine))

    def _begun(self, course: Course) -> Course:
        """Counted, and leased where it is a probe: the last word is the ledger's."""
        desk, case = self._desk, course.case
        verdict = desk.ledger.begin(bid_of(case, desk.policy), lasts=_PROBE)
        if not isinstance(verdict, Permit):
            refusal = refusal_by(verdict)
            assert refusal is not None  # noqa: S101 - whatever is no permit holds
            free = msgspec.structs.replace(desk.let_go(case), phase="found")
            until = verdict.until if isinstance(verdict, Held) else 0.0
            back = held(free, refusal, desk.policy, desk.now(), until)
            desk.book.keep(back)
            return msgspec.structs.replace(course, case=back, refusal=refusal)
        return self._goes_on(course)

    def _goes_on(self, course: Course) -> Course:
        """At once, unless a step without a token comes first."""
        return course if wants_repair(course.case, self._desk.doors.owner) else self.carried_out(course)

    def _rehearsed(self, course: Course, plan: Plan) -> Course:
        desk, refusal = self._desk, course.refusal
        rehearsal = desk.engine.rehearse(plan, desk.place_of(course.case), course.previews)
        held_by = f"[DRY-RUN] the gate `{refusal.gate}` would refuse it: {refusal.reason}" if refusal else ""
        return msgspec.structs.replace(course, lines=(*rehearsal.lines(), *filter(None, (held_by,))))

    def _resumed(self, case: Case) -> Course:
        """It was begun by a process that is gone: it is finished, or undone."""
        course = Course(case=case, decision=case.plan)
        if self._desk.dry_run:
            return msgspec.structs.replace(course, lines=("[DRY-RUN] what was begun would be finished",))
        policy = self._desk.policy
        if policy.kill_switch or policy.mode != "heal":
            said = "the kill switch is on" if policy.kill_switch else f"the mode is `{policy.mode}`"
            return self._stuck(course, f"what was begun is left as it is: {said}")
        mine = self._desk.claim(case, CLAIM)
        if mine is None:
            return msgspec.structs.replace(course, lines=(ANOTHER,))
        # It was counted before its first effect; from there on it is finished whatever opened since.
        course = _with(course, mine)
        if wants_repair(mine, mine.owner) and self._docket.over(mine):
            return self._stuck(course, "whatever repairs it never came to its end")
        return self._goes_on(course) if mine.deeds else self._begun(course)

    def _ended(self, case: Case, outcome: Outcome) -> Case:
        now = self._desk.now()
        match outcome:
            case Recovered(results=results):
                return msgspec.structs.replace(
                    self._desk.let_go(case),
                    phase="proving",
                    standing="pending",
                    reason="; ".join(done.summary for done in results),
                    due=now + _FIRST_LOOK,
                )
            case RolledBack(failure=failure):
                self._record(case, "rolled-back", failure.reason)
                return escalated(case, f"{failure.strategy} failed: {failure.reason}", now)
            case RollbackFailed(failure=failure, remains=remains):
                self._record(case, "rollback-failed", failure.reason)
                left = "; ".join(remains)
                return escalated(
                    case, f"{failure.strategy} failed: {failure.reason}; this remains: {left}", now
                )
            case Rehearsed():
                return case

    def _record(self, case: Case, outcome: OutcomeName, reason: str) -> None:
        desk, bid = self._desk, bid_of(case, self._desk.policy)
        desk.ledger.end(bid, record_of_case(case, bid, outcome, reason, desk.now()))

    def _kept(self, courses: Sequence[Course]) -> tuple[Course, ...]:
        """What was not kept on its way, in one change; what is being worked on keeps itself.

        Of what another run of ours has kept meanwhile, its word counts and not ours.
        """
        book = self._desk.book
        if self._desk.dry_run:
            return tuple(courses)
        rest = [one.case for one in courses if one.case.phase not in ("acting", "proving")]
        book.keep(*rest)
        lost = [case for case in rest if not book.kept(case)]
        theirs = {one.case.key: one for one in self._docket.taken(lost)}
        return tuple(theirs.get(course.case.key, course) for course in courses)


def _with(course: Course, case: Case) -> Course:
    return msgspec.structs.replace(course, case=case)
