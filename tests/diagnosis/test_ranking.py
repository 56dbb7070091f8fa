"""Shares add up, calibration keeps its bounds, and nothing hangs on the order of the candidates."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_rules import rule

from remediate.diagnosis.candidates import Candidate, Features
from remediate.diagnosis.ranking import NOTHING, calibrate, doubts, load_fit, rank, score
from remediate.diagnosis.sighting import Sighting
from remediate.model.cause import CAUSES

_NAMES = ("a", "b", "c", "inside decisive")
_FEATURES = st.dictionaries(st.sampled_from(_NAMES), st.floats(-3, 3), max_size=4)
_WEIGHTS = st.dictionaries(st.sampled_from(_NAMES), st.floats(-300, 300), max_size=4)
_CAUSES = st.sampled_from(["network", "test", "lint"])


def candidate(cause: str, features: Features, line: int = 1, **more: object) -> Candidate:
    seen = Sighting(rule=0, line=line, offset=0, text="x", level="")
    return Candidate(
        rule=rule(f"r{line}", "xxxx", cause=cause, **more),
        sighting=seen,
        sightings=(seen,),
        features=features,
    )


_CANDIDATES = st.lists(st.tuples(_CAUSES, _FEATURES), max_size=8).map(
    lambda rows: [candidate(cause, features, line) for line, (cause, features) in enumerate(rows, 1)]
)


@given(_CANDIDATES, _FEATURES, _WEIGHTS)
def test_shares_are_a_distribution(found: list[Candidate], nothing: Features, weights: Features) -> None:
    ranking = rank(found, nothing, weights)
    assert sum(ranking.causes.values()) == pytest.approx(1)
    assert sum(ranking.shares) + ranking.causes[NOTHING] == pytest.approx(1)
    assert all(0 <= share <= 1 + 1e-9 for share in ranking.causes.values())
    for cause in {c.rule.cause for c in found}:
        own = [s for c, s in zip(found, ranking.shares, strict=True) if c.rule.cause == cause]
        assert ranking.causes[cause] == pytest.approx(sum(own))


@given(_CANDIDATES, _FEATURES, _WEIGHTS, st.randoms())
def test_order_of_candidates_does_not_matter(
    found: list[Candidate], nothing: Features, weights: Features, random
) -> None:  # type: ignore[no-untyped-def]
    mixed = random.sample(found, len(found))
    one, other = rank(found, nothing, weights), rank(mixed, nothing, weights)
    assert one.causes == pytest.approx(other.causes)
    by_line = {c.sighting.line: share for c, share in zip(mixed, other.shares, strict=True)}
    assert one.shares == pytest.approx([by_line[c.sighting.line] for c in found])


@given(_CANDIDATES, _FEATURES, _WEIGHTS, st.text(min_size=5), st.floats(-1e3, 1e3))
def test_unknown_features_count_nothing(
    found: list[Candidate], nothing: Features, weights: Features, name: str, value: float
) -> None:
    strange = [candidate(c.rule.cause, {**c.features, f"strange {name}": value}) for c in found]
    assert rank(strange, nothing, weights).shares == rank(found, nothing, weights).shares


def test_stronger_candidate_has_the_greater_share() -> None:
    found = [candidate("network", {"a": 1.0}), candidate("test", {"a": 2.0}, 2)]
    ranking = rank(found, {}, {"a": 1.0})
    assert ranking.shares == pytest.approx(
        [math.e / (1 + math.e + math.e**2), math.e**2 / (1 + math.e + math.e**2)]
    )


@given(_FEATURES, _WEIGHTS)
def test_score_is_linear(features: Features, weights: Features) -> None:
    doubled = {name: 2 * value for name, value in features.items()}
    assert score(doubled, weights) == pytest.approx(2 * score(features, weights), abs=1e-9)


@given(st.dictionaries(st.text(max_size=3), st.floats(-1e6, 1e6)), st.floats(-1e6, 1e6))
def test_calibration_is_never_certain(features: Features, weight: float) -> None:
    given_ = calibrate(features, dict.fromkeys(features, weight))
    assert 0.01 <= given_ <= 0.99


@given(st.floats(-20, 20), st.floats(-20, 20))
def test_calibration_grows_with_what_speaks_for_it(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert calibrate({"logit": low}, {"logit": 1.0}) <= calibrate({"logit": high}, {"logit": 1.0})
    assert calibrate({"logit": 0.0}, {"logit": 1.0}) == 0.5


def test_doubts_tell_the_margin_over_the_next_cause() -> None:
    best = candidate("network", {"a": 2.0, "inside decisive": 1.0}, recovery="rerun", transient=True)
    found = [best, candidate("test", {"a": 1.0}, 2)]
    ranking = rank(found, {}, {"a": 1.0})
    told = doubts(best, ranking, found)
    assert told["margin"] == pytest.approx(ranking.causes["network"] - ranking.causes["test"])
    assert told["logit"] == pytest.approx(
        math.log(ranking.causes["network"] / (1 - ranking.causes["network"]))
    )
    assert {"decisive", "inside", "healable", "bias"} <= set(told)
    plain = candidate("test", {"a": 1.0}, 2, role="supporting")
    assert {"supporting", "outside", "plain"} <= set(doubts(plain, ranking, found))


def test_committed_fit_says_where_it_comes_from() -> None:
    fit = load_fit()
    assert {"command", "corpus", "method"} <= set(fit.provenance)
    causes = {name.split(" ")[1] for name in fit.ranking if name.startswith("cause ")}
    assert causes <= set(CAUSES)
    assert fit.calibration["logit"] > 0
