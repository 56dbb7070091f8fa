from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outlining import outline_of
from samples import SAMPLES, STAMP, sample

from remediate.logs.draft import Step
from remediate.logs.formats import FORMATS
from remediate.logs.markers import MARKERS
from remediate.logs.outline import OutlineBuilder


def failing(steps: tuple[Step, ...]) -> Step:
    (step,) = [step for step in steps if step.failed]
    return step


@pytest.mark.parametrize("name", [name for name in SAMPLES if name not in ("plain",)])
def test_each_sample_failed(name: str) -> None:
    form, data = sample(name)
    outline = outline_of(data)
    assert (outline.format, outline.failed, outline.truncated) == (form, True, False)
    assert outline.final_error is not None


def test_a_github_step_has_its_script_exit_code_and_lines() -> None:
    outline = outline_of(sample("github")[1])
    step = failing(outline.steps)
    assert (step.name, step.command, step.exit_code) == ("npm ci", "npm ci\nnpm test", 1)
    assert (step.first_line, step.last_line, step.error_line) == (9, 15, 15)
    assert outline.final_error == (15, "Process completed with exit code 1.")
    assert [group.name for group in outline.groups] == ["Operating System"]
    assert [step.name for step in outline.steps] == [
        "Set up job",
        "actions/checkout@v4",
        "npm ci",
        "cleanup",
        "Complete job",
    ]


def test_a_github_job_that_reached_its_end_without_an_error_succeeded() -> None:
    data = sample("github")[1].replace(b"##[error]Process completed with exit code 1.", b"done")
    outline = outline_of(data)
    assert (outline.failed, outline.conclusion) == (False, "success")


def test_an_error_while_tidying_up_is_no_cause() -> None:
    late = (STAMP % 6 + "##[error]cannot save cache\n").encode()
    data = sample("github")[1].replace(b"Post job cleanup.\n", b"Post job cleanup.\n" + late)
    outline = outline_of(data)
    assert outline.final_error == (15, "Process completed with exit code 1.")
    assert failing(outline.steps).name == "npm ci"


def test_a_github_log_without_its_end_is_cut() -> None:
    data = sample("github")[1].split(b"##[error]")[0]
    outline = outline_of(data)
    assert (outline.failed, outline.truncated) == (None, True)


def test_an_annotation_in_a_step_that_others_follow_is_no_failure() -> None:
    note = (STAMP % 4 + "##[error]src/a.ts(1,1): unused\n").encode()
    filler = (STAMP % 4 + "fine\n").encode() * 9
    data = sample("github")[1].replace(b"##[error]Process completed with exit code 1.", b"ok")
    outline = outline_of(data.replace(b"with:\n", b"with:\n" + note + filler))
    assert outline.failed is False
    assert not any(step.failed for step in outline.steps)


def test_several_jobs_of_gh_are_kept_apart() -> None:
    good = GH_OK.replace("job", "lint")
    outline = outline_of((good + SAMPLES["gh-cli"]).encode())
    assert failing(outline.steps).job == "build"
    assert {step.job for step in outline.steps} == {"lint", "build"}
    assert outline.failed is True


def test_all_jobs_of_gh_succeeded() -> None:
    assert outline_of((GH_OK + GH_OK.replace("job", "lint")).encode()).failed is False


GH_OK = (
    f"job\tSet up job\t\ufeff{STAMP % 1}Current runner version: '2.334.0'\n"
    f"job\tRun make\t\ufeff{STAMP % 2}##[group]Run make\n"
    f"job\tRun make\t{STAMP % 2}done\n"
    f"job\tComplete job\t\ufeff{STAMP % 3}Cleaning up orphan processes\n"
)


@pytest.mark.parametrize(
    ("name", "step", "code"),
    [
        ("gitlab", "step_script", 2),
        ("jenkins", "Build", 2),
        ("azure", "Run tests", 1),
        ("travis", "make test", 2),
        ("buildkite", ":npm: Test", 1),
        ("taskcluster", "run-tests", 1),
        ("teamcity", "1/2: Compile (Command Line)", 1),
        ("circleci", "#!/bin/bash -eo pipefail", 1),
        ("github-web", "npm ci", 1),
    ],
)
def test_the_failing_step_is_named(name: str, step: str, code: int) -> None:
    found = failing(outline_of(sample(name)[1]).steps)
    assert (found.name, found.exit_code) == (step, code)


@pytest.mark.parametrize(
    ("name", "was", "now"),
    [
        ("jenkins", "Finished: FAILURE", "Finished: SUCCESS"),
        ("travis", "exited with 1.", "exited with 0."),
        ("gitlab", "ERROR: Job failed: exit code 2\n\x1b[0;m", "Job succeeded"),
        ("taskcluster", "Unsuccessful task run with exit code: 1", "Successful task run with exit code: 0"),
    ],
)
def test_a_system_that_says_success_is_believed(name: str, was: str, now: str) -> None:
    outline = outline_of(SAMPLES[name].replace(was, now).encode())
    assert outline.failed is False
    assert not any(step.failed for step in outline.steps)


def test_what_is_kept_does_not_grow_with_the_log() -> None:
    form = FORMATS["github"]
    builder = OutlineBuilder(form)
    for line in range(1, 30_000, 3):
        builder.mark(line, form.content(b"##[group]Run make %d" % line))
        builder.mark(line + 1, form.content(b"##[group]more"))
    outline = builder.finish(30_000)
    assert len(outline.steps) <= 2000
    assert len(outline.groups) <= 2000
    assert outline.steps[-1].last_line == 30_000


@given(
    st.lists(
        st.binary(max_size=60)
        | st.sampled_from(sorted({p.encode() for p in "".join(SAMPLES.values()).split("\n")}))
    )
)
def test_any_lines_give_an_outline_whose_steps_are_in_order(lines: list[bytes]) -> None:
    for form in FORMATS.values():
        builder = OutlineBuilder(form)
        for number, line in enumerate(lines, 1):
            builder.mark(number, form.content(line.replace(b"\n", b"")))
        outline = builder.finish(len(lines))
        borders = [border for step in outline.steps for border in (step.first_line, step.last_line)]
        assert borders == sorted(borders)
        assert all(step.first_line <= step.last_line <= len(lines) for step in outline.steps)


def test_markers_are_patterns_of_the_rules_dialect() -> None:
    hyperscan = pytest.importorskip("hyperscan")
    re2 = pytest.importorskip("re2")
    database = hyperscan.Database()
    for _, pattern in MARKERS:
        assert not pattern.startswith("^")
        re2.compile(pattern.encode())
        database.compile(expressions=[pattern.encode()], ids=[0], flags=[0])
