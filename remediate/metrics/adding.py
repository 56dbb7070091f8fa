"""Adds figures: numbers under names, durations, periods of time, whole documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone

import msgspec

from remediate.metrics.figures import (
    BOUNDS,
    DAYS,
    MORE,
    WEEKS,
    Detections,
    Durations,
    Metrics,
    Minutes,
    Period,
    Recoveries,
)

_LONGEST = 366 * 86400


def plus(counts: Mapping[str, int], *names: str, by: int = 1) -> dict[str, int]:
    """With one more under each name, in the order of the names."""
    return summed(counts, *({name: by} for name in names))


def summed(*all_counts: Mapping[str, int]) -> dict[str, int]:
    """The numbers of all, in the order of their names; none that is nothing."""
    names = sorted({name for counts in all_counts for name in counts})
    totals = {name: sum(counts.get(name, 0) for counts in all_counts) for name in names}
    return {name: total for name, total in totals.items() if total}


def lasted(durations: Durations, seconds: float) -> Durations:
    """With one more; what no clock can have measured counts as nothing or as a year."""
    whole = round(min(max(0.0, seconds), _LONGEST))
    bucket = next((str(bound) for bound in BOUNDS if whole <= bound), MORE)
    return Durations(
        count=durations.count + 1,
        seconds=durations.seconds + whole,
        buckets=plus(durations.buckets, bucket),
    )


def day_of(at: float) -> str:
    """The name of the day."""
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d")


def week_of(at: float) -> str:
    """The name of the week, as ISO 8601 numbers them."""
    year, week, _ = datetime.fromtimestamp(at, timezone.utc).isocalendar()
    return f"{year}-W{week:02d}"


def periods(some: Iterable[Period], most: int) -> tuple[Period, ...]:
    """One for each name, the latest that many, the oldest first."""
    by_name: dict[str, Period] = {}
    for period in some:
        by_name[period.name] = _period(by_name[period.name], period) if period.name in by_name else period
    return tuple(by_name[name] for name in sorted(by_name)[-most:])


def each_day(days: Sequence[Period], most: int) -> tuple[Period, ...]:
    """The latest days up to the last that there is, those between on which nothing happened too."""
    if not days:
        return ()
    known = {day.name: day for day in days}
    last = date.fromisoformat(max(known))
    first = max(date.fromisoformat(min(known)), last - timedelta(days=most - 1))
    names = ((first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1))
    return tuple(known.get(name) or Period(name=name) for name in names)


def told(metrics: Metrics, at: float, **numbers: int) -> Metrics:
    """With these numbers in the day and the week of that time."""
    return msgspec.structs.replace(
        metrics,
        since=min(metrics.since or at, at),
        updated=max(metrics.updated, at),
        days=periods((*metrics.days, Period(name=day_of(at), **numbers)), DAYS),
        weeks=periods((*metrics.weeks, Period(name=week_of(at), **numbers)), WEEKS),
    )


def merged(one: Metrics, other: Metrics) -> Metrics:
    """What both counted; what stands open now, precision and targets are of the later of them."""
    later = max(one, other, key=lambda metrics: (metrics.updated, msgspec.json.encode(metrics)))
    return msgspec.structs.replace(
        later,
        since=min(one.since or other.since, other.since or one.since),
        cases=summed(one.cases, other.cases),
        detections=_detections(one.detections, other.detections),
        recoveries=_recoveries(one.recoveries, other.recoveries),
        refusals=summed(one.refusals, other.refusals),
        rollbacks=summed(one.rollbacks, other.rollbacks),
        circuits_opened=one.circuits_opened + other.circuits_opened,
        escalations=one.escalations + other.escalations,
        minutes=_minutes(one.minutes, other.minutes),
        days=periods((*one.days, *other.days), DAYS),
        weeks=periods((*one.weeks, *other.weeks), WEEKS),
    )


def _detections(one: Detections, other: Detections) -> Detections:
    return Detections(
        total=one.total + other.total,
        by_cause=summed(one.by_cause, other.by_cause),
        by_rule=summed(one.by_rule, other.by_rule),
        confidence=summed(one.confidence, other.confidence),
        time_to_detect=_durations(one.time_to_detect, other.time_to_detect),
    )


def _recoveries(one: Recoveries, other: Recoveries) -> Recoveries:
    names = sorted({*one.by_strategy, *other.by_strategy})
    return Recoveries(
        total=one.total + other.total,
        by_outcome=summed(one.by_outcome, other.by_outcome),
        by_strategy={
            name: summed(one.by_strategy.get(name, {}), other.by_strategy.get(name, {})) for name in names
        },
        time_to_recover=_durations(one.time_to_recover, other.time_to_recover),
    )


def _durations(one: Durations, other: Durations) -> Durations:
    return Durations(
        count=one.count + other.count,
        seconds=one.seconds + other.seconds,
        buckets=summed(one.buckets, other.buckets),
    )


def _minutes(one: Minutes, other: Minutes) -> Minutes:
    return Minutes(
        spent=one.spent + other.spent,
        spared=one.spared + other.spared,
        reruns_spared=one.reruns_spared + other.reruns_spared,
    )


def _period(one: Period, other: Period) -> Period:
    numbers = (name for name in Period.__struct_fields__ if name != "name")
    return Period(name=one.name, **{name: getattr(one, name) + getattr(other, name) for name in numbers})
