"""The log that the box gives of a played job is one of a real runner: Remediate reads and diagnoses it so."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "diagnosis"))

from box import Box, Job, Repository
from box.acting import find_act
from live_project import search_path, steps
from made import diagnosed

from remediate.rules.catalog import Catalog

pytestmark = pytest.mark.skipif(find_act() is None, reason="act is not installed")
CI = ".github/workflows/ci.yml"
OUT_OF_SYNC = """\
npm error code EUSAGE
npm error
npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync. \
Please update your lock file with `npm install` before continuing.
npm error
npm error Missing: left-pad@1.3.0 from lock file
"""
UNREACHABLE = """\
npm error code ECONNRESET
npm error network read ECONNRESET
npm error network This is a problem related to network connectivity.
"""


def played(box: Box, repo: Repository, folder: Path, said: str, *scripts: str) -> Job:
    """The job of a workflow whose `npm` says so and fails."""
    npm = folder / "fakes" / "npm"
    npm.parent.mkdir()
    (folder / "said").write_text(said)
    npm.write_text(f"#!/bin/sh\ncat {folder}/said >&2\nexit 1\n")
    npm.chmod(0o755)
    box.life.path = search_path(npm.parent, *map(Path, box.life.path.split(":")))
    repo.commit({CI: steps(*(scripts or ("npm ci",)))}, fire=True)
    box.settle()
    (run,) = repo.runs.values()
    assert run.conclusion == "failure"
    return run.job("only")


CASES = {
    "lockfile": (OUT_OF_SYNC, "lockfile-repair", "are in sync"),
    "network": (UNREACHABLE, "rerun", "read ECONNRESET"),
}


@pytest.mark.parametrize("cause", CASES)
def test_diagnosed_as_the_log_of_a_runner(
    box: Box, repo: Repository, tmp_path: Path, catalog: Catalog, cause: str
) -> None:
    said, strategy, line = CASES[cause]
    found = diagnosed(played(box, repo, tmp_path, said).log or b"", catalog)
    assert (found.format, found.cause, found.recovery) == ("github", cause, strategy)
    assert found.confidence >= 0.85
    assert found.step
    assert (found.step.name, found.step.exit_code) == ("npm ci", 1)
    assert any(line in evidence.text for evidence in found.evidence)


def test_lines_are_the_runners(box: Box, repo: Repository, tmp_path: Path) -> None:
    scripts = ('echo "::group::Inner"; echo inside; echo "::endgroup::"; pwd', "npm ci")
    job = played(box, repo, tmp_path, UNREACHABLE, *scripts)
    text = (job.log or b"").decode()
    assert text.startswith("\ufeff2026-11-02T09:00:0")
    lines = [line.split(" ", 1)[1] for line in text.removeprefix("\ufeff").splitlines()]
    assert lines[0].startswith("Current runner version: '")
    at = lines.index("##[group]Run npm ci")
    assert lines[at + 1 : at + 4] == [
        "\x1b[36;1mnpm ci\x1b[0m",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
    ]
    assert lines[at + 4 : at + 8] == [
        *UNREACHABLE.splitlines(),
        "##[error]Process completed with exit code 1.",
    ]
    assert "/home/runner/work/shop/shop" in lines
    assert lines[lines.index("##[group]Inner") + 1 :][:2] == ["inside", "##[endgroup]"]
    assert "Contents: read" in lines
    assert lines[-1] == "Cleaning up orphan processes"
    stamps = [line.split(" ", 1)[0] for line in text.removeprefix("\ufeff").splitlines()]
    assert stamps == sorted(stamps)
    assert all(len(each) == len("2026-11-02T09:00:00.0000000Z") for each in stamps)


def test_commands_become_annotations_and_secrets_stars(box: Box, repo: Repository) -> None:
    box.life.secrets[repo.full_name] = {"KEY": "sesame-street-1"}
    says = 'echo "::error file=src/a.py,line=7,title=Bad::It is bad"; echo "key ${{ secrets.KEY }}"'
    repo.commit({CI: steps(says, "exit 3")}, fire=True)
    box.settle()
    (run,) = repo.runs.values()
    job = run.job("only")
    first, second = job.annotations
    assert (first.path, first.start_line, first.level, first.message) == (
        "src/a.py",
        7,
        "failure",
        "It is bad",
    )
    assert second.message == "Process completed with exit code 3."
    assert b"##[error]It is bad" in (job.log or b"")
    assert b"sesame" not in (job.log or b"")
    assert b"key ***" in (job.log or b"")


def test_summary_and_steps_that_may_fail(box: Box, repo: Repository) -> None:
    workflow = """\
