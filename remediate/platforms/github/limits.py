"""What GitHub says of its limits: how long it wants us to wait, and how many calls it leaves us."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from remediate.platforms.github.wire import Reply

# GitHub asks for at least a minute where it names no time.
_UNNAMED = 60.0
_LEAST = 1.0
_FIRST = 1.0
_MOST = 20.0
_SECONDARY = (b"secondary rate limit", b"abuse detection")
# Servers of one's own write some of them as fractions.
_SECONDS = re.compile(r"[0-9]{1,10}(?:\.[0-9]*)?")


def limited(reply: Reply, now: float) -> float | None:
    """The seconds to wait before the same request may be made again; None where no limit was hit.

    A request that hit a limit had no effect. `now` is by the server's clock.
    """
    if reply.status not in (403, 429):
        return None
    asked = told_to_wait(reply, now)
    if asked is not None:
        return asked
    if reply.headers.get("x-ratelimit-remaining") == "0":
        reset = _seconds(reply.headers.get("x-ratelimit-reset", ""))
        return _UNNAMED if reset is None else max(_LEAST, reset - now + 1)
    words = reply.body.lower()
    secondary = reply.status == 429 or any(word in words for word in _SECONDARY)
    return _UNNAMED if secondary else None


def told_to_wait(reply: Reply, now: float) -> float | None:
    """The seconds of `Retry-After`, which may be a date; None where there is none."""
    told = reply.headers.get("retry-after", "")
    if not told:
        return None
    seconds = _seconds(told)
    if seconds is None:
        seconds = _until(told, now)
    return max(_LEAST, seconds)


def _seconds(told: str) -> float | None:
    return float(told) if _SECONDS.fullmatch(told.strip()) else None


def _until(told: str, now: float) -> float:
    try:
        return parsedate_to_datetime(told).timestamp() - now
    except (TypeError, ValueError, OverflowError):
        return _UNNAMED


def remaining(headers: Mapping[str, str]) -> int | None:
    """The calls left of the primary limit; None where the server has none."""
    value = headers.get("x-ratelimit-remaining", "")
    return int(value) if value.isdecimal() else None


def skew(headers: Mapping[str, str], now: float) -> float | None:
    """How many seconds the server's clock is ahead of ours."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp() - now
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def backoff(tries: int, random: Callable[[], float]) -> float:
    """Full jitter: anything up to a bound that doubles with each try."""
    return random() * min(_MOST, _FIRST * 2.0**tries)


def clock_time(moment: float) -> str:
    """A moment as a person reads it."""
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%H:%M UTC")
