"""Times as people write them: `24h`, `5m`, `30s`, `7d`, or a number of seconds."""

from __future__ import annotations

import re

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_WRITTEN = re.compile(r"(\d{1,12}(?:\.\d{0,20})?(?:[eE][-+]?\d{1,3})?) ?([smhd]?)", re.ASCII)


def seconds_of(text: str) -> float | None:
    """The seconds; None where the text is no time."""
    found = _WRITTEN.fullmatch(text)
    return float(found[1]) * _UNITS[found[2] or "s"] if found else None


def written(seconds: float) -> str:
    """The shortest way to write it, in the largest unit that leaves a whole number."""
    for unit, size in _UNITS.items():
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:.0f}{unit}"
    # Never with an exponent, which could not be read again.
    return f"{seconds:.6f}".rstrip("0").rstrip(".") + "s"
