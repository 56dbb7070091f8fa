"""The failing step is found, whatever ran before it, after it and beside it."""

from __future__ import annotations

import pytest
from made import job, line_of, read, step
from made_rules import made_catalog, mark, rule

from remediate.diagnosis.scene import Scene, survey

CATALOG = made_catalog(
    rule("gizmo-broke", r"gizmo broke: \w"),
    rule("gizmo-tests", r"^npm test\b", within="command", cause="test", role="supporting"),
    rule("gizmo-installs", r"^npm ci\b", within="command", cause="dependency", role="supporting"),
    mark("gizmo-begins", r"^gizmo begins", "tests-begin"),
    mark("gizmo-ends", r"^gizmo ends", "tests-end"),
    mark("gizmo-again", r"^gizmo works again", "recovered"),
    mark("gizmo-passed", r"^gizmo passed", "passed"),
    mark("gizmo-follows", r"^gizmo gave up", "consequence"),
)


def scene_of(log: bytes, form: str | None = None) -> Scene:
    return survey(read(log, CATALOG, form), CATALOG)


def name(scene: Scene) -> str:
    assert scene.step is not None
    return scene.step.name


def test_failing_step_is_the_scene() -> None:
    log = job(step("./fetch", "fine"), step("./build", "gizmo broke: a", code=2), step("./report", "written"))
    scene = scene_of(log)
    assert (name(scene), scene.known, scene.others) == ("./build", True, ())
    assert (scene.first, scene.end) == (line_of(log, "Run ./build"), line_of(log, "exit code 2"))
    assert scene.last == line_of(log, "Run ./report") - 1
    assert not scene.holds(scene.first - 1)
    assert scene.holds(scene.first)
    assert scene.holds(scene.last)
    assert not scene.holds(scene.last + 1)


def test_tolerated_step_is_not_blamed_when_work_fails_later() -> None:
    scene = scene_of(job(step("./lint-titles", code=1), step("npm test", code=1)))
    assert name(scene) == "npm test"
    assert [other.name for other in scene.others] == ["./lint-titles"]


@pytest.mark.parametrize("command", ["./upload-report", "rm -rf scratch", "docker compose logs", "npm ci"])
def test_tidying_that_fails_after_the_failure_is_not_blamed(command: str) -> None:
    scene = scene_of(job(step("npm test", code=1), step(command, code=9)))
    assert name(scene) == "npm test"
    assert [other.name for other in scene.others] == [command]


def test_what_counts_as_work_is_what_the_rules_of_commands_say() -> None:
    log = job(step("./lint-titles", code=1), step("./frobnicate", code=1))
    assert name(scene_of(log)) == "./lint-titles"
    catalog = made_catalog(rule("gizmo-frobs", "^./frob", within="command", cause="compile"))
    assert name(survey(read(log, catalog), catalog)) == "./frobnicate"


def test_steps_that_always_run_and_succeed_change_nothing() -> None:
    log = job(step("npm test", code=1), step("npm run coverage", "done"), step("./upload-report", "done"))
    assert name(scene_of(log)) == "npm test"


def of_two_jobs(first: int | None, second: int | None) -> bytes:
    """What `gh run view --log` writes of a run of two jobs."""
    rows = []
    for place, code in (("lint\tCheck", first), ("unit\tTest", second)):
        said = [
            "##[group]Run make test",
            "make test",
            "shell: /usr/bin/bash -e {0}",
            "##[endgroup]",
            "working",
        ]
        said += [f"##[error]Process completed with exit code {code}."] if code else []
        rows += [f"{place}\t2024-05-01T10:00:00.0000000Z {text}" for text in said]
        end = "Complete job\t2024-05-01T10:00:09.0000000Z Cleaning up orphan processes"
        rows.append(f"{place.partition(chr(9))[0]}\t{end}")
    return "\n".join(rows).encode() + b"\n"


@pytest.mark.parametrize(
    ("first", "second", "blamed"), [(1, None, "Check"), (None, 1, "Test"), (1, 1, "Check")]
)
def test_of_several_jobs_the_failed_one_is_blamed(first: int | None, second: int | None, blamed: str) -> None:
    log = of_two_jobs(first, second)
    scene = scene_of(log)
    assert name(scene) == blamed
    assert read(log, CATALOG).format == "gh-cli"


def test_job_that_succeeded_has_no_failing_step() -> None:
    scene = scene_of(job(step("npm test", "gizmo broke: a")))
    assert (scene.step, scene.known) == (None, False)


def test_log_without_marks_is_one_scene() -> None:
    scene = scene_of(b"one\ngizmo broke: a\nthree\n", "plain")
    assert (scene.step, scene.known, scene.first, scene.last, scene.end) == (None, False, 1, 3, 3)
    assert scene.holds(3)


def test_empty_log_has_a_scene() -> None:
    assert scene_of(b"").first == 1


def test_output_of_tests_lies_between_its_marks() -> None:
    lines = (
        "gizmo begins",
        "inside",
        "gizmo ends",
        "between",
        "gizmo begins",
        "again",
        "gizmo ends",
        "below",
    )
    log = job(step("./run", *lines, code=1))
    scene = scene_of(log)
    inside = [
        text for text in ("inside", "between", "again", "below") if scene.in_tests(line_of(log, f"Z {text}"))
    ]
    assert inside == ["inside", "again"]
    assert not scene.in_tests(line_of(log, "gizmo ends"))


def test_output_of_tests_that_broke_off_reaches_to_the_end_of_the_step() -> None:
    log = job(step("./run", "gizmo begins", "inside", "gizmo begins", "nested", code=1), step("./next"))
    scene = scene_of(log)
    assert len(scene.tests) == 1
    assert scene.in_tests(line_of(log, "Z nested"))
    assert not scene.in_tests(line_of(log, "Run ./next"))


def test_marks_are_told_apart() -> None:
    log = job(step("./run", "gizmo works again", "gizmo passed", "gizmo gave up", code=1))
    scene = scene_of(log)
    at = line_of(log, "gizmo works again")
    assert (scene.recovered, scene.passed, scene.consequences) == ((at,), (at + 1,), (at + 2,))
