"""Points in time as a person reads them, and how far two clocks may lie apart."""

from __future__ import annotations

from datetime import datetime, timezone

HOUR = 3600.0
# A clock may be wrong by so much, either way; two clocks then differ by twice as much.
CLOCK_ERROR = HOUR
CLOCKS_DIFFER = 2 * CLOCK_ERROR


def moment(at: float) -> str:
    """The time in UTC to the minute; a number that is no time says so."""
    try:
        return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    except (ValueError, OverflowError, OSError):
        return "a time that no clock has"
