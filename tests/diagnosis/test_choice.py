"""Of what was seen one is the root: the strongest cause's first line, and the defect a trouble went on to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import failed, job, passed, read, step
from made_rules import made_catalog, mark, rule

from remediate.diagnosis.candidates import Candidate
from remediate.diagnosis.choice import choose, complains, nothing_failed, reason_to_abstain
from remediate.diagnosis.ranking import NOTHING, Ranking, rank
from remediate.diagnosis.scene import survey
from remediate.diagnosis.sighting import Sighting

CATALOG = made_catalog(
    rule("gizmo-broke", r"gizmo broke: \w"),
    mark("gizmo-again", r"^gizmo works again", "recovered"),
    mark("gizmo-passed", r"^gizmo passed", "passed"),
)


def candidate(name: str, cause: str, line: int, weight: float, **more: object) -> Candidate:
    seen = Sighting(rule=0, line=line, offset=0, text=name, level="")
    features = {"w": weight, "inside decisive": 1.0}
    return Candidate(
        rule=rule(name, "xxxx", cause=cause, **more), sighting=seen, sightings=(seen,), features=features
    )


def root(*candidates: Candidate) -> str:
    return choose(candidates, rank(candidates, {}, {"w": 1.0})).rule.id


def test_strongest_cause_wins() -> None:
    assert root(candidate("a", "config", 1, 1), candidate("b", "data", 2, 3)) == "b"


def test_causes_are_weighed_by_all_that_speaks_for_them() -> None:
    weak = [candidate(f"b{n}", "data", n, 2) for n in range(2, 8)]
    assert root(candidate("a", "config", 1, 3), *weak) == "b2"


def test_first_of_about_equal_lines_is_the_root() -> None:
    assert root(candidate("late", "data", 9, 3.1), candidate("early", "data", 2, 3)) == "early"
    assert root(candidate("late", "data", 9, 9), candidate("early", "data", 2, 3)) == "late"


def test_trouble_that_the_step_survived_is_not_the_root() -> None:
    trouble = candidate("trouble", "network", 3, 5, transient=True)
    assert root(trouble, candidate("broke", "compile", 9, 1)) == "broke"
    assert root(trouble, candidate("broke", "compile", 2, 1)) == "trouble"


def test_lasting_root_is_not_given_up_for_a_defect_below() -> None:
    assert root(candidate("lasting", "config", 3, 5), candidate("broke", "compile", 9, 1)) == "lasting"


_FOUND = st.lists(
    st.tuples(
        st.sampled_from(["network", "data", "compile"]), st.integers(1, 9), st.floats(0, 4), st.booleans()
    ),
    min_size=1,
    max_size=7,
    unique_by=lambda row: row[1],
)


@given(_FOUND, st.randoms())
def test_choice_does_not_hang_on_the_order(rows: list[tuple[str, int, float, bool]], random) -> None:  # type: ignore[no-untyped-def]
    found = [candidate(f"r{line}", cause, line, weight, transient=soon) for cause, line, weight, soon in rows]
    weights = sorted(c.features["w"] for c in found)
    if len({round(weight, 6) for weight in weights}) < len(weights):
        return  # a tie may go either way
    assert root(*found) == root(*random.sample(found, len(found)))


def signs(log: bytes) -> set[str]:
    reading = read(log, CATALOG)
    return set(nothing_failed(reading, survey(reading, CATALOG), ()))


def test_what_speaks_for_success() -> None:
    assert "nothing: failed True" in signs(failed("x"))
    assert "nothing: failed False" in signs(passed("x"))
    assert "nothing: failed None" in signs(b"x\n")
    assert "nothing: passed at the end" in signs(b"gizmo passed\nx\n")
    assert "nothing: passed at the end" not in signs(b"gizmo passed\n" + b"x\n" * 100)
    assert "nothing: final error" in signs(failed("x"))
    assert "nothing: final error" not in signs(passed("x"))


@pytest.mark.parametrize(
    ("log", "complaint"),
    [
        (b"fatal: no\n", True),
        (b"2 errors\n", True),
        (b"terror and failover\n", False),
        (b"error: early\n" + b"all is well\n" * 400, False),
    ],
)
def test_complaint_is_a_word_near_the_end(log: bytes, complaint: bool) -> None:
    assert complains(read(log, CATALOG)) == complaint


def reason(log: bytes, share: float, *candidates: Candidate) -> str | None:
    causes = {NOTHING: 1 - share, **({"data": share} if candidates else {})}
    return reason_to_abstain(read(log, CATALOG), candidates, Ranking(causes=causes, shares=(share,)))


def test_reasons_to_abstain() -> None:
    one = candidate("a", "data", 1, 1)
    assert reason(failed("x"), 0.6, one) is None
    assert reason(failed("x"), 0.4, one) == "weak-evidence"
    assert reason(failed("x"), 0.0) == "no-rule"
    assert reason(passed("x"), 0.99, one) == "no-failure"
    assert reason(job(step("./build", "x"), cleaned=False), 0.4, one) == "log-cut"
    assert reason(b"x\n", 0.4, one) == "no-failure"
    assert reason(b"fatal: x\n", 0.4, one) == "no-rule"
