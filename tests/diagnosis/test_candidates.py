"""A rule is nominated only where it may stand, and its features say what speaks for and against it."""

from __future__ import annotations

import pytest
from made import failed, job, line_of, passed, read, step
from made_rules import made_catalog, mark, rule

from remediate.diagnosis.candidates import Candidate, is_warning, nominate
from remediate.diagnosis.scene import survey
from remediate.diagnosis.sighting import Sighting

CATALOG = made_catalog(
    rule("gizmo-broke", r"gizmo broke: \w", cause="compile"),
    rule("gizmo-refused", r"gizmo refused", cause="network", transient=True, recovery="rerun"),
    rule("gizmo-hinted", r"gizmo hinted", role="supporting", cause="data"),
    rule("gizmo-last", r"gizmo ended badly", within="final-error", cause="timeout"),
    rule("gizmo-deploys", r"gizmo is not ready", step=(r"deploy",), cause="auth"),
    rule("gizmo-checks", r"^\./gizmo check", within="command", cause="lint", role="supporting"),
    rule("gizmo-test", r"gizmo test failed", cause="test"),
    mark("gizmo-again", r"^gizmo works again", "recovered"),
    mark("gizmo-begins", r"^gizmo begins", "tests-begin"),
    mark("gizmo-passed", r"^gizmo passed", "passed"),
)


def nominated(log: bytes, form: str | None = None) -> dict[str, Candidate]:
    reading = read(log, CATALOG, form)
    return {c.rule.id: c for c in nominate(reading, CATALOG, survey(reading, CATALOG))}


def features(name: str, log: bytes) -> dict[str, float]:
    return nominated(log)[name].features


def test_marks_are_never_candidates() -> None:
    assert set(nominated(failed("gizmo works again", "gizmo begins", "gizmo broke: a"))) == {"gizmo-broke"}


def test_final_error_is_wanted_among_the_last_words() -> None:
    assert "gizmo-last" in nominated(failed(*["x"] * 60, "gizmo ended badly", "x"))
    assert "gizmo-last" not in nominated(failed("gizmo ended badly", *["x"] * 60))


def test_final_error_of_a_log_that_nobody_judged_is_its_end() -> None:
    assert "gizmo-last" in nominated(b"x\ngizmo ended badly\n", "plain")
    assert "gizmo-last" not in nominated(b"gizmo ended badly\n" + b"x\n" * 20, "plain")


@pytest.mark.parametrize(("command", "there"), [("./deploy now", True), ("./build now", False)])
def test_rule_of_a_step_stands_there_alone(command: str, there: bool) -> None:
    assert ("gizmo-deploys" in nominated(failed("gizmo is not ready", command=command))) == there


def test_rule_of_a_step_wants_the_failing_one() -> None:
    log = job(step("./deploy", "gizmo is not ready"), step("./build", code=1))
    assert "gizmo-deploys" not in nominated(log)


def test_command_of_the_failing_step_nominates() -> None:
    found = nominated(failed("nothing that is known", command="./gizmo check --all"))["gizmo-checks"]
    assert found.sighting.level == "command"
    assert found.sighting.line == line_of(
        failed("nothing that is known", command="./gizmo check --all"), "Process"
    )
    assert "gizmo-checks" not in nominated(job(step("./gizmo check"), step("./build", code=1)))
    assert "gizmo-checks" not in nominated(failed("./gizmo check was here", command="./build"))


def test_warning_counts_only_where_the_job_failed() -> None:
    line = "warning: gizmo broke: a"
    assert "gizmo-broke" in nominated(failed(line))
    unjudged = b"x\n" * 50 + line.encode() + b"\n"
    assert "gizmo-broke" not in nominated(unjudged, "plain")
    assert "gizmo-broke" in nominated(unjudged.replace(b"warning: ", b""), "plain")


