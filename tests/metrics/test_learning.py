"""What a rule's record says of it, and when it only suggests."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from remediate.metrics.learning import (
    BAR,
    PENDING,
    Decision,
    RulesRecord,
    awaited,
    demoted,
    judged,
    labelled,
    labels,
    precision,
)
from remediate.metrics.wilson import lower_bound
from remediate.model.actions import WorkflowRun

NOON = 1_790_000_000.0


def record(outcomes: str) -> RulesRecord:
    """`+` for each time it was right, `-` for each that it was wrong."""
    known = RulesRecord()
    for one in outcomes:
        known = judged(known, rule="reset", strategies=("rerun",), right=one == "+")
    return known


def decision(**more: object) -> Decision:
    known: dict[str, object] = {
        "key": "7-1",
        "run": 7,
        "attempt": 1,
        "commit": "c1",
        "at": NOON,
        "rule": "reset",
        "transient": True,
        "strategy": "rerun",
    }
    return Decision(**{**known, **more})  # type: ignore[arg-type]


def attempt(number: int, conclusion: str, **more: object) -> WorkflowRun:
    known: dict[str, object] = {
        "id": 7,
        "attempt": number,
        "repository": "o/r",
        "home": "o/r",
        "workflow": "ci.yml",
        "name": "ci",
        "event": "push",
        "branch": "main",
        "commit": "c1",
        "status": "completed",
        "conclusion": conclusion,
        "created": NOON,
        "started": NOON,
        "updated": NOON,
    }
    return WorkflowRun(**{**known, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("right", "wrong", "bound"),
    # As statisticians' tables and other programs give them.
    [(0, 0, 0.0), (1, 0, 0.2065), (10, 0, 0.7225), (9, 1, 0.5958), (50, 50, 0.4038), (0, 10, 0.0)],
)
def test_wilsons_lower_bound(right: int, wrong: int, bound: float) -> None:
    assert lower_bound(right, wrong) == pytest.approx(bound, abs=5e-4)


@given(st.integers(0, 500), st.integers(0, 500))
@example(0, 124)
def test_the_bound_is_below_the_share_and_moves_with_what_is_right(right: int, wrong: int) -> None:
    bound = lower_bound(right, wrong)
    assert 0 <= bound <= (right / (right + wrong) if right + wrong else 0) + 1e-12
    assert lower_bound(right + 1, wrong) >= bound >= lower_bound(right, wrong + 1)


@pytest.mark.parametrize("outcomes", ["", "+", "-", "--", "+-", "++++-", "+++++++++-", "----"])
def test_too_little_is_known_or_it_is_good(outcomes: str) -> None:
    assert demoted(record(outcomes), "reset", "rerun") == ""


@pytest.mark.parametrize("outcomes", ["-----", "+++--", "++++++--", "+" * 30 + "-" * 30])
def test_a_rule_that_is_wrong_too_often_only_suggests(outcomes: str) -> None:
    reason = demoted(record(outcomes), "reset")
    assert reason.startswith("the rule `reset` was right ")
    assert f"{BAR:.0%}" in reason
    assert demoted(record(outcomes), "another", "rerun").startswith("the strategy `rerun` ")
    assert demoted(record(outcomes), "another", "cache-purge") == ""


def test_a_good_record_of_long_ago_does_not_hide_that_it_is_wrong_now() -> None:
    assert demoted(record("+" * 1000), "reset") == ""
    assert demoted(record("+" * 1000 + "-" * 20), "reset")


def test_it_acts_again_when_it_is_right_again() -> None:
    assert demoted(record("-----" + "+" * 30), "reset") == ""


def test_the_published_figures_count_everything() -> None:
    one = precision(record("+" * 100 + "-").rules)["reset"]
    assert (one.right, one.wrong, one.demoted) == (100, 1, "")
    assert one.lower == pytest.approx(0.946, abs=1e-3)


@pytest.mark.parametrize(
    ("transient", "conclusion", "right"),
    [(True, "success", True), (True, "failure", False), (False, "failure", True), (False, "success", False)],
)
def test_a_persons_rerun_labels_the_decision(transient: bool, conclusion: str, right: bool) -> None:
    known = awaited(RulesRecord(), decision(transient=transient), NOON)
    found = labels(known.awaiting, [attempt(1, "failure"), attempt(2, conclusion)])
    assert [label.right for label in found] == [right]
    after = labelled(known, found)
    assert (after.rules["reset"].right, after.rules["reset"].wrong) == (int(right), int(not right))
    assert after.awaiting == ()
    assert labelled(after, found) == after, "told twice, it counts once"


def test_the_first_attempt_that_ended_counts_and_cancelled_ones_say_nothing() -> None:
    runs = [attempt(4, "success"), attempt(3, "failure"), attempt(2, "cancelled")]
    (label,) = labels([decision()], runs)
    assert (label.right, label.by) == (False, "7-3")


@pytest.mark.parametrize(
    "run", [attempt(1, "success"), attempt(2, "success", commit="c2"), attempt(2, "success", id=8)]
)
def test_another_run_or_commit_says_nothing(run: WorkflowRun) -> None:
    assert labels([decision()], [run]) == ()


def test_a_strategy_is_judged_only_by_what_it_would_have_done() -> None:
    repair = decision(strategy="lockfile-repair", transient=False)
    known = awaited(RulesRecord(), repair, NOON)
    after = labelled(known, labels(known.awaiting, [attempt(2, "failure")]))
    assert (after.strategies, after.rules["reset"].right) == ({}, 1)


def test_what_awaits_its_label_is_bounded_and_forgotten() -> None:
    known = RulesRecord()
    for number in range(PENDING + 50):
        known = awaited(known, decision(key=f"{number}-1"), NOON)
    assert len(known.awaiting) == PENDING
    known = awaited(known, decision(key="new", at=NOON + 40 * 86400), NOON + 40 * 86400)
    assert [one.key for one in known.awaiting] == ["new"]
