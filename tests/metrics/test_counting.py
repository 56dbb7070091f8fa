"""What is counted of a failure, that it adds up in any order, and that it never costs more."""

from __future__ import annotations

from functools import reduce

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediate.metrics.adding import each_day, lasted
from remediate.metrics.counting import Called, Detected, Ended, Happening, counted, of_record
from remediate.metrics.figures import DAYS, WEEKS, Durations, Metrics, Period
from remediate.model.record import Record

NOON = 1_790_000_000.0
DAY = 86400.0

HAPPENINGS = st.one_of(
    st.builds(Called, key=st.text("abc", min_size=1, max_size=4), at=st.floats(NOON, NOON + 400 * DAY)),
    st.builds(
        Detected,
        key=st.text("abc", min_size=1, max_size=4),
        at=st.floats(NOON, NOON + 400 * DAY),
        cause=st.sampled_from(("network", "test", "cache")),
        rule=st.sampled_from(("", "a-rule", "b-rule")),
        confidence=st.floats(0, 1),
        lag=st.floats(allow_nan=True, allow_infinity=True),
    ),
    st.builds(
        Ended,
        key=st.text("abc", min_size=1, max_size=4),
        at=st.floats(NOON, NOON + 400 * DAY),
        standing=st.sampled_from(("healed", "escalated", "refused", "ignored")),
        outcome=st.sampled_from((None, "recovered", "unhealed", "rolled-back", "rollback-failed")),
        strategies=st.lists(st.sampled_from(("rerun", "cache-purge")), max_size=3).map(tuple),
        gate=st.sampled_from(("", "circuit", "confidence")),
        lasted=st.floats(0, 1e6),
        after=st.floats(0, 1e6),
    ),
)


def all_counted(happenings: list[Happening]) -> Metrics:
    return reduce(counted, happenings, Metrics())


def sums(metrics: Metrics) -> Metrics:
    """Without the bounded periods, which forget."""
    return msgspec.structs.replace(metrics, days=(), weeks=())


@given(st.lists(HAPPENINGS, max_size=12))
def test_the_order_does_not_matter(happenings: list[Happening]) -> None:
    assert sums(all_counted(happenings)) == sums(all_counted(happenings[::-1]))


@given(st.lists(HAPPENINGS, max_size=12))
def test_the_document_is_read_as_it_was_written(happenings: list[Happening]) -> None:
    metrics = all_counted(happenings)
    assert msgspec.json.decode(msgspec.json.encode(metrics), type=Metrics) == metrics


def test_a_healed_failure() -> None:
    metrics = all_counted(
        [
            Detected(key="1-1", at=NOON, cause="network", rule="reset", confidence=0.97, lag=240),
            Ended(
                key="1-1",
                at=NOON + 900,
                standing="healed",
                outcome="recovered",
                strategies=("rerun",),
                lasted=600,
                after=1100,
            ),
        ]
    )
    assert metrics.cases == {"healed": 1}
    assert metrics.detections.by_cause == {"network": 1}
    assert metrics.detections.confidence == {"1.0": 1}
    assert metrics.detections.time_to_detect == Durations(count=1, seconds=240, buckets={"300": 1})
    assert metrics.recoveries.by_strategy == {"rerun": {"recovered": 1}}
    assert metrics.recoveries.time_to_recover == Durations(count=1, seconds=1100, buckets={"3600": 1})
    assert (metrics.minutes.spared, metrics.minutes.reruns_spared, metrics.minutes.spent) == (600, 1, 0)
    assert metrics.days == (Period(name="2026-09-21", detected=1, healed=1),)
    assert metrics.weeks == (Period(name="2026-W39", detected=1, healed=1),)


def test_a_rerun_in_vain_costs_minutes_and_a_rollback_is_counted() -> None:
    metrics = all_counted(
        [
            Ended(
                key="1",
                at=NOON,
                standing="escalated",
                outcome="unhealed",
                strategies=("rerun",),
                lasted=600,
            ),
            Ended(
                key="2",
                at=NOON,
                standing="escalated",
                outcome="rolled-back",
                strategies=("cache-purge",),
                lasted=600,
            ),
            Ended(key="3", at=NOON, standing="refused", gate="circuit"),
            Called(key="1", at=NOON),
            Called(key="2", at=NOON),
        ]
    )
    assert metrics.minutes.spent == 600
    assert metrics.rollbacks == {"complete": 1}
    assert metrics.refusals == {"circuit": 1}
    assert metrics.escalations == 2
    assert metrics.days[0].unhealed == 2


@pytest.mark.parametrize(
    ("strategies", "spared"),
    [
        (("rerun",), 1),
        (("cache-purge", "rerun"), 1),
        (("retry-command",), 1),
        (("lockfile-repair",), 0),
        ((), 0),
    ],
)
def test_only_a_rerun_spares_one(strategies: tuple[str, ...], spared: int) -> None:
    """A pull request that mends the lockfile has a run of its own."""
    ended = Ended(key="1", at=NOON, standing="healed", outcome="recovered", strategies=strategies, lasted=600)
    minutes = counted(Metrics(), ended).minutes
    assert (minutes.reruns_spared, minutes.spared, minutes.spent) == (spared, 600 * spared, 0)


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [(0, "60"), (60, "60"), (61, "300"), (1e9, "more"), (-5, "60"), (float("nan"), "60")],
)
def test_each_duration_falls_into_one_bucket(seconds: float, bucket: str) -> None:
    assert lasted(Durations(), seconds).buckets == {bucket: 1}


def test_periods_are_bounded_and_the_latest_stay() -> None:
    metrics = all_counted(
        [Ended(key=str(day), at=NOON + day * DAY, standing="healed") for day in range(1000)]
    )
    assert (len(metrics.days), len(metrics.weeks)) == (DAYS, WEEKS)
    assert metrics.days[-1].name == "2029-06-16"
    assert metrics.cases == {"healed": 1000}


def test_days_without_a_failure_are_days_too() -> None:
    days = (Period(name="2026-02-27", healed=1), Period(name="2026-03-02", healed=2))
    assert [day.healed for day in each_day(days, 35)] == [1, 0, 0, 2]
    assert [day.name for day in each_day(days, 2)] == ["2026-03-01", "2026-03-02"]
    assert each_day((), 35) == ()


def test_to_count_one_more_costs_the_same_after_many() -> None:
    """The document does not grow with what was counted, and the work is on the document alone."""
    metrics = Metrics()
    sizes = []
    for number in range(20_000):
        at = NOON + number * 3600.0
        metrics = counted(metrics, Detected(key=str(number), at=at, cause="network", rule="reset"))
        if number in (9_999, 19_999):
            sizes.append(len(msgspec.json.encode(metrics)))
    assert sizes[1] < sizes[0] * 1.3


@pytest.mark.parametrize(
    ("outcome", "standing"),
    [("recovered", "healed"), ("refused", "refused"), ("unhealed", "escalated"), ("escalated", "escalated")],
)
def test_a_line_of_history_can_be_counted(outcome: str, standing: str) -> None:
    record = Record(
        at=NOON, owner="run 7", cause="network", strategies=("rerun",), outcome=outcome, seconds=30
    )  # type: ignore[arg-type]
    metrics = all_counted(list(of_record(record)))
    assert metrics.cases == {standing: 1}
    assert metrics.detections.by_cause == {"network": 1}
    assert metrics.recoveries.total == (outcome in ("recovered", "unhealed"))


def test_a_rehearsal_counts_for_nothing() -> None:
    assert of_record(Record(at=NOON, owner="run 7", outcome="rehearsed")) == ()
