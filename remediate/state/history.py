"""`history/YYYY-MM.jsonl`: every recovery and every refusal, a line each."""

from __future__ import annotations

from datetime import datetime, timezone

import msgspec

from remediate.logs.cutting import cut
from remediate.logs.neutral import for_terminal
from remediate.logs.redaction import Redactor
from remediate.model.diagnosis import Diagnosis
from remediate.model.plan import Plan
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


def line_of(
    bid: Bid,
    outcome: OutcomeName,
    at: float,
    *,
    of: Plan | Diagnosis | None = None,
    plan: Plan | None = None,
) -> Record:
    """The line for how a bid ended: `of` says what failed, `plan` what was to be done."""
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
        cause=of.cause if of else "",
        rule=(of.rule or "") if of else "",
        signature=bid.signature,
        confidence=of.confidence if of else 0.0,
        strategies=tuple(step.strategy for step in plan.steps) if plan else (),
        outcome=outcome,
    )
