"""Weighs the candidates against each other and turns the result into a probability."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence

import msgspec

from remediate.diagnosis.candidates import Candidate, Features

NOTHING = ""


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """What `scripts/calibrate` found: the ranking's weights, the calibration's, and where they come from."""

    provenance: dict[str, str]
    ranking: dict[str, float]
    calibration: dict[str, float]


class Ranking(msgspec.Struct, frozen=True, kw_only=True):
    """Each cause's share of the belief (the empty name: that nothing failed), and each candidate's."""

    causes: dict[str, float]
    shares: tuple[float, ...]


def load_fit() -> Fit:
    """The committed fit."""
    with open(os.path.join(os.path.dirname(__file__), "fit.json"), "rb") as stream:
        return msgspec.json.decode(stream.read(), type=Fit)


def score(features: Features, weights: dict[str, float]) -> float:
    """The weighted sum; a feature the fit never saw counts nothing."""
    return sum(value * weights.get(name, 0.0) for name, value in features.items())


def rank(candidates: Sequence[Candidate], nothing: Features, weights: dict[str, float]) -> Ranking:
    """A softmax over the candidates and over "nothing failed", summed up by cause."""
    scores = [score(c.features, weights) for c in candidates] + [score(nothing, weights)]
    top = max(scores)
    powers = [math.exp(s - top) for s in scores]
    total = sum(powers)
    shares = tuple(power / total for power in powers)
    causes: dict[str, float] = {NOTHING: shares[-1]}
    for candidate, share in zip(candidates, shares, strict=False):
        causes[candidate.rule.cause] = causes.get(candidate.rule.cause, 0.0) + share
    return Ranking(causes=causes, shares=shares[:-1])


def calibrate(features: Features, weights: dict[str, float]) -> float:
    """A probability from the calibration's features, never certain."""
    logit = max(-30.0, min(30.0, score(features, weights)))
    return min(0.99, max(0.01, 1 / (1 + math.exp(-logit))))


def doubts(best: Candidate, ranking: Ranking, candidates: Iterable[Candidate]) -> Features:
    """The features from which the confidence in `best` is calibrated."""
    share = min(0.9999, max(0.0001, ranking.causes[best.rule.cause]))
    rest = sorted((v for k, v in ranking.causes.items() if k != best.rule.cause), reverse=True)
    margin = share - (rest[0] if rest else 0.0)
    kind = "healable" if best.rule.recovery else "plain"
    known = (
        "inside" if "inside decisive" in best.features or "inside supporting" in best.features else "outside"
    )
    return {
        "bias": 1.0,
        "logit": math.log(share / (1 - share)),
        "margin": margin,
        f"{best.rule.role}": 1.0,
        f"{known}": 1.0,
        f"{kind}": 1.0,
        "candidates": min(1.0, sum(1 for _ in candidates) / 12),
    }
