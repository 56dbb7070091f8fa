"""Counts a failure when it is detected and when it ends, and what that was; pure, each in the same time."""

from __future__ import annotations

import math

import msgspec

from remediate.metrics.adding import lasted, plus, told
from remediate.metrics.figures import SHARES, Detections, Metrics, Minutes, Recoveries
from remediate.model.case import Standing
from remediate.model.record import OutcomeName, Record

_RERUNS = frozenset({"rerun", "retry-command"})
_FAILED = ("unhealed", "rolled-back", "rollback-failed")


class Detected(msgspec.Struct, frozen=True, kw_only=True, tag="detected"):
    """A failure was diagnosed `lag` seconds after it had happened."""

    key: str
    at: float
    cause: str
    rule: str = ""
    confidence: float = 0.0
    lag: float = 0.0


class Called(msgspec.Struct, frozen=True, kw_only=True, tag="called"):
    """A person was called to a failed attempt; a probe of its circuit may heal it all the same."""

    key: str
    at: float


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended"):
    """A failed attempt is closed. `outcome` is None where nothing was done about it.

    `lasted` are the seconds that the failed attempt took, `after` those from its end until it was closed.
    """

    key: str
    at: float
    standing: Standing
    outcome: OutcomeName | None = None
    strategies: tuple[str, ...] = ()
    gate: str = ""
    lasted: float = 0.0
    after: float = 0.0


Happening = Detected | Called | Ended


def counted(metrics: Metrics, happening: Happening) -> Metrics:
    """With one more; whoever tells a thing twice has to know it by its key."""
    match happening:
        case Detected():
            return _detected(metrics, happening)
        case Called():
            called = msgspec.structs.replace(metrics, escalations=metrics.escalations + 1)
            return told(called, happening.at)
        case Ended():
            return _ended(metrics, happening)


def of_record(record: Record) -> tuple[Happening, ...]:
    """What a line of the history tells, for figures of a state that has no others."""
    if record.outcome == "rehearsed":
        return ()
    standings: dict[str, Standing] = {
        "recovered": "healed",
        "refused": "refused",
    }
    acted = record.outcome not in ("refused", "escalated")
    standing = standings.get(record.outcome, "escalated")
    called = (Called(key=record.owner, at=record.at),) if standing == "escalated" else ()
    return (
        Detected(
            key=record.owner,
            at=record.at,
            cause=record.cause or "unclassified",
            rule=record.rule,
            confidence=record.confidence,
        ),
        *called,
        Ended(
            key=record.owner,
            at=record.at,
            standing=standing,
            outcome=record.outcome if acted else None,
            strategies=record.strategies if acted else (),
            gate=record.gate,
            after=record.seconds,
        ),
    )


def _detected(metrics: Metrics, one: Detected) -> Metrics:
    before = metrics.detections
    after = Detections(
        total=before.total + 1,
        by_cause=plus(before.by_cause, one.cause),
        by_rule=plus(before.by_rule, one.rule) if one.rule else before.by_rule,
        confidence=plus(before.confidence, _tenth(one.confidence)) if one.rule else before.confidence,
        time_to_detect=lasted(before.time_to_detect, one.lag),
    )
    return told(msgspec.structs.replace(metrics, detections=after), one.at, detected=1)


def _ended(metrics: Metrics, one: Ended) -> Metrics:
    after = msgspec.structs.replace(
        metrics,
        cases=plus(metrics.cases, one.standing),
        refusals=plus(metrics.refusals, one.gate) if one.gate else metrics.refusals,
        rollbacks=_rollbacks(metrics, one.outcome),
        recoveries=_recoveries(metrics.recoveries, one) if one.outcome else metrics.recoveries,
        minutes=_minutes(metrics.minutes, one),
    )
    numbers: dict[str, int] = {one.standing: 1} if one.standing != "pending" else {}
    if one.outcome in _FAILED:
        numbers["unhealed"] = 1
    if one.outcome in ("rolled-back", "rollback-failed"):
        numbers["rolled_back"] = 1
    return told(after, one.at, **numbers)


def _rollbacks(metrics: Metrics, outcome: OutcomeName | None) -> dict[str, int]:
    if outcome == "rolled-back":
        return plus(metrics.rollbacks, "complete")
    return plus(metrics.rollbacks, "partial") if outcome == "rollback-failed" else metrics.rollbacks


def _recoveries(before: Recoveries, one: Ended) -> Recoveries:
    outcome = one.outcome or "unhealed"
    by_strategy = dict(before.by_strategy)
    for name in dict.fromkeys(one.strategies):
        by_strategy[name] = plus(by_strategy.get(name, {}), outcome)
    healed = outcome == "recovered"
    return Recoveries(
        total=before.total + 1,
        by_outcome=plus(before.by_outcome, outcome),
        by_strategy=dict(sorted(by_strategy.items())),
        time_to_recover=lasted(before.time_to_recover, one.after) if healed else before.time_to_recover,
    )


def _minutes(before: Minutes, one: Ended) -> Minutes:
    if not _RERUNS.intersection(one.strategies):
        return before
    seconds = round(max(0.0, min(one.lasted, 6 * 3600.0)))
    if one.outcome == "recovered":
        return Minutes(
            spent=before.spent, spared=before.spared + seconds, reruns_spared=before.reruns_spared + 1
        )
    if one.outcome in _FAILED:
        return msgspec.structs.replace(before, spent=before.spent + seconds)
    return before


def _tenth(confidence: float) -> str:
    return SHARES[min(max(math.ceil(confidence * 10) - 1, 0), 9)]