on: push
jobs:
  only:
    name: The job
    runs-on: ubuntu-latest
    steps:
      - {name: May fail, run: exit 1, continue-on-error: true}
      - run: echo "# Hello" >> "$GITHUB_STEP_SUMMARY"
      - {if: failure(), run: echo never}
"""
    repo.commit({CI: workflow}, fire=True)
    box.settle()
    (run,) = repo.runs.values()
    job = run.job("The job")
    assert run.conclusion == "success"
    assert [step.conclusion for step in job.steps] == ["success", "success", "success", "skipped", "success"]
    assert box.life.summaries[run.id, 1, "The job"] == "# Hello\n"


def test_no_more_is_said_beside_the_log_than_github_takes(box: Box, repo: Repository) -> None:
    many = 'for n in $(seq 12); do echo "::warning::$n"; done'
    large = "head -c 1100000 /dev/zero | tr '\\0' x >> $GITHUB_STEP_SUMMARY"
    repo.commit({CI: steps(many, many, large, "echo small >> $GITHUB_STEP_SUMMARY")}, fire=True)
    box.settle()
    (run,) = repo.runs.values()
    job = run.job("only")
    assert run.conclusion == "success"
    assert [note.message for note in job.annotations if note.level == "warning"] == [
        *map(str, range(1, 11)),
        *map(str, range(1, 11)),
    ]
    assert "supports content up to a size of 1024k, got 1074k" in job.annotations[-1].message
    assert box.life.summaries[run.id, 1, "only"] == "small\n"


def test_larger_outputs_than_github_takes_are_a_fault(box: Box, repo: Repository) -> None:
    box.expect_faults()
    made = """\
on: push
jobs:
  makes:
    runs-on: ubuntu-latest
    outputs: {it: "${{ steps.made.outputs.it }}"}
    steps:
      - id: made
        run: echo "it=$(head -c 600000 /dev/zero | tr '\\0' x)" >> $GITHUB_OUTPUT
"""
    repo.commit({CI: made}, fire=True)
    box.settle()
    assert box.faults == ["job makes: outputs of 1200000 bytes, more than GitHub takes"]


def test_outputs_that_hold_a_secret_are_not_passed_on(box: Box, repo: Repository) -> None:
    box.life.secrets["octo/shop"] = {"KEY": "correct-horse-battery"}
    made = """\
on: push
jobs:
  makes:
    runs-on: ubuntu-latest
    outputs:
      plain: ${{ steps.made.outputs.plain }}
      clear: ${{ steps.made.outputs.clear }}
      coded: ${{ steps.made.outputs.coded }}
    steps:
      - id: made
        env: {KEY: "${{ secrets.KEY }}", TOKEN: "${{ github.token }}"}
        run: |
          echo "plain=nothing of it" >> $GITHUB_OUTPUT
          echo "clear=$TOKEN" >> $GITHUB_OUTPUT
          echo "coded=$(printf 'x %s y' "$KEY" | base64)" >> $GITHUB_OUTPUT
  takes:
    needs: makes
    runs-on: ubuntu-latest
    steps:
      - run: |
          echo "got <${{ needs.makes.outputs.plain }}|${{ needs.makes.outputs.clear }}|${{
            needs.makes.outputs.coded }}>"
"""
    repo.commit({CI: made}, fire=True)
    box.settle()
    (run,) = repo.runs.values()
    assert b"got <nothing of it||>" in (run.job("takes").log or b"")
