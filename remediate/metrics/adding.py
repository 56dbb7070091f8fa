"""Adds figures: numbers under names, durations, periods of time."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone

import msgspec

from remediate.metrics.figures import BOUNDS, DAYS, MORE, WEEKS, Durations, Metrics, Period

_LONGEST = 366 * 86400


def plus(counts: Mapping[str, int], name: str) -> dict[str, int]:
    """With one more under the name; in the order of the names."""
    after = {**counts, name: counts.get(name, 0) + 1}
    return after if name in counts else dict(sorted(after.items()))


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
    return datetime.fromtimestamp(at, timezone.utc).date().isoformat()


def week_of(at: float) -> str:
    """The name of the week, as ISO 8601 numbers them."""
    year, week, _ = datetime.fromtimestamp(at, timezone.utc).isocalendar()
    return f"{year}-W{week:02d}"


def counted_in(
    periods: Sequence[Period], name: str, numbers: Mapping[str, int], most: int
) -> tuple[Period, ...]:
    """With these numbers more in the period of that name; the latest that many, the oldest first."""
    at = bisect.bisect_left(periods, name, key=lambda period: period.name)
    if at == len(periods) or periods[at].name != name:
        return (*periods[:at], Period(name=name, **numbers), *periods[at:])[-most:]
    sums = {what: getattr(periods[at], what) + number for what, number in numbers.items()}
    return (*periods[:at], msgspec.structs.replace(periods[at], **sums), *periods[at + 1 :])


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
        days=counted_in(metrics.days, day_of(at), numbers, DAYS),
        weeks=counted_in(metrics.weeks, week_of(at), numbers, WEEKS),
    )
