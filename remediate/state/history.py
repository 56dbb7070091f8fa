"""`history/YYYY-MM.jsonl`: every recovery and every refusal, a line each."""

from __future__ import annotations

from datetime import datetime, timezone

import msgspec

from remediate.logs.cutting import cut
from remediate.logs.neutral import for_terminal
from remediate.logs.redaction import Redactor
from remediate.model.outcome import Ending, Recovered, Rehearsed, RollbackFailed, RolledBack
from remediate.model.plan import Escalation, Plan, Refusal
from remediate.model.record import OutcomeName, Record
from remediate.state.bid import Bid
from remediate.state.shapes import decode

_LONGEST = 500


def name_of(at: float) -> str:
    """The document of the month."""
    return f"history/{datetime.fromtimestamp(at, timezone.utc):%Y-%m}.jsonl"


def read_history(name: str, data: bytes | None) -> tuple[Record, ...]:
    """The records of the document."""
    return tuple(decode(name, line, Record) for line in (data or b"").splitlines(keepends=True))


def appended(data: bytes | None, record: Record, redactor: Redactor) -> bytes:
    """With one line more; of what a log or a tool said, nothing secret and nothing that acts is kept."""
    clean = {
        field: for_terminal(cut(redactor.redact(value), _LONGEST))
        for field, value in msgspec.structs.asdict(record).items()
        if isinstance(value, str)
    }
    return (data or b"") + msgspec.json.encode(msgspec.structs.replace(record, **clean)) + b"\n"


def record_of(bid: Bid, plan: Plan | None, ending: Ending, at: float, *, healed: bool = True) -> Record:
    """The line for an ending; `healed` is whether the failure was gone when it was looked at again."""
    outcome, gate, reason = _told(ending)
    subject = bid.subject
    return Record(
        at=at,
        owner=bid.owner,
        repository=subject.repository,
        branch=subject.branch,
        commit=subject.commit,
        workflow=subject.workflow,
        run=subject.run,
        environment=subject.environment,
        cause=plan.cause if plan else "",
        rule=plan.rule if plan else "",
        signature=bid.signature,
        confidence=plan.confidence if plan else 0.0,
        strategies=tuple(step.strategy for step in plan.steps) if plan else (),
        outcome="unhealed" if outcome == "recovered" and not healed else outcome,
        gate=gate,
        reason=reason,
        changed=_changed(ending),
    )


def _told(ending: Ending) -> tuple[OutcomeName, str, str]:
    match ending:
        case Recovered():
            return "recovered", "", ""
        case RolledBack(failure=failure):
            return "rolled-back", "", failure.reason
        case RollbackFailed(failure=failure):
            return "rollback-failed", "", failure.reason
        case Rehearsed():
            return "rehearsed", "", ""
        case Refusal(gate=gate, reason=reason):
            return "refused", gate, reason
        case Escalation(reason=reason):
            return "escalated", "", reason


def _changed(ending: Ending) -> bool:
    if not isinstance(ending, Recovered):
        return isinstance(ending, RolledBack | RollbackFailed)
    return any(change.verb in ("write", "delete") for done in ending.results for change in done.changes)
