"""An incident's life: opened with the first run that fails so, healed when no branch does, opened anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from remediate.model.account import Account
from remediate.model.case import Case, Standing
from remediate.model.cause import SEVERITIES
from remediate.model.diagnosis import Diagnosis
from remediate.model.incident import Event, Incident, Proposal, Seen
from remediate.model.plan import Escalation, Refusal

# What is kept of each: the latest.
MOST_RUNS, MOST_BRANCHES, MOST_EVENTS, MOST_LINES, MOST_STEPS = 50, 20, 30, 14, 12
# So many branches, or so many runs, and a failure is worse than its rule says.
_WIDE, _OFTEN = 3, 10
# A recovery that may still come does not make an incident of a defect that only its author has to mend.
_QUIET_GATES = frozenset({"confidence", "mode", "trust"})


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """Now and here. `clean` makes text safe to keep, short and without secrets; `circuits` may be reset."""

    at: float
    default_branch: str
    clean: Callable[[str], str]
    circuits: tuple[str, ...] = ()


def concerns(account: Account, known: Incident | None) -> bool:
    """Whether the failure is one that somebody besides its author should know of, or is known already."""
    case = account.case
    if known and any(row.key == case.key for row in known.runs):
        return True
    if not case.signature or case.standing == "ignored":
        return False
    if case.standing == "refused":
        return case.gate not in _QUIET_GATES and case.plan is not None
    return case.standing == "escalated" or case.plan is not None


def met(known: Incident | None, account: Account, moment: Moment) -> Incident:
    """The incident after this; told of the same case again, it only takes over how that stands now."""
    before = known or _opened(account, moment)
    first = all(row.key != account.key for row in before.runs)
    after = msgspec.structs.replace(
        before,
        count=before.count + first,
        seen=max(before.seen, account.case.found or moment.at),
        runs=_rows(before, account, moment),
        branches=_branches(before, moment.clean(account.case.run.branch)),
        circuits=moment.circuits,
        proposal=_proposal(account, moment) or before.proposal,
        reason=_reason(before, account.case, moment),
    )
    after = _risen(before, after, account, moment) if known else after
    after = _called(before, after, account, moment)
    if standing_of(account.case) == "healed":
        after = msgspec.structs.replace(after, proof=_proof(account, moment))
    severity = severity_of(after, account, moment.default_branch)
    if before.status == "open":
        severity = min(severity, before.severity, key=list(SEVERITIES).index)
    return msgspec.structs.replace(after, severity=severity)


def standing_of(case: Case) -> Standing:
    """As far as it is certain: what looks healed is looked at once more first."""
    return "pending" if case.open and case.standing == "healed" else case.standing


def settled(incident: Incident, moment: Moment) -> Incident:
    """It is over when, in each workflow and branch, the latest run was healed or came to nothing else."""
    latest = {(row.workflow, row.branch): row.standing for row in incident.runs}
    standings = set(latest.values())
    if incident.status != "open" or not standings <= {"healed", "ignored"}:
        return incident
    return _over(incident, moment, healed="healed" in standings)


def severity_of(incident: Incident, account: Account, default_branch: str) -> str:
    """What the rule says, one worse for a failure that is wide, frequent or on the default branch.

    A rollback that left something behind is critical. While the incident is open, it only rises.
    """
    grades = list(SEVERITIES)
    diagnosis = account.case.diagnosis
    said = diagnosis.severity if diagnosis and diagnosis.severity in grades else incident.severity
    if account.verdict and account.verdict.verdict == "rollback-failed":
        return grades[0]
    wide = len(incident.branches) >= _WIDE or incident.count >= _OFTEN
    worse = wide or account.case.run.branch == default_branch
    return grades[max(0, grades.index(said) - worse)]


def _opened(account: Account, moment: Moment) -> Incident:
    diagnosis = account.case.diagnosis
    if diagnosis is None or not account.case.signature:
        raise ValueError("an incident is of a failure that has a signature")
    clean = moment.clean
    return Incident(
        signature=account.case.signature,
        cause=diagnosis.cause,
        severity=diagnosis.severity if diagnosis.severity in SEVERITIES else "medium",
        title=clean(diagnosis.title),
        opened=account.case.found or moment.at,
        seen=account.case.found or moment.at,
        rule=diagnosis.rule or "",
        confidence=diagnosis.confidence,
        job=clean(_job(account, diagnosis)),
        step=clean(diagnosis.step.name) if diagnosis.step else "",
        hint=clean(diagnosis.hint or ""),
        evidence=evidence_of(diagnosis, clean),
        events=(Event(at=moment.at, kind="opened"),),
    )


def evidence_of(diagnosis: Diagnosis, clean: Callable[[str], str]) -> tuple[str, ...]:
    """The lines that prove it, the decisive ones before the others, as they stand in the log."""
    ranked = sorted(diagnosis.evidence, key=lambda one: one.role not in ("decisive", "supporting"))
    shown = sorted(ranked[:MOST_LINES], key=lambda one: one.line)
    return tuple(f"{one.line}: {clean(one.text)}" for one in shown)


def _job(account: Account, diagnosis: Diagnosis) -> str:
    return diagnosis.job or next((finding.job.name for finding in account.jobs), "")


def _rows(before: Incident, account: Account, moment: Moment) -> tuple[Seen, ...]:
    case, clean = account.case, moment.clean
    row = Seen(
        key=case.key,
        at=case.run.updated or case.found or moment.at,
        branch=clean(case.run.branch),
        workflow=clean(case.run.name or case.run.workflow),
        standing=standing_of(case),
        url=case.run.url,
        reason=clean(case.reason),
        asks=_asks(case),
    )
    others = (one for one in before.runs if one.key != row.key)
    ordered = sorted((*others, row), key=lambda one: (one.at, one.key))
    return tuple(ordered[-MOST_RUNS:])


def _branches(before: Incident, branch: str) -> tuple[str, ...]:
    return (*(one for one in before.branches if one != branch), branch)[-MOST_BRANCHES:]


def _risen(before: Incident, after: Incident, account: Account, moment: Moment) -> Incident:
    """An incident that was over is open again when another run fails so, or one that was thought healed."""
    standing = standing_of(account.case)
    told = {row.key: row.standing for row in before.runs}.get(account.key) == standing
    if after.status == "open" or told or standing in ("healed", "ignored"):
        return after
    words = f"after it was {after.status}"
    again = msgspec.structs.replace(after, status="open", escalated=False, proof=())
    return _told(again, Event(at=moment.at, kind="came-back", words=words))


def _called(before: Incident, after: Incident, account: Account, moment: Moment) -> Incident:
    """A person is called where the case says so, once for each case; a pull request asks in its own place."""
    case = account.case
    if plan := _asks(case):
        asked = any(row.key == case.key and row.asks == plan for row in before.runs)
        return after if asked else _call(after, Event(at=moment.at, kind="asked", words=plan))
    standings = {row.key: row.standing for row in before.runs}
    if case.standing != "escalated" or standings.get(case.key) == "escalated":
        return after
    return _call(after, Event(at=moment.at, kind="escalated", words=moment.clean(case.reason)))


def _proof(account: Account, moment: Moment) -> tuple[str, ...]:
    seen = account.verdict.seen if account.verdict else ()
    return tuple(map(moment.clean, seen)) or (moment.clean(account.case.reason),)


def _call(incident: Incident, event: Event) -> Incident:
    return _told(msgspec.structs.replace(incident, escalated=True), event)


def _asks(case: Case) -> str:
    """The plan that the issue asks a person's word for; a pull request asks in its own place."""
    return case.plan.hash if case.plan and case.phase == "approval" and not case.pull else ""


