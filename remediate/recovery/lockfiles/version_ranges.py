"""Whether a Python version lies in a range, for the plain cases of PEP 440 and Poetry's own signs."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

_VERSION = re.compile(r"v?(\d+(?:\.\d+)*)$")
_CLAUSE = re.compile(r"(===|==|!=|<=|>=|~=|<|>|\^|~|)\s*v?(\d+(?:\.\d+)*)(\.\*)?$")
_LONGEST = 400

Numbers = tuple[int, ...]
_COMPARED: dict[str, Callable[[Numbers, Numbers], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "===": operator.eq,
    "!=": operator.ne,
}


def satisfies(version: str, wording: str) -> bool | None:
    """Whether the version is allowed; None where the wording or the version is beyond the plain cases."""
    numbers = _numbers(version)
    ranges = wording.partition(";")[0].strip()
    if numbers is None or len(ranges) > _LONGEST:
        return None
    if ranges in {"", "*"}:
        return True
    answers = [_clause(numbers, each.strip()) for each in ranges.split(",") if each.strip()]
    if False in answers:
        return False
    return None if None in answers else True


def _numbers(version: str) -> Numbers | None:
    found = _VERSION.match(version) if len(version) < _LONGEST else None
    return _plain(found[1]) if found else None


def _plain(dotted: str) -> Numbers:
    """The parts as numbers without zeros at the end, so that 1.0 is 1."""
    parts = [int(each) for each in dotted.split(".")]
    while len(parts) > 1 and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _clause(version: Numbers, clause: str) -> bool | None:
    found = _CLAUSE.match(clause)
    if found is None:
        return None
    sign, dotted, star = found[1] or "==", found[2], found[3]
    parts = [int(each) for each in dotted.split(".")]
    if star:
        within = _between(version, parts, len(parts) - 1)
        return within if sign == "==" else not within if sign == "!=" else None
    if sign == "^":
        leading = next((place for place, each in enumerate(parts) if each), len(parts) - 1)
        return _between(version, parts, leading)
    if sign == "~":
        return _between(version, parts, min(1, len(parts) - 1))
    if sign == "~=":
        return _between(version, parts, len(parts) - 2) if len(parts) > 1 else None
    return _COMPARED[sign](version, _plain(dotted))


def _between(version: Numbers, parts: list[int], place: int) -> bool:
    """Whether the version is at least these parts, and below the next at that place."""
    above = [*parts[:place], parts[place] + 1]
    return _plain(".".join(map(str, parts))) <= version < tuple(above)
