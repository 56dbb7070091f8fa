"""What is kept no longer: it goes along with a change that is made anyway; what still counts stays."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timezone

from remediate.ports import Documents, Shelf
from remediate.safety.moments import HOUR
from remediate.state import attempts
from remediate.state.branch_parts import FOLDER as HISTORY
from remediate.state.branch_parts import in_order, is_open
from remediate.state.cases import day_of
from remediate.state.shapes import Unreadable

_DAY = 24 * HOUR
# A run can be re-run for 30 days; its closing must be known for as long as the run may be found again.
CLOSINGS = 35 * _DAY
# The figures draw 53 weeks, and nothing reads lines that are older.
LINES = 400 * _DAY
# 64 MiB: a line is looked for by people, and all of it is fetched by whoever wants all.
MOST_PARTS = 512
# What one change removes has to be read by it: so many cost it little.
_AT_ONCE = 60
# An attempt's age stands in its document alone: so many are looked at, others each time.
_LOOKED_AT = 40
_A_DAY = re.compile(r"cases/\d{4}-\d{2}-\d{2}\.json", re.ASCII)


def outdated(shelf: Shelf, now: float, chance: float, look_back: float = 0.0) -> tuple[str, ...]:
    """Documents that may go, as many as one change shall carry; `chance`, from 0 to 1, says which.

    Runs are looked for as far back as `look_back`. A document that cannot be read is for a person to mend: it
    is left where it is, and keeps no other from going.
    """
    there = shelf.names()
    known = [name for name in there if name.startswith(attempts.FOLDER)]
    first = int(chance * len(known))
    few = [*known[first:], *known[:first]][:_LOOKED_AT]
    old = [*_old_days(there, now - max(CLOSINGS, look_back + 2 * _DAY)), *_old_lines(there, now - LINES)]
    return _readable(shelf, (*few, *old)[:_AT_ONCE])


def gone(
    documents: Documents, names: Sequence[str], now: float, needed: Collection[str] = ()
) -> dict[str, bytes | None]:
    """What becomes of them; the attempts of the signatures that are `needed` stay."""
    changed: dict[str, bytes | None] = {}
    for name in names:
        data = documents[name]
        if name.startswith(attempts.FOLDER):
            if _is_over(name, data, now, needed):
                changed[name] = None
        else:
            # A full document of a month is seen as none: it becomes a part, which goes the next time.
            changed[name] = b"" if data is None and is_open(name) else None
    return changed


def _is_over(name: str, data: bytes | None, now: float, needed: Collection[str]) -> bool:
    try:
        made = attempts.read_document(name, data)
    except Unreadable:
        return False
    return made.signature not in needed and attempts.is_over(made, now)


def _old_days(there: Sequence[str], until: float) -> list[str]:
    return [name for name in there if _A_DAY.fullmatch(name) and name < day_of(until)]


def _old_lines(there: Sequence[str], until: float) -> Iterator[str]:
    parts = in_order(there)
    many = len(parts) - MOST_PARTS
    month = f"{HISTORY}{datetime.fromtimestamp(until, timezone.utc):%Y-%m}"
    for number, name in enumerate(parts):
        if number < many or name < month:
            yield name


def _readable(shelf: Shelf, names: Sequence[str]) -> tuple[str, ...]:
    try:
        shelf.read(*names)
    except Unreadable:
        half = len(names) // 2
        return (*_readable(shelf, names[:half]), *_readable(shelf, names[half:])) if half else ()
    return tuple(names)
