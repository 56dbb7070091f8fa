"""Steps and jobs are taken at their names, and what the file does not explain is doubt."""

from __future__ import annotations

import pytest
from hazard_made import CHECKOUT, job

from remediate.safety.hazard import hazard_of


def test_only_the_platforms_own_first_step_tells_that_nothing_ran() -> None:
    text = b"on: push\njobs: {x: {steps: [{name: Out, run: npm publish}, {name: Set up job, run: make}]}}"
    assert "has run `Out`" in hazard_of(text, (job("x", "Out", "!Set up job"),))


def test_what_ran_and_is_not_in_the_file_does_not_tell() -> None:
    text = b"on: push\njobs: {x: {steps: [{name: Test, run: make test}]}}"
    assert hazard_of(text, (job("x", CHECKOUT, "!Test", f"Post {CHECKOUT}"),)) == ""
    assert "`Bring it there`" in hazard_of(text, (job("x", "Bring it there", "!Test"),))
    assert hazard_of(text, (job("x", "-Bring it there", "!Test"),)) == ""


def test_without_the_workflow_any_job_may_depend_on_the_failed_one() -> None:
    jobs = (
        job("test", CHECKOUT, "!Run actions/setup-node@v4"),
        job("out", "Run softprops/action-gh-release@v2", conclusion="success"),
    )
    assert "the job `out`" in hazard_of(None, jobs)


@pytest.mark.parametrize(
    ("name", "hazard"),
    [
        ("Deploy", True),
        ("Publish to the shop", True),
        ("Build and push", True),
        ("Build release", False),
        ("Publish test results", False),
        ("Install", False),
    ],
)
def test_a_step_is_taken_at_its_name(name: str, hazard: bool) -> None:
    text = f"on: push\njobs: {{x: {{steps: [{{name: {name}, run: ./there}}, {{name: Rest, run: make}}]}}}}"
    found = hazard_of(text.encode(), (job("x", name, "!Rest"),))
    assert bool(found) == hazard, found


@pytest.mark.parametrize("name", ["deploy", "build-and-publish", "release"])
def test_a_job_is_taken_at_its_name(name: str) -> None:
    text = f"on: push\njobs: {{{name}: {{steps: [{{run: npm ci}}, {{name: Go, run: ./there}}]}}}}".encode()
    assert hazard_of(text, (job(name, "!Run npm ci", "-Go"),)) == ""
    assert f"is called `{name}`" in hazard_of(text, (job(name, "Run npm ci", "!Go"),))


@pytest.mark.parametrize(
    ("run", "quiet"),
    [
        ("yarn --frozen-lockfile", True),
        ("yarn", True),
        ("yarn live", False),
        ('echo "$(./there)"', False),
        ("npm ci\necho $(date)", False),
    ],
)
def test_what_goes_to_an_environment_has_only_prepared(run: str, quiet: bool) -> None:
    text = f"on: push\njobs: {{x: {{environment: live, steps: [{{name: Go, run: {run!r}}}]}}}}".encode()
    assert (hazard_of(text, (job("x", "!Go"),)) == "") == quiet
