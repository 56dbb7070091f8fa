"""A re-run that would publish or deploy once more is known by the workflow and what has run; doubt closes."""

from __future__ import annotations

import pytest
from hazard_made import CHECKOUT, job
from hypothesis import given
from hypothesis import strategies as st

from remediate.model.actions import Job, JobStep
from remediate.safety.hazard import files_named, hazard_of

WORKFLOW = b"""
name: ci
on: [push]
jobs:
  test:
    strategy: {matrix: {py: ['3.11', '3.12']}}
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Install
        run: |
          pip install -r requirements.txt
      - run: pytest
  publish:
    name: Publish ${{ matrix.target }}
    needs: test
    steps:
      - uses: actions/checkout@v4
      - run: npm ci
      - name: Upload
        run: |
          npm run build
          npm publish
      - name: Tell
        run: echo done
  live:
    needs: [publish]
    environment: {name: production, url: https://shop.example}
    steps:
      - uses: actions/checkout@v4
      - run: npm ci
      - name: Bring it there
        run: ./there
  report:
    needs: live
    if: always()
    steps:
      - run: gh release create v1
  apart:
    steps:
      - name: Upload
        run: npm publish
"""


FINE: dict[str, tuple[Job, ...]] = {
    "a test failed": (job("test (3.11)", CHECKOUT, "Install", "!Run pytest"),),
    "before the upload": (job("Publish npm", CHECKOUT, "!Run npm ci", "-Upload", "-Tell"),),
    "nothing of it ran": (
        job("Publish npm", steps=(JobStep(number=1, name="Set up job", conclusion="failure"),)),
    ),
    "never started": (job("Publish npm", conclusion="cancelled", steps=(), started=0.0, runner=""),),
    "cancelled in the queue": (job("Publish npm", conclusion="cancelled", steps=(), runner=""),),
    "the publishing job passed": (
        job("Publish npm", CHECKOUT, "Run npm ci", "Upload", "Tell", conclusion="success"),
        job("apart", "-Upload"),
    ),
    "a job that no failed one leads to": (
        job("apart", "Upload", conclusion="success"),
        job("test (3.12)", CHECKOUT, "!Install", "-Run pytest"),
    ),
    "dependents that were skipped": (
        job("test (3.11)", CHECKOUT, "!Install"),
        job("Publish npm", conclusion="skipped", steps=()),
        job("live", conclusion="skipped", steps=()),
    ),
    "an environment before anything was deployed": (
        job("live", CHECKOUT, "!Run npm ci", "-Bring it there", "Post Run actions/checkout@v4"),
    ),
}
HAZARDS: dict[str, tuple[tuple[Job, ...], str]] = {
    "it published and failed then": (
        (job("Publish npm", CHECKOUT, "Run npm ci", "Upload", "!Tell"),),
        "the job `Publish npm` has run `Upload`: npm publish publishes",
    ),
    "it failed while it published": (
        (job("Publish npm", CHECKOUT, "Run npm ci", "!Upload"),),
        "has run `Upload`",
    ),
    "how the upload ended is not known": ((job("Publish npm", CHECKOUT, "?Upload"),), "has run `Upload`"),
    "the runner was lost and told nothing": ((job("Publish npm", steps=()),), "may have run `Upload`"),
    "the upload is not recorded": ((job("Publish npm", CHECKOUT),), "may have run `Upload`"),
    "cancelled while it ran": ((job("Publish npm", CHECKOUT, "Upload", conclusion="cancelled"),), "has run"),
    "out of time": ((job("Publish npm", CHECKOUT, "Upload", conclusion="timed_out"),), "has run"),
    "an environment that something was done to": (
        (job("live", CHECKOUT, "Run npm ci", "!Bring it there"),),
        "deploys to `production`, and `Bring it there` has run already",
    ),
    "an environment, and a lost runner": ((job("live", steps=()),), "may have run already"),
    "what depends on it has published": (
        (
            job("live", CHECKOUT, "!Run npm ci", "-Bring it there"),
            job("report", "Run gh release create v1", conclusion="success"),
        ),
        "the job `report` has run",
    ),
    "what depends on it by way of another": (
        (
            job("test (3.11)", "!Install"),
            job("report", "Run gh release create v1", conclusion="success"),
        ),
        "the job `report` has run",
    ),
    "no job is known": ((), "is not known"),
    "a job that the workflow does not name": (
        (job("surprise", CHECKOUT, "!Do it"),),
        "`Do it` does not tell",
    ),
}


@pytest.mark.parametrize("name", FINE)
def test_what_published_nothing_may_run_again(name: str) -> None:
    assert hazard_of(WORKFLOW, FINE[name]) == ""


@pytest.mark.parametrize("name", HAZARDS)
def test_what_published_may_not(name: str) -> None:
    jobs, said = HAZARDS[name]
    assert said in hazard_of(WORKFLOW, jobs)


@pytest.mark.parametrize("event", ["release", "deployment"])
def test_what_answers_a_release_may_only_prepare(event: str) -> None:
    done = (job("test (3.11)", CHECKOUT, "Install", "!Run pytest"),)
    assert f"answers the event `{event}`" in hazard_of(WORKFLOW, done, event)
    assert hazard_of(WORKFLOW, (job("test (3.11)", CHECKOUT, "!Install", "-Run pytest"),), event) == ""
    assert hazard_of(WORKFLOW, done, "push") == ""


