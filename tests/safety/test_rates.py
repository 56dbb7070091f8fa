"""Rolling windows let through what is within the limits, and say when the next may come."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from remediate.model.policy import RatePolicy
from remediate.safety.moments import CLOCKS_DIFFER, HOUR
from remediate.safety.rates import Begun, Exceeded, Within, limit, pruned

POLICY = RatePolicy()
NOON = 1_790_000_000.0


def begun(*ago: float, signature: str = "") -> list[Begun]:
    return [
        Begun(at=NOON - seconds, signature=signature or str(number)) for number, seconds in enumerate(ago)
    ]


def test_ten_a_minute() -> None:
    assert limit(begun(*range(9)), POLICY, "new", NOON) == Within()
    verdict = limit(begun(*range(10)), POLICY, "new", NOON)
    assert isinstance(verdict, Exceeded)
    assert verdict.until == NOON - 9 + 60
    assert verdict.reason.startswith("10 recoveries a minute have begun; the next may from 2026-")
    assert limit(begun(*range(10)), POLICY, "new", verdict.until) == Within()


def test_three_an_hour_for_one_signature() -> None:
    same = begun(10, 1800, 3599, signature="s")
    verdict = limit(same, POLICY, "s", NOON)
    assert isinstance(verdict, Exceeded)
    assert verdict.until == NOON + 1
    assert limit(same, POLICY, "other", NOON) == Within()
    assert limit(same, POLICY, "s", verdict.until) == Within()


def test_a_clock_ahead_counts_and_a_broken_one_does_not() -> None:
    assert isinstance(limit(begun(*[-HOUR] * 3, signature="s"), POLICY, "s", NOON), Exceeded)
    assert limit(begun(*[-100 * HOUR] * 3, signature="s"), POLICY, "s", NOON) == Within()


def test_a_limit_of_none_lets_nothing_through() -> None:
    assert isinstance(limit([], RatePolicy(per_minute=0), "s", NOON), Exceeded)


@given(st.lists(st.floats(-10 * HOUR, 10 * HOUR)), st.integers(1, 5))
def test_pruning_changes_no_verdict(ago: list[float], most: int) -> None:
    policy = RatePolicy(per_minute=most, per_signature_and_hour=most)
    all_of_them = begun(*ago, signature="s")
    kept = pruned(all_of_them, NOON)
    assert limit(kept, policy, "s", NOON) == limit(all_of_them, policy, "s", NOON)
    assert all(abs(one.at - NOON) <= HOUR + CLOCKS_DIFFER for one in kept)


@given(st.lists(st.floats(0, 3 * HOUR), max_size=40))
def test_no_window_ever_holds_more_than_its_limit(steps: list[float]) -> None:
    now, taken = NOON, [Begun(at=NOON, signature="s")]
    for step in steps:
        now += step
        if limit(taken, POLICY, "s", now) == Within():
            taken.append(Begun(at=now, signature="s"))
    for one in taken:
        assert sum(one.at <= other.at < one.at + HOUR for other in taken) <= POLICY.per_signature_and_hour
