"""What a push sets going: act plays the workflow, its end starts others, what failed is played again."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from box import Box, Repository, concurrency
from box.acting import find_act
from box_client import app_client, person_client
from live_project import HEAL, WATCH, clone, count_of, counting, git, steps

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


def test_chain_ends_after_three_levels(box: Box, repo: Repository) -> None:
    files = {CI: steps("echo 0", name="L0")}
    for level in range(1, 6):
        on = f"{{workflow_run: {{workflows: [L{level - 1}], types: [completed]}}}}"
        files[f".github/workflows/l{level}.yml"] = steps(f"echo {level}", on=on, name=f"L{level}")
    repo.commit(files, fire=True)
    box.settle()
    assert [run.name for run in repo.runs.values()] == ["L0", "L1", "L2", "L3"]


def test_workflow_token_starts_nothing_but_dispatches(box: Box, repo: Repository, tmp_path: Path) -> None:
    on = "{push: {branches: ['**']}, workflow_dispatch: {inputs: {mode: {default: calm}}}, issues: {}}"
    repo.commit({CI: steps("echo mode ${{ inputs.mode }}", on=on)})
    token = box.token(repo, permissions={"contents": "write", "issues": "write", "actions": "write"})
    work = clone(box, repo, tmp_path / "work", token)
    work.commit({"a": "b"})
    assert work.push("origin", "HEAD:topic").returncode == 0
    assert not repo.runs
    ask = app_client(box, repo)
    ask.token = token
    ask("POST", "issues", {"title": "x"})
    assert not repo.runs
    asked = {"ref": "main", "inputs": {"mode": "bold"}}
    assert ask("POST", "actions/workflows/ci.yml/dispatches", asked).status == 204
    box.settle()
    (run,) = repo.runs.values()
    assert (run.event, run.conclusion) == ("workflow_dispatch", "success")
    assert b"mode bold" in (run.job("only").log or b"")


def test_pull_request_of_a_workflow_waits_for_approval(box: Box, repo: Repository) -> None:
    repo.commit({CI: steps("echo $GITHUB_REF $GITHUB_BASE_REF $GITHUB_HEAD_REF", on="pull_request")})
    repo.commit({"a": "b"}, branch="topic")
    ask = app_client(box, repo)
    ask.token = box.token(repo, permissions={"pull_requests": "write", "contents": "write"})
    assert ask("POST", "pulls", {"title": "x", "head": "topic", "base": "main"}).status == 201
    box.settle()
    (run,) = repo.runs.values()
    assert (run.status, run.conclusion) == ("completed", "action_required")
    box.person("ada", repo, "maintain")
    person = person_client(box, repo, "ada")
    assert person("POST", f"actions/runs/{run.id}/approve").status == 201
    box.settle()
    assert run.conclusion == "success"
    assert b"refs/pull/1/merge main topic" in (run.job("only").log or b"")


def test_fork_gets_a_token_that_reads_and_no_secret(box: Box, repo: Repository) -> None:
    box.life.secrets[repo.full_name] = {"CANARY": "canary-value"}
    repo.commit(
        {
            CI: steps(
                'echo "secret [${{ secrets.CANARY }}]"', on="pull_request", more="env: {A: b}\n"
            ).replace("contents: read", "contents: write, issues: write")
        }
    )
    fork = box.repository("eve/shop", fork_of="octo/shop")
    fork.commit({"x": "y"}, branch="evil")
    repo.add_pull("evil", "main", head_repository="eve/shop", user="eve", fire=True)
    box.settle()
    (run,) = repo.runs.values()
    log = run.job("only").log or b""
    assert b"secret []" in log
    assert b"Contents: read" in log
    assert b"Issues: read" in log
    assert run.head_repository == "eve/shop"


def test_schedule_runs_at_its_moments(box: Box, repo: Repository) -> None:
    repo.commit({CI: steps("echo ${{ github.event.schedule }}", on="{schedule: [{cron: '7,22 * * * *'}]}")})
    begins = box.clock.now()
    box.tick(3600)
    made = list(repo.runs.values())
    assert [run.event for run in made] == ["schedule"] * 4 or len(made) == 2
    assert [run.created_at - begins for run in made] == [420.0, 1320.0]
    assert box.clock.now() == begins + 3600
    assert b"7,22 * * * *" in (made[0].job("only").log or b"")


def test_comment_of_a_person_starts_what_listens(box: Box, repo: Repository) -> None:
    on = "{issue_comment: {types: [created]}}"
    said = 'echo "$BODY by ${{ github.event.comment.user.login }} as ${{ github.actor }}"'
    more = "env: {BODY: '${{ github.event.comment.body }}'}\n"
    repo.commit({CI: steps(said, on=on, more=more)})
    box.person("ada", repo, "write")
    issue = repo.add_issue("Broken")
    body = {"body": "/remediate approve abc"}
    assert person_client(box, repo, "ada")("POST", f"issues/{issue.number}/comments", body).status == 201
    box.settle()
    (run,) = repo.runs.values()
    assert (run.event, run.branch, run.actor) == ("issue_comment", "main", "ada")
    assert b"/remediate approve abc by ada as ada" in (run.job("only").log or b"")


def test_ends_that_no_script_can_bring_about(box: Box, repo: Repository) -> None:
    repo.commit({CI: steps("echo fine")})
    for kind in ("runner-lost", "cancelled", "timed_out", "startup_failure"):
        repo.next_run_ends(kind)
        repo.commit({"a": kind}, fire=True)
        box.settle()
    lost, cancelled, late, broken = repo.runs.values()
    assert [run.conclusion for run in (lost, cancelled, late, broken)] == [
        "failure",
        "cancelled",
        "timed_out",
        "startup_failure",
    ]
    assert lost.job("only").log is None
    assert "lost communication" in lost.job("only").annotations[0].message
    assert b"##[error]The operation was canceled." in (cancelled.job("only").log or b"")
    assert not broken.jobs
    repo.commit({"a": "again"}, fire=True)
    box.settle()
    assert list(repo.runs.values())[-1].conclusion == "success"


def test_runner_dies_in_the_middle_of_a_job(box: Box, repo: Repository, tmp_path: Path) -> None:
    ask = "curl -s -o /dev/null -u x:${{ github.token }} $GITHUB_API_URL/repos/octo/shop"
    counting(box, tmp_path)
    repo.commit({CI: steps(ask, 'echo x >> "$COUNTED"', "sleep 300", 'echo x >> "$COUNTED"')})
    box.life.lose_runner(repo, "only", after=1, path="/repos/octo/shop$")
    repo.commit({"a": "b"}, fire=True)
    box.settle()
    (run,) = repo.runs.values()
    job = run.job("only")
    assert (run.conclusion, job.log) == ("failure", None)
    assert "lost communication" in job.annotations[0].message
    assert not (tmp_path / "counted").exists() or count_of(tmp_path) == 1


def test_run_that_waits_can_be_cancelled(box: Box, repo: Repository) -> None:
    repo.commit({CI: steps("echo")}, fire=True)
    (run,) = repo.runs.values()
    assert app_client(box, repo)("POST", f"actions/runs/{run.id}/cancel").status == 202
    box.settle()
    assert (run.status, run.conclusion) == ("completed", "cancelled")


def test_box_can_live_by_itself(box: Box, repo: Repository) -> None:
    ended = threading.Event()
    box.webhooks.subscribe(lambda made: ended.set() if made.payload.get("action") == "completed" else None)
    box.life.start()
    repo.commit({CI: steps("echo")}, fire=True)
    (run,) = repo.runs.values()
    assert ended.wait(300)
    assert run.conclusion == "success"


def test_filters_of_branches_paths_and_messages(box: Box, repo: Repository) -> None:
    on = "{push: {branches: ['rel/**', '!rel/old'], paths: ['src/**']}}"
    repo.commit({CI: steps("echo", on=on), "src/a": "1"})
    for branch in ("rel/1", "rel/old", "topic"):
        repo.commit({"doc": branch}, branch=branch)
        repo.commit({"doc": f"{branch} more"}, branch=branch, fire=True)
        repo.commit({"src/a": branch}, branch=branch, fire=True)
        repo.commit({"src/a": f"{branch} x"}, branch=branch, message="Try [skip ci]", fire=True)
    assert [run.branch for run in repo.runs.values()] == ["rel/1"]


def test_newer_run_of_a_group_replaces_the_one_that_waits(box: Box, repo: Repository) -> None:
    group = "concurrency: {group: 'x-${{ github.ref }}'}\n"
    repo.commit({CI: steps("echo", more=group)})
    for number in range(4):
        repo.commit({"a": str(number)}, fire=True)
    box.settle()
    ends = [run.conclusion for run in repo.runs.values()]
    assert ends == ["success", "cancelled", "cancelled", "success"]
    repo.commit({CI: steps("echo", more=group.replace("}'}", "}', queue: max}"))})
    for number in range(3):
        repo.commit({"b": str(number)}, fire=True)
    box.settle()
    assert [run.conclusion for run in list(repo.runs.values())[4:]] == ["success"] * 3


def test_newer_run_replaces_the_one_that_waits_behind_a_played_one(box: Box, repo: Repository) -> None:
    group = "concurrency: {group: 'x-${{ github.ref }}'}\n"
    ask = "curl -s -o /dev/null -u x:${{ github.token }} $GITHUB_API_URL/repos/octo/shop"
    repo.commit({CI: steps(ask, more=group)})

    def two_more() -> None:
        for number in range(2):
            repo.commit({"a": f"more {number}"}, fire=True)

    box.mischief.meanwhile(two_more, method="GET", path="/repos/octo/shop$")
    repo.commit({"a": "first"}, fire=True)
    box.settle()
    assert [run.conclusion for run in repo.runs.values()] == ["success", "cancelled", "success"]


def test_no_more_wait_in_a_group_than_may(
    box: Box, repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concurrency, "MOST_PENDING", 2)
    group = "concurrency: {group: x, queue: max}\n"
    repo.commit({CI: steps("echo", more=group)})
    for number in range(4):
        repo.commit({"a": str(number)}, fire=True)
    ends = [run.conclusion for run in repo.runs.values()]
    assert ends == [None] * 3 + ["cancelled"]
    both = group.replace("}", ", cancel-in-progress: true}")
    repo.commit({CI: steps("echo", more=both)}, fire=True)
    assert [run.conclusion for run in repo.runs.values()][-1] == "startup_failure"


def test_broken_workflow_fails_before_it_begins(box: Box, repo: Repository) -> None:
    repo.commit({CI: "on: push\njobs: {a: {needs: [gone], steps: []}}\n"}, fire=True)
    (run,) = repo.runs.values()
    assert (run.conclusion, run.jobs) == ("startup_failure", [])
    assert "depends on unknown job 'gone'" in box.life.refusals[run.id]


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


def test_pull_request_in_conflict_starts_nothing_but_the_target_form(box: Box, repo: Repository) -> None:
    """What is checked out is the merge with the base as it is now, and here there is none."""
    on = {name: steps("cat a", on=name, name=name) for name in ("pull_request", "pull_request_target")}
    repo.commit({f".github/workflows/{name}.yml": text for name, text in on.items()} | {"a": "1\n"})
    for branch in ("fits", "conflicts"):
        repo.commit({"b" if branch == "fits" else "a": branch}, branch=branch)
        repo.add_pull(branch, "main")
    repo.commit({"a": "2\n"})
    for branch in ("fits", "conflicts"):
        repo.commit({"b" if branch == "fits" else "a": f"{branch} more\n"}, branch=branch, fire=True)
    started = [(run.branch, run.event) for run in repo.runs.values()]
    assert started == [
        ("fits", "pull_request"),
        ("fits", "pull_request_target"),
        ("conflicts", "pull_request_target"),
    ]
    assert repo.git.read("refs/pull/1/merge", "a") == b"2\n"
