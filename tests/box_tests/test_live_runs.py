"""What a push sets going: act plays the workflow, its end starts others, what failed is played again."""

from __future__ import annotations

from pathlib import Path

import pytest
from box import Box, Repository
from box.acting import find_act
from box_client import app_client
from live_project import HEAL, WATCH, clone, count_of, counting, git

pytestmark = pytest.mark.skipif(find_act() is None, reason="act is not installed")
CI = ".github/workflows/ci.yml"


def runs(repo: Repository, name: str) -> list[tuple[str, str | None]]:
    return [(run.event, run.conclusion) for run in repo.runs.values() if run.name == name]


def test_push_runs_the_workflow_in_jobs_and_steps(box: Box, repo: Repository, tmp_path: Path) -> None:
    box.person("ada", repo)
    counting(box, tmp_path)
    work = clone(box, repo, tmp_path / "work", box.person_token("ada"))
    sha = work.commit({CI: HEAL})
    assert work.push().returncode == 0
    (run,) = repo.runs.values()
    assert (run.status, run.sha, run.actor) == ("queued", sha, "ada")
    box.settle()
    assert run.conclusion == "failure"
    assert [(job.name, job.conclusion) for job in run.jobs] == [
        ("build", "success"),
        ("test", "failure"),
        ("publish", "skipped"),
    ]
    assert [(step.name, step.conclusion) for step in run.job("test").steps] == [
        ("Set up job", "success"),
        ("Run actions/checkout@v4", "success"),
        ("Install", "failure"),
        ("Post Run actions/checkout@v4", "success"),
        ("Complete job", "success"),
    ]
    assert run.job("test").needs == ["build"]
    messages = [note.message for note in run.job("test").annotations]
    assert messages == ["Process completed with exit code 1."]
    answered = app_client(box, repo)("GET", f"actions/runs/{run.id}/jobs").json["jobs"]
    assert answered[1]["started_at"] < answered[1]["completed_at"]


def test_rerun_plays_failed_jobs_and_their_dependents_again(
    box: Box, repo: Repository, tmp_path: Path
) -> None:
    counting(box, tmp_path)
    repo.commit({CI: HEAL}, fire=True)
    box.settle()
    (run,) = repo.runs.values()
    assert app_client(box, repo)("POST", f"actions/runs/{run.id}/rerun-failed-jobs").status == 201
    assert run.status == "queued"
    box.settle()
    assert (run.attempt.number, run.conclusion) == (2, "success")
    assert [job.conclusion for job in run.jobs] == ["success"] * 3
    assert count_of(tmp_path) == 2
    first, second = run.attempts
    assert first.jobs[1].conclusion == "failure"
    assert second.jobs[0].log == first.jobs[0].log  # build kept what it gave
    requested = [made.payload["action"] for made in box.webhooks.sent if made.event == "workflow_run"]
    assert requested == ["requested", "in_progress", "completed", "in_progress", "completed"]


def test_workflow_run_heals_through_the_interface(box: Box, repo: Repository, tmp_path: Path) -> None:
    counting(box, tmp_path)
    repo.commit({CI: HEAL, ".github/workflows/watch.yml": WATCH}, fire=True)
    box.settle()
    assert runs(repo, "CI") == [("push", "success")]
    assert runs(repo, "Watch") == [("workflow_run", "success"), ("workflow_run", "skipped")]
    asked = next(seen for seen in box.requests if seen.path.endswith("rerun-failed-jobs"))
    assert asked.token
    assert asked.token.permissions == {"actions": "write", "metadata": "read"}
    assert asked.token.revoked  # the job is over


def test_each_job_has_the_permissions_that_it_asks_for(box: Box, repo: Repository) -> None:
    ask = 'curl -s -o /dev/null -w "%{http_code}\\n" -H "Authorization: Bearer ${{ github.token }}" -X POST '
    body = """ -d '{"title": "x"}' "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues" """
    jobs = "".join(
        f"  {name}:\n    runs-on: ubuntu-latest\n    permissions: {{issues: {level}}}\n"
        f"    steps:\n      - run: |\n          {ask}{body}\n"
        for name, level in (("reads", "read"), ("writes", "write"))
    )
    repo.commit({CI: f"on: push\npermissions: {{}}\njobs:\n{jobs}"}, fire=True)
    box.settle()
    statuses = [seen.status for seen in box.requests if seen.path.endswith("/issues")]
    assert statuses == [403, 201]
    (run,) = repo.runs.values()
    assert b"Issues: write" in (run.job("writes").log or b"")
    assert run.name == CI  # a workflow without a name is called by its path


