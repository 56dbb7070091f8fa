"""Every operation on runs, issues and pull requests once; the box itself checks each answer."""

from __future__ import annotations

import io
import zipfile

from box import Annotation, Box, Job, Repository, Step
from box.calls import OPERATIONS
from box_client import app_client

JOBS = [
    Job(
        "build",
        "failure",
        log=b"error: no\n",
        annotations=[Annotation("lost")],
        steps=[Step("Run", "failure", log=b"x")],
    ),
    Job("lint", "success", log=b"fine\n"),
    Job("deploy", "skipped", log=None, needs=["build"]),
]


def test_runs_jobs_logs(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    run = repo.add_run(jobs=JOBS)
    build = run.job("build")
    assert ask("GET", "actions/runs").json["workflow_runs"][0]["conclusion"] == "failure"
    assert ask("GET", f"actions/runs/{run.id}?exclude_pull_requests=true").json["run_attempt"] == 1
    assert ask("GET", f"actions/runs/{run.id}/attempts/1").json["previous_attempt_url"] is None
    assert ask("GET", f"actions/runs/{run.id}/attempts/2").status == 404
    names = [job["name"] for job in ask("GET", f"actions/runs/{run.id}/jobs?filter=latest").json["jobs"]]
    assert names == ["build", "lint", "deploy"]
    assert ask("GET", f"actions/runs/{run.id}/attempts/1/jobs").json["total_count"] == 3
    assert ask("GET", f"actions/jobs/{build.id}").json["steps"][0]["conclusion"] == "failure"
    found = ask("GET", f"actions/jobs/{build.id}/logs")
    assert found.status == 302
    assert ask("GET", found.headers["Location"]).content == b"error: no\n"
    assert ask("GET", f"actions/jobs/{run.job('deploy').id}/logs").status == 404
    for path in (f"actions/runs/{run.id}/logs", f"actions/runs/{run.id}/attempts/1/logs"):
        held = ask("GET", ask("GET", path).headers["Location"]).content
        names = zipfile.ZipFile(io.BytesIO(held)).namelist()
        assert names == ["0_build.txt", "build/1_Run.txt", "1_lint.txt"]
    assert ask("GET", f"check-runs/{build.id}").json["output"]["annotations_count"] == 1
    assert ask("GET", f"check-runs/{build.id}/annotations").json[0]["message"] == "lost"
    assert ask("GET", "commits/main/check-runs?check_name=build").json["total_count"] == 1
    suite = ask("GET", "commits/main/check-suites").json["check_suites"][0]
    assert ask("GET", f"check-suites/{suite['id']}").json["latest_check_runs_count"] == 3
    assert ask("GET", f"check-suites/{suite['id']}/check-runs").json["total_count"] == 3
    assert ask("GET", f"actions/runs/{run.id}/timing").json["run_duration_ms"] == 0
    assert ask("DELETE", f"actions/runs/{run.id}/logs").status == 204
    assert ask("GET", f"actions/jobs/{build.id}/logs").status == 410
    assert ask("DELETE", f"actions/runs/{run.id}").status == 204


def test_reruns_and_cancel(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    run = repo.add_run(jobs=JOBS)
    assert ask("POST", f"actions/runs/{run.id}/rerun-failed-jobs", {}).status == 201
    assert (run.attempt.number, run.conclusion) == (2, "success")
    assert ask("GET", f"actions/runs/{run.id}/jobs?filter=all").json["total_count"] == 6
    assert ask("POST", f"actions/runs/{run.id}/rerun").status == 201
    assert ask("POST", f"actions/jobs/{run.job('lint').id}/rerun").status == 201
    repo.on_rerun = lambda _: None
    ask("POST", f"actions/runs/{run.id}/rerun")
    assert run.status == "queued"
    assert ask("POST", f"actions/runs/{run.id}/cancel").status == 202
    assert run.conclusion == "cancelled"
    assert ask("POST", f"actions/runs/{run.id}/cancel").status == 409
    held = repo.add_run(event="pull_request", conclusion="action_required")
    assert ask("POST", f"actions/runs/{held.id}/approve").status == 201
    assert held.status == "queued"


def test_artifacts_and_caches(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    run = repo.add_run(jobs=JOBS)
    held = run.add_artifact("reports", {"junit.xml": "<testsuite/>"})
    assert ask("GET", f"actions/runs/{run.id}/artifacts?name=reports").json["artifacts"][0]["id"] == held.id
    assert ask("GET", "actions/artifacts").json["total_count"] == 1
    assert ask("GET", f"actions/artifacts/{held.id}").json["expired"] is False
    place = ask("GET", f"actions/artifacts/{held.id}/zip").headers["Location"]
    assert zipfile.ZipFile(io.BytesIO(ask("GET", place).content)).namelist() == ["junit.xml"]
    box.clock.advance(91 * 86400)
    assert ask("GET", f"actions/artifacts/{held.id}/zip").status == 410
    assert ask("DELETE", f"actions/artifacts/{held.id}").status == 204
    one = repo.caches.add(key="npm-1", ref="refs/heads/main")
    repo.caches.add(key="npm-1", ref="refs/pull/3/merge")
    repo.caches.add(key="npm-2", ref="refs/pull/3/merge")
    assert ask("GET", "actions/caches?key=npm&sort=created_at&direction=asc").json["total_count"] == 3
    assert ask("GET", "actions/cache/usage").json["active_caches_count"] == 3
    assert ask("DELETE", f"actions/caches/{one.id}").status == 204
    assert ask("DELETE", "actions/caches?key=npm-1&ref=refs/heads/main").status == 404
    assert ask("DELETE", "actions/caches?key=npm-1").json["total_count"] == 1
    assert repo.caches.keys() == ["npm-2"]


def test_workflows_variables_settings(box: Box) -> None:
    repo = box.repository(
        "octo/till", files={".github/workflows/ci.yml": "name: ci\non: [push, workflow_dispatch]\n"}
    )
    ask = app_client(box, repo)
    assert [held["name"] for held in ask("GET", "actions/workflows").json["workflows"]] == ["ci"]
    number = ask("GET", "actions/workflows/ci.yml").json["id"]
    assert ask("GET", f"actions/workflows/{number}/runs").json["total_count"] == 0
    assert (
        ask(
            "POST", f"actions/workflows/{number}/dispatches", {"ref": "main", "inputs": {"mode": "heal"}}
        ).status
        == 204
    )
    assert repo.dispatches[0]["inputs"] == {"mode": "heal"}
    assert ask("PUT", f"actions/workflows/{number}/disable").status == 204
    assert ask("POST", f"actions/workflows/{number}/dispatches", {"ref": "main"}).status == 422
    assert ask("PUT", f"actions/workflows/{number}/enable").status == 204
    assert ask("POST", "dispatches", {"event_type": "heal", "client_payload": {"run": 1}}).status == 204
    assert ask("POST", "actions/variables", {"name": "runner", "value": "a"}).status == 201
    assert ask("POST", "actions/variables", {"name": "RUNNER", "value": "a"}).status == 409
    assert ask("PATCH", "actions/variables/runner", {"value": "b"}).status == 204
    assert ask("GET", "actions/variables/RUNNER").json["value"] == "b"
    assert ask("GET", "actions/variables").json["total_count"] == 1
    assert ask("DELETE", "actions/variables/RUNNER").status == 204
    assert ask("GET", "actions/permissions").json["enabled"] is True
    assert ask("PUT", "actions/permissions", {"enabled": True, "allowed_actions": "all"}).status == 204
    assert (
        ask("PUT", "actions/permissions/workflow", {"can_approve_pull_request_reviews": False}).status == 204
    )
    assert ask("GET", "actions/permissions/workflow").json["can_approve_pull_request_reviews"] is False


def test_issues_comments_labels(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    assert ask("POST", "labels", {"name": "remediate", "color": "aabbcc", "description": "x"}).status == 201
    made = ask("POST", "issues", {"title": "Broken", "body": "why", "labels": ["remediate"]}).json
    assert ask("GET", "issues?labels=remediate&state=open").json[0]["number"] == made["number"]
    assert (
        ask("PATCH", "issues/1", {"state": "closed", "state_reason": "completed"}).json["state"] == "closed"
    )
    assert ask("GET", "issues?state=open").json == []
    assert ask("GET", "issues/1").json["closed_by"]["login"] == "helper[bot]"
    assert ask("POST", "issues/1/labels", {"labels": ["more"]}).json[1]["name"] == "more"
    assert ask("DELETE", "issues/1/labels/more").json[0]["name"] == "remediate"
    assert ask("GET", "issues/1/labels").json[0]["color"] == "aabbcc"
    assert ask("PUT", "issues/1/labels", {"labels": ["a"]}).status == 200
    assert ask("DELETE", "issues/1/labels").status == 204
    assert ask("GET", "labels").json[1]["name"] == "more"
    assert ask("PATCH", "labels/more", {"new_name": "less"}).json["name"] == "less"
    assert ask("GET", "labels/less").status == 200
    assert ask("DELETE", "labels/less").status == 204
    said = ask("POST", "issues/1/comments", {"body": "first"}).json
    assert ask("PATCH", f"issues/comments/{said['id']}", {"body": "second"}).json["body"] == "second"
    box.clock.advance(60)
    repo.add_comment(1, "/remediate approve abc", user="ada")
    assert len(ask("GET", "issues/1/comments").json) == 2
    since = ask("GET", f"issues/comments?since={box.clock.iso()}&sort=updated&direction=asc").json
    assert [one["body"] for one in since] == ["/remediate approve abc"]
    assert ask("POST", f"issues/comments/{said['id']}/reactions", {"content": "eyes"}).status == 201
    assert ask("POST", f"issues/comments/{said['id']}/reactions", {"content": "eyes"}).status == 200
    assert ask("GET", f"issues/comments/{said['id']}/reactions").json[0]["content"] == "eyes"
    assert ask("GET", f"issues/comments/{said['id']}").json["reactions"]["eyes"] == 1
    assert ask("POST", "issues/1/assignees", {"assignees": ["ada"]}).json["assignee"]["login"] == "ada"
    assert ask("PUT", "issues/1/lock").status == 204
    assert ask("POST", "issues/1/comments", {"body": "no"}).status == 403
    assert ask("DELETE", "issues/1/lock").status == 204
    assert ask("DELETE", f"issues/comments/{said['id']}").status == 204


def test_pulls(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    sha = repo.commit({"a.txt": "1\n", "README.md": "# There\n"}, branch="fix")
    made = ask("POST", "pulls", {"title": "Fix", "head": "fix", "base": "main", "body": "why"})
    assert (made.status, made.json["commits"], made.json["mergeable"]) == (201, 1, True)
    assert ask("POST", "pulls", {"title": "Fix", "head": "fix", "base": "main"}).status == 422
    assert ask("GET", "pulls?head=octo:fix&state=open").json[0]["number"] == 1
    assert [held["filename"] for held in ask("GET", "pulls/1/files").json] == ["README.md", "a.txt"]
    assert ask("GET", "pulls/1/commits").json[0]["sha"] == sha
    assert ask("GET", f"commits/{sha}/pulls").json[0]["number"] == 1
    assert ask("PATCH", "pulls/1", {"title": "Better"}).json["title"] == "Better"
    assert ask("POST", "issues/1/comments", {"body": "here"}).status == 201
    assert ask("GET", "issues/1").json["pull_request"]["merged_at"] is None
    run = repo.add_run(branch="fix", event="pull_request")
    assert ask("GET", f"actions/runs/{run.id}").json["pull_requests"][0]["number"] == 1
    assert ask("GET", "pulls/1/merge").status == 404
    assert ask("PUT", "pulls/1/merge", {"sha": sha}).json["merged"] is True
    assert ask("GET", "pulls/1/merge").status == 204
    assert ask("GET", "pulls/1").json["merged_by"]["login"] == "helper[bot]"
    assert repo.git.read("refs/heads/main", "a.txt") == b"1\n"


def test_the_description_has_every_operation_of_the_box(box: Box) -> None:
    assert box.checks is not None
    described = box.checks.description
    assert [key for key in OPERATIONS if described.operation(*key) is None] == []
