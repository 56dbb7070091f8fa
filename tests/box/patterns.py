"""The patterns of branch, tag and path filters, and times of cron, as GitHub reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
NAMES = {
    name: str(number)
    for names, first in (
        ("sun mon tue wed thu fri sat", 0),
        ("jan feb mar apr may jun jul aug sep oct nov dec", 1),
    )
    for number, name in enumerate(names.split(), first)
}


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    parts = re.findall(r"\*\*/|\*\*|\*|\?|\+|\[[^\]]*\]|\\.|.", pattern)
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "?", "+": "+"}
    words = [
        known.get(part) or (part if part[0] == "[" and len(part) > 1 else re.escape(part)) for part in parts
    ]
    return re.compile("".join(words))


def fits_any(patterns: Sequence[str], name: str) -> bool:
    """Whether the last pattern that speaks of the name is for it; `!` takes out."""
    verdict = False
    for pattern in patterns:
        negative = str(pattern).startswith("!")
        if _regex(str(pattern)[negative:]).fullmatch(name):
            verdict = not negative
    return verdict


def fits(filters: Mapping[str, Any], key: str, name: str, *, absent: bool) -> bool:
    """Whether a name passes `key` or `key-ignore`; `absent` where the file has neither."""
    if key in filters:
        return fits_any(_many(filters[key]), name)
    if f"{key}-ignore" in filters:
        return not fits_any(_many(filters[f"{key}-ignore"]), name)
    return absent


def _many(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(each) for each in value or []]


def _field(text: str, low: int, high: int) -> set[int]:
    chosen: set[int] = set()
    for part in text.lower().split(","):
        span, _, step = part.partition("/")
        span = re.sub("[a-z]+", lambda word: NAMES[word[0]], span)
        first, _, last = span.partition("-")
        begin = low if first == "*" else int(first)
        end = high if first == "*" or (step and not last) else int(last or first)
        chosen |= set(range(begin, end + 1, int(step or 1)))
    return {number % 7 for number in chosen} if (low, high) == (0, 6) else chosen


def next_time(cron: str, after: float) -> float:
    """The first moment after `after` at which a line of cron is due, in UTC."""
    words = cron.split()
    minutes, hours, days, months, weekdays = (_field(word, *FIELDS[at]) for at, word in enumerate(words))
    either = words[2] != "*" and words[4] != "*"
    moment = datetime.fromtimestamp(after, timezone.utc).replace(second=0, microsecond=0) + timedelta(
        minutes=1
    )
    for _ in range(366 * 24 * 60):
        by_date, by_weekday = moment.day in days, (moment.weekday() + 1) % 7 in weekdays
        day = (by_date or by_weekday) if either else (by_date and by_weekday)
        if moment.month not in months or not day:
            moment = moment.replace(hour=0, minute=0) + timedelta(days=1)
        elif moment.hour not in hours:
            moment = moment.replace(minute=0) + timedelta(hours=1)
        elif moment.minute not in minutes:
            moment += timedelta(minutes=1)
        else:
            return moment.timestamp()
    raise ValueError(f"{cron} is never due")