def test_matrix_leg_that_failed_is_played_again_alone(box: Box, repo: Repository, tmp_path: Path) -> None:
    counting(box, tmp_path)
    workflow = """\
on: push
jobs:
  legs:
    runs-on: ubuntu-latest
    strategy: {fail-fast: false, matrix: {python: ["3.10", "3.11"]}}
    steps:
      - run: |
          echo ${{ matrix.python }} >> "$COUNTED"
          test "${{ matrix.python }}" = 3.10 || test "$(grep -c 3.11 "$COUNTED")" -gt 1
  after:
    needs: legs
    runs-on: ubuntu-latest
    steps: [{run: echo after}]
"""
    repo.commit({CI: workflow}, fire=True)
    box.settle()
    (run,) = repo.runs.values()
    ends = {job.name: job.conclusion for job in run.jobs}
    assert ends == {"legs (3.10)": "success", "legs (3.11)": "failure", "after": "skipped"}
    app_client(box, repo)("POST", f"actions/runs/{run.id}/rerun-failed-jobs")
    box.settle()
    assert {job.conclusion for job in run.jobs} == {"success"}
    assert sorted((tmp_path / "counted").read_text().split()) == ["3.10", "3.11", "3.11"]


def test_reusable_workflow_of_another_repository(box: Box, repo: Repository) -> None:
    called = """\
name: Heal
on:
  workflow_call:
    inputs: {dry-run: {type: boolean, default: false}}
    outputs: {agenda: {value: "${{ jobs.initialize.outputs.agenda }}"}}
permissions: {}
concurrency: {group: heal, queue: max}
jobs:
  initialize:
    runs-on: ubuntu-latest
    permissions: {contents: read}
    outputs: {agenda: "${{ steps.it.outputs.agenda }}"}
    steps:
      - id: it
        uses: tool/heal/actions/begin@v1
        with: {dry: "${{ inputs.dry-run }}"}
  act:
    needs: initialize
    runs-on: ubuntu-latest
    permissions: {actions: write}
    steps: [{run: "echo got '${{ needs.initialize.outputs.agenda }}' in $GITHUB_WORKFLOW"}]
"""
    action = """\
name: begin
description: Begins
inputs: {dry: {default: "no"}}
outputs: {agenda: {value: "${{ steps.x.outputs.agenda }}"}}
runs:
  using: composite
  steps: [{id: x, shell: bash, run: 'echo "agenda=dry ${{ inputs.dry }}" >> "$GITHUB_OUTPUT"'}]
"""
    tool = box.repository("tool/heal")
    tool.commit({".github/workflows/heal.yml": called, "actions/begin/action.yml": action})
    tool.git.run("update-ref", "refs/tags/v1", tool.git.head("main") or "")
    caller = """\
name: Mine
on: push
jobs:
  heal:
    uses: tool/heal/.github/workflows/heal.yml@v1
    permissions: {contents: read, actions: GRANTED}
    with: {dry-run: true}
  after:
    needs: heal
    runs-on: ubuntu-latest
    steps: [{run: "echo after '${{ needs.heal.outputs.agenda }}'"}]
"""
    repo.commit({CI: caller.replace("GRANTED", "write")}, fire=True)
    repo.commit({CI: caller.replace("GRANTED", "read")}, branch="less", fire=True)
    box.settle()
    run, less = repo.runs.values()
    assert [job.name for job in run.jobs] == ["heal / initialize", "heal / act", "after"]
    assert run.conclusion == "success"
    assert b"got 'dry true' in Mine" in (run.job("heal / act").log or b"") or b"got dry true in Mine" in (
        run.job("heal / act").log or b""
    )
    assert b"Actions: write" in (run.job("heal / act").log or b"")
    assert b"after dry true" in (run.job("after").log or b"")
    assert less.conclusion == "startup_failure"
    assert "is requesting 'actions: write', but is only allowed 'actions: read'" in box.life.refusals[less.id]


def test_artifacts_are_kept_and_handed_on(box: Box, repo: Repository) -> None:
    workflow = """\
on: push
jobs:
  makes:
    runs-on: ubuntu-latest
    steps:
      - run: mkdir out && echo "<testsuite/>" > out/junit.xml
      - uses: actions/upload-artifact@v4
        with: {name: results, path: out/*.xml}
  takes:
    needs: makes
    runs-on: ubuntu-latest
    steps:
      - uses: actions/download-artifact@v4
        with: {name: results}
      - run: cat junit.xml
"""
    repo.commit({CI: workflow}, fire=True)
    box.settle()
    (run,) = repo.runs.values()
    assert run.conclusion == "success"
    assert [artifact.name for artifact in run.artifacts] == ["results"]
    assert b"<testsuite/>" in (run.job("takes").log or b"")


def test_checkout_of_another_ref_without_credentials(box: Box, repo: Repository) -> None:
    repo.commit({"which": "topic"}, branch="topic")
    workflow = """\
on: push
permissions: {contents: read}
jobs:
  looks:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
        with: {ref: topic, path: other, persist-credentials: false, fetch-depth: 0}
      - run: cat other/which; git -C other config --get-regexp extraheader || echo no credentials
"""
    repo.commit({CI: workflow}, fire=True)
    box.settle()
    (run,) = repo.runs.values()
    log = run.job("looks").log or b""
    assert b"topic" in log
    assert b"no credentials" in log
    assert run.conclusion == "success"
    assert git(repo.path, "rev-parse", "topic").stdout.strip().encode() in log
