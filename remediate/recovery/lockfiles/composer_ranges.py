"""Version ranges as Composer words them, told in npm's wording."""

from __future__ import annotations

import re

from remediate.recovery.lockfiles import node_ranges
from remediate.recovery.lockfiles.abilities import BOTH

_RELEASE = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.0+)?")
_PLAIN = re.compile(r"(\^|~|>=|<=|>|<|==?|)\s*v?(\d+(?:\.(?:\d+|\*)){0,3}|\*)")
_STABILITY = re.compile(r"@\w+$")
_LONGEST = 400


def satisfies(version: str, wording: str) -> bool | None:
    """Whether a release is allowed; None for branches, pre-releases and wordings beyond the plain ones."""
    release = _RELEASE.fullmatch(version)
    if release is None or len(wording) > _LONGEST:
        return None
    exact = ".".join(part or "0" for part in release.groups())
    answers = [_satisfies(exact, each) for each in wording.split(BOTH)]
    return False if False in answers else None if None in answers else True


def _satisfies(version: str, wording: str) -> bool | None:
    answers = [_all_of(version, each.strip()) for each in re.split(r"\|\|?", wording)]
    return True if True in answers else None if None in answers else False


def _all_of(version: str, wording: str) -> bool | None:
    if " - " in wording:
        return None
    spaced = re.sub(r"(\^|~|>=|<=|>|<|==?)\s+", r"\1", wording)
    parts = [_STABILITY.sub("", each) for each in re.split(r"[\s,]+", spaced) if each]
    answers = [_one(version, each) for each in parts]
    return False if False in answers else None if None in answers or not answers else True


def _one(version: str, wording: str) -> bool | None:
    found = _PLAIN.fullmatch(wording)
    if found is None:
        return None
    sign, numbers = found[1], found[2].split(".")
    if len(numbers) > 3:
        return None
    if sign in {"", "=", "=="} and "*" not in numbers:
        numbers = [*numbers, "0", "0"][:3]
    if sign == "~" and len(numbers) <= 2:
        # The last number that is given may grow, but `~1` means `~1.0`.
        return node_ranges.satisfies(version, f">={'.'.join(numbers)} <{int(numbers[0]) + 1}")
    if sign in {">", "<", ">=", "<="}:
        numbers = [*numbers, "0", "0"][:3]
    return node_ranges.satisfies(version, sign.replace("==", "=") + ".".join(numbers))