@pytest.mark.parametrize(
    ("text", "level", "warns"),
    [
        ("warning: x", "", True),
        ("  WARN x", "", True),
        ("npm warn x", "", True),
        ("x", "warning", True),
        ("x warning: y", "", False),
        ("error: warnings", "error", False),
    ],
)
def test_warnings_are_known_by_mark_or_first_word(text: str, level: str, warns: bool) -> None:
    one = Sighting(rule=0, line=1, offset=0, text=text, level=level)
    assert is_warning(one) == warns


def test_last_sighting_before_the_final_error_tells_most() -> None:
    log = job(
        step("./a", "gizmo broke: a"),
        step("./b", "gizmo broke: b", "gizmo broke: c", code=1, after=("gizmo broke: d",)),
    )
    found = nominated(log)["gizmo-broke"]
    assert found.sighting.line == line_of(log, "gizmo broke: c")
    assert len(found.sightings) == 4


def test_place_is_a_feature() -> None:
    log = job(
        step("./a", "gizmo broke: a"), step("./b", "gizmo refused", code=1), step("./c", "gizmo hinted")
    )
    found = nominated(log)
    assert "before decisive" in found["gizmo-broke"].features
    assert "inside decisive" in found["gizmo-refused"].features
    assert "after supporting" in found["gizmo-hinted"].features
    assert "somewhere decisive" in features("gizmo-broke", passed("gizmo broke: a"))


def test_other_failed_step_is_a_place_of_its_own() -> None:
    log = job(step("./a", "gizmo broke: a", code=1), step("./b", "gizmo refused", code=1))
    assert "another failed step decisive" in features("gizmo-refused", log)


def test_nearness_falls_with_the_distance() -> None:
    near = features("gizmo-broke", failed("gizmo broke: a"))
    far = features("gizmo-broke", failed("gizmo broke: a", *["x"] * 50))
    for name in ("near decisive", "close decisive", "around decisive"):
        assert 0 < far[name] < near[name] <= 1
    assert far["near decisive"] < far["close decisive"] < far["around decisive"]


@pytest.mark.parametrize(
    ("feature", "lines"),
    {
        "error mark transient": ("##[error]gizmo refused",),
        "warning mark transient": ("##[warning]gizmo refused",),
        "overcome transient": ("gizmo refused", "gizmo works again"),
        "passed later transient": ("gizmo refused", "gizmo passed"),
        "in tests transient": ("gizmo begins", "gizmo refused"),
        "tests failed transient": ("gizmo refused", "gizmo test failed"),
        "beside defects transient": ("gizmo refused", "gizmo broke: a"),
        "outcome just below transient": ("gizmo refused", "x", "gizmo broke: a"),
    }.items(),
)
def test_signs_are_features(feature: str, lines: tuple[str, ...]) -> None:
    assert features("gizmo-refused", failed(*lines))[feature] == 1.0
    others = set(features("gizmo-refused", failed("gizmo refused", *["x"] * 9)))
    assert feature not in others


def test_order_matters_to_what_was_overcome() -> None:
    assert "overcome transient" not in features("gizmo-refused", failed("gizmo works again", "gizmo refused"))


def test_lasting_failure_below_a_trouble_may_be_its_outcome() -> None:
    name = "transient trouble just above lasting"
    assert name in features("gizmo-broke", failed("gizmo refused", "gizmo broke: a"))
    assert name not in features("gizmo-broke", failed("gizmo refused", *["x"] * 9, "gizmo broke: a"))


def test_tests_output_says_nothing_against_a_test() -> None:
    found = features("gizmo-test", failed("gizmo begins", "gizmo test failed"))
    assert not {name for name in found if name.startswith(("in tests", "tests failed"))}


def test_shares_lie_between_nothing_and_one() -> None:
    log = failed(*["gizmo broke: a", "gizmo refused", "gizmo hinted", "gizmo test failed"] * 300)
    for candidate in nominated(log).values():
        assert all(0 <= value <= 1 for value in candidate.features.values()), candidate.features