def _reason(before: Incident, case: Case, moment: Moment) -> str:
    """Of what calls a person, not of what else goes on meanwhile."""
    calls = case.standing == "escalated" or bool(_asks(case))
    quiet = before.status == "open" and before.escalated and not calls
    return before.reason if quiet else moment.clean(case.reason) or before.reason


def _over(incident: Incident, moment: Moment, *, healed: bool) -> Incident:
    if healed:
        over = msgspec.structs.replace(incident, status="healed")
        return _told(over, Event(at=moment.at, kind="healed", words="; ".join(incident.proof)))
    closed = msgspec.structs.replace(incident, status="closed")
    return _told(closed, Event(at=moment.at, kind="closed", words=incident.runs[-1].reason))


def _told(incident: Incident, event: Event) -> Incident:
    """With one event more; the same again, as in an outage, only moves it on."""
    last = incident.events[-1:]
    if last and (last[0].kind, last[0].words) == (event.kind, event.words):
        incident = msgspec.structs.replace(incident, events=incident.events[:-1])
    return msgspec.structs.replace(incident, events=(*incident.events, event)[-MOST_EVENTS:])


def _proposal(account: Account, moment: Moment) -> Proposal | None:
    """The plan that is not carried out, or was to no avail."""
    case, course = account.case, account.course
    plan = case.plan if case.standing in ("escalated", "refused") or case.phase == "approval" else None
    refusal: Refusal | Escalation | None = course.refusal if course else None
    if course and isinstance(course.decision, Refusal | Escalation):
        refusal = course.decision
    if plan is None:
        return None
    return Proposal(
        hash=plan.hash,
        words=_steps([moment.clean(_step(step.strategy, step.arguments)) for step in plan.steps]),
        gate=case.gate or (refusal.gate if isinstance(refusal, Refusal) else ""),
        reason=moment.clean(refusal.reason if refusal else case.reason),
    )


def _steps(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(words[:MOST_STEPS])


def _step(strategy: str, arguments: dict[str, str]) -> str:
    given = ", ".join(f"{name}={value}" for name, value in sorted(arguments.items()))
    return f"{strategy} ({given})" if given else strategy
