"""Chooses the root among the candidates, or says why none can be named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from remediate.diagnosis.candidates import Candidate, Features
from remediate.diagnosis.ranking import NOTHING, Ranking
from remediate.diagnosis.reading import Reading
from remediate.diagnosis.scene import Scene

# What a step can only come to when what it fetched before was there.
GONE_ON_TO = frozenset({"compile", "test", "lint", "dependency"})

_ABOUT_AS_STRONG = 0.75
_END_LINES = 40
_END_READ = 2000
_COMPLAINT = rb"(?i)\b(?:errors?|fatal|failed|failure|exception|panic)\b"


def nothing_failed(reading: Reading, scene: Scene, candidates: Sequence[Candidate]) -> Features:
    """What speaks for the job having succeeded."""
    near_end = reading.lines - _END_LINES
    signs = {
        "nothing": True,
        f"nothing: failed {reading.outline.failed}": True,
        "nothing: no decisive line": all(c.rule.role != "decisive" for c in candidates),
        "nothing: only transient trouble": all(c.rule.transient for c in candidates),
        "nothing: passed at the end": any(line > near_end for line in scene.passed),
        "nothing: passed after all": _all_above(scene.passed, candidates),
        "nothing: overcome after all": _all_above(scene.recovered, candidates),
        "nothing: consequence at the end": any(line > near_end for line in scene.consequences),
        "nothing: ends without a complaint": not complains(reading),
        "nothing: final error": reading.outline.final_error is not None,
    }
    return {name: 1.0 for name, holds in signs.items() if holds}


def _all_above(lines: tuple[int, ...], candidates: Sequence[Candidate]) -> bool:
    return bool(lines) and all(c.sighting.line < lines[-1] for c in candidates)


def reason_to_abstain(reading: Reading, candidates: Sequence[Candidate], ranking: Ranking) -> str | None:
    """Why no cause is named; None when one is."""
    failed = reading.outline.failed
    if failed is False:
        return "no-failure"
    strongest = max((share for cause, share in ranking.causes.items() if cause != NOTHING), default=0.0)
    if strongest > ranking.causes[NOTHING]:
        return None
    if failed:
        return "weak-evidence" if candidates else "no-rule"
    if reading.outline.truncated:
        return "log-cut"
    return "no-rule" if reading.outline.final_error or complains(reading) else "no-failure"


def complains(reading: Reading) -> bool:
    """Whether the end of a log that no CI system judged speaks of an error."""
    return bool(re.search(_COMPLAINT, reading.tail[-_END_READ:]))


def choose(candidates: Sequence[Candidate], ranking: Ranking) -> Candidate:
    """The strongest cause's first candidate in the log, among those about as strong as the strongest.

    A trouble after which the same step went on to a defect was survived: then it is the defect. A step that
    does nothing but judge code is believed when it judges.
    """
    shares = dict(zip(map(id, candidates), ranking.shares, strict=True))
    cause = max((share, cause) for cause, share in ranking.causes.items() if cause != NOTHING)[1]
    root = _first_of([c for c in candidates if c.rule.cause == cause], shares)
    if not root.rule.transient or "inside decisive" not in root.features:
        return root
    judged = {c.rule.cause for c in candidates if c.rule.judges}
    later = [c for c in candidates if c.rule.cause in judged or _gone_on_to(c, root)]
    return max(later, key=lambda c: shares[id(c)], default=root)


def _first_of(candidates: Sequence[Candidate], shares: dict[int, float]) -> Candidate:
    best = max(shares[id(c)] for c in candidates)
    strong = [c for c in candidates if shares[id(c)] >= _ABOUT_AS_STRONG * best]
    return min(strong, key=lambda c: (c.sighting.line, c.rule.recovery is None, -shares[id(c)]))


def _gone_on_to(defect: Candidate, trouble: Candidate) -> bool:
    """Whether the step came to a defect, told for certain, below the trouble."""
    return (
        defect.rule.cause in GONE_ON_TO
        and "inside decisive" in defect.features
        and defect.sighting.line > trouble.sighting.line
    )
