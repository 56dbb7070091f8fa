"""What GitHub says of its limits: how long it wants us to wait, and how many calls it leaves us."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from remediate.platforms.github.wire import Reply

# GitHub asks for at least a minute where it names no time.
_UNNAMED = 60.0
_FIRST = 1.0
_MOST = 20.0
_SECONDARY = (b"secondary rate limit", b"abuse detection")


def limited(reply: Reply, now: float) -> float | None:
    """The seconds to wait before the same request may be made again; None where no limit was hit.

    A request that hit a limit had no effect.
    """
    if reply.status not in (403, 429):
        return None
    asked = reply.headers.get("retry-after", "")
    if asked:
        return float(asked) if asked.isdecimal() else _UNNAMED
    if reply.headers.get("x-ratelimit-remaining") == "0":
        reset = reply.headers.get("x-ratelimit-reset", "")
        return max(1.0, float(reset) - now + 1) if reset.isdecimal() else _UNNAMED
    words = reply.body.lower()
    secondary = reply.status == 429 or any(word in words for word in _SECONDARY)
    return _UNNAMED if secondary else None


def remaining(headers: Mapping[str, str]) -> int | None:
    """The calls left of the primary limit; None where the server has none."""
    value = headers.get("x-ratelimit-remaining", "")
    return int(value) if value.isdecimal() else None


def skew(headers: Mapping[str, str], now: float) -> float | None:
    """How many seconds the server's clock is ahead of ours."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp() - now
    except (KeyError, TypeError, ValueError):
        return None


def backoff(tries: int, random: Callable[[], float]) -> float:
    """Full jitter: anything up to a bound that doubles with each try."""
    return random() * min(_MOST, _FIRST * 2.0**tries)


def clock_time(moment: float) -> str:
    """A moment as a person reads it."""
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%H:%M UTC")
