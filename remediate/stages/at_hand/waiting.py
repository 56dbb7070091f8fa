"""How long a server asked us to wait, as it stands in what a command printed."""

from __future__ import annotations

import re
from typing import BinaryIO

# Whoever refuses a request says so near the end.
_TAIL = 256 * 1024
_SECONDS = {"": 1.0, "s": 1.0, "sec": 1.0, "second": 1.0, "ms": 0.001, "m": 60.0, "min": 60.0, "minute": 60.0}
_SAID = (
    rb"(?i)\bretry[- _]?after['\"]?\s{0,3}[:=]?\s{0,3}\[?\s?['\"]?(?:"
    rb"(?P<number>[0-9]{1,9}(?:\.[0-9]{1,6})?)\s?(?P<unit>ms|s|secs?|seconds?|m|mins?|minutes?)?\b"
    rb"|(?P<date>[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT))"
)


def retry_after(output: BinaryIO, now: float) -> float | None:
    """Seconds from now; None where nobody asked for any. The last word counts."""
    size = output.seek(0, 2)
    output.seek(max(0, size - _TAIL))
    sayings = list(re.finditer(_SAID, output.read(_TAIL)))
    if not sayings:
        return None
    said = sayings[-1]
    if said["date"]:
        return _until(said["date"].decode("ascii"), now)
    unit = (said["unit"] or b"").decode("ascii").lower()
    return float(said["number"]) * _SECONDS[unit if unit in _SECONDS else unit.rstrip("s")]


def _until(date: str, now: float) -> float | None:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - slow to import, and seldom wanted

    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None
