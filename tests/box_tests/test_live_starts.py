"""What starts a run in the box, with which rights, and what does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from box import Box, Repository
from box.acting import find_act
from box_client import app_client, person_client
from live_project import clone, steps

pytestmark = pytest.mark.skipif(find_act() is None, reason="act is not installed")
CI = ".github/workflows/ci.yml"


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


def test_filters_of_branches_paths_and_messages(box: Box, repo: Repository) -> None:
    on = "{push: {branches: ['rel/**', '!rel/old'], paths: ['src/**']}}"
    repo.commit({CI: steps("echo", on=on), "src/a": "1"})
    for branch in ("rel/1", "rel/old", "topic"):
        repo.commit({"doc": branch}, branch=branch)
        repo.commit({"doc": f"{branch} more"}, branch=branch, fire=True)
        repo.commit({"src/a": branch}, branch=branch, fire=True)
        repo.commit({"src/a": f"{branch} x"}, branch=branch, message="Try [skip ci]", fire=True)
    assert [run.branch for run in repo.runs.values()] == ["rel/1"]


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


def test_workflow_run_is_heard_by_the_default_branch_alone(box: Box, repo: Repository) -> None:
    watch = {
        ".github/workflows/watch.yml": steps("echo", on="{workflow_run: {workflows: [ci]}}", name="Watch")
    }
    repo.commit(watch, branch="topic")
    repo.add_run(conclusion="failure", jobs=[], branch="topic", fire=True)
    assert [run.name for run in repo.runs.values()] == ["ci"]
    head = repo.commit(watch)
    repo.add_run(conclusion="failure", jobs=[], branch="topic", fire=True)
    *_, watching = repo.runs.values()
    assert (watching.name, watching.event, watching.branch, watching.sha) == (
        "Watch",
        "workflow_run",
        "main",
        head,
    )
