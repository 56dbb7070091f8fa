"""Measures signatures: do two logs of one failure agree, do two of different failures collide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

import msgspec

from calibration.validation import Verdict

# A label made of these words alone ("2 failed, 5 passed in 3 s") does not tell one failure from another.
_COUNTING = re.compile(
    r"(?:collection|compil\w+|during|errors?|execution|fail\w+|for|in|interrupted|passed|s|skip\w*|suites|task"
    r"|tests?|total|\s)*"
)


class Pairs(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of pairs of answered logs, and the colliding ones by name."""

    same: int
    agree: int
    different: int
    collide: int
    collisions: tuple[tuple[str, str], ...]


def pair(verdicts: Sequence[Verdict]) -> Pairs:
    """Counts over all pairs of logs whose label names its failure.

    Two logs show the same failure when their labelled lines are the same letters, digits left aside."""
    known = [
        (identity(v), v.diagnosis.signature, v.case.label.path.name) for v in verdicts if v.right and v.failed
    ]
    known = [entry for entry in known if entry[0]]
    same = agree = different = collide = 0
    collisions = []
    for (one, sign, name), (other, sign2, name2) in combinations(known, 2):
        if one == other:
            same += 1
            agree += sign == sign2
        else:
            different += 1
            collide += sign == sign2
            if sign == sign2:
                collisions.append((name, name2))
    return Pairs(same=same, agree=agree, different=different, collide=collide, collisions=tuple(collisions))


def identity(verdict: Verdict) -> str:
    """What a label says of a failure, independent of how signatures are made."""
    label = verdict.case.label
    letters = re.sub(r"[^a-z]+", " ", " ".join(label.texts).lower()).strip()
    return "" if _COUNTING.fullmatch(letters) else f"{label.cause}: {letters}"