UNREADABLE = (
    None,
    b"",
    b"jobs: [",
    b"jobs: 3",
    b"- a",
    b"name: x",
    b"\xff\xfe\x00",
    b"a: 1\na: 2",
    b"x" * (2 << 20),
)


@pytest.mark.parametrize("text", UNREADABLE)
def test_without_the_workflow_only_names_that_tell_are_taken(text: bytes | None) -> None:
    tells = (
        CHECKOUT,
        "Run actions/setup-node@v4",
        "!Run golangci/golangci-lint-action@v6",
        f"Post {CHECKOUT}",
    )
    assert hazard_of(text, (job("build", *tells),)) == ""
    assert "does not tell" in hazard_of(text, (job("build", CHECKOUT, "Run npm ci", "!Test"),))
    assert "does not tell" in hazard_of(text, (job("build", CHECKOUT, "!Run ./.github/actions/x"),))
    assert "which publishes" in hazard_of(
        text, (job("build", "Run softprops/action-gh-release@v2", "!Test"),)
    )
    assert "no step is recorded" in hazard_of(text, (job("build", steps=()),))
    assert hazard_of(text, (job("build", CHECKOUT, "-Test"),)) == ""


CALLER = b"""
on: push
jobs:
  shared:
    uses: ./.github/workflows/shared.yml
  far:
    name: Far (it is)
    uses: octo/flows/.github/workflows/x.yml@v1
"""
SHARED = b"""
on: workflow_call
jobs:
  build:
    steps: [{name: Build, run: make}, {name: Out, run: make deploy}]
  again:
    uses: ./.github/workflows/deeper.yml
"""
DEEPER = b"on: workflow_call\njobs: {x: {steps: [{name: Go, run: cargo publish}]}}"
CALLED = {".github/workflows/shared.yml": SHARED, ".github/workflows/deeper.yml": DEEPER}


@pytest.mark.parametrize(
    ("name", "ran", "files", "said"),
    [
        ("shared / build", ("!Build", "-Out"), CALLED, ""),
        ("shared / build", ("Build", "!Out"), CALLED, "make deploy publishes"),
        ("shared / again / x", ("!Go",), CALLED, "cargo publish publishes"),
        ("shared / again / x", ("-Go",), CALLED, ""),
        ("shared / build", ("!Build", "-Out"), {}, "`./.github/workflows/shared.yml` cannot be read"),
        ("shared / build", ("!Run a/b@v1",), {}, ""),
        ("shared / other", ("!Build",), CALLED, "does not name it"),
        ("shared", ("!Build",), CALLED, "does not name it"),
        ("Far (it is) / deep", ("!Build",), CALLED, "octo/flows/.github/workflows/x.yml@v1` cannot be read"),
    ],
)
def test_a_called_workflow_is_asked_too(
    name: str, ran: tuple[str, ...], files: dict[str, bytes], said: str
) -> None:
    found = hazard_of(CALLER, (job(name, *ran),), files=files)
    assert said in found
    assert bool(said) == bool(found)


LOCAL = b"on: push\njobs: {x: {steps: [{name: Own, uses: ./ci/own}, {name: Rest, run: make}]}}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"runs: {using: composite, steps: [{run: npm ci, shell: bash}]}", ""),
        (b"runs: {using: node20, main: index.js}", ""),
        (b"runs: {using: composite, steps: [{run: npm publish, shell: bash}]}", "npm publish publishes"),
        (b"runs: {using: composite, steps: [{uses: a/deploy@v1}]}", "a/deploy@v1 publishes"),
        (b"runs: {using: composite, steps: [{uses: ./ci/own}]}", "which cannot be read"),
        (b"runs: [", "which cannot be read"),
        (None, "which cannot be read"),
    ],
)
def test_an_action_of_the_repository_is_asked_too(text: bytes | None, said: str) -> None:
    files = {"ci/own/action.yaml": text} if text is not None else {}
    found = hazard_of(LOCAL, (job("x", "Own", "!Rest"),), files=files)
    assert said in found
    assert bool(said) == bool(found)
    assert hazard_of(LOCAL, (job("x", "-Own", "!Rest"),), files=files) == ""


def test_a_name_without_expressions_says_which_job_it_is() -> None:
    text = b"""
on: push
jobs:
  any: {name: '${{ matrix.what }}', steps: [{name: Go, run: npm publish}]}
  unit: {steps: [{name: Go, run: npm test}]}
"""
    assert hazard_of(text, (job("unit", "!Go"),)) == ""
    assert "npm publish" in hazard_of(text, (job("other", "!Go"),))


def test_the_files_to_ask_are_named() -> None:
    assert files_named(CALLER) == (".github/workflows/shared.yml",)
    assert files_named(LOCAL) == ("ci/own/action.yml", "ci/own/action.yaml")
    assert files_named(None) == files_named(b"[") == ()


def test_names_of_anybody_are_shown_harmless() -> None:
    text = b'on: push\njobs: {x: {name: "a`\\u001b[31m", steps: [{name: "b`\\u202e", run: npm publish}]}}'
    found = hazard_of(text, (job("a`\x1b[31m", "b`\u202e"),))
    assert "publishes" in found
    assert "\x1b" not in found
    assert "\u202e" not in found
    assert found.count("`") % 2 == 0


@given(st.text(max_size=300), st.text(max_size=20), st.lists(st.text(min_size=1, max_size=10), max_size=4))
def test_any_workflow_is_answered(text: str, name: str, ran: list[str]) -> None:
    assert isinstance(hazard_of(text.encode("utf-8", "replace"), (job(name, *ran),)), str)
