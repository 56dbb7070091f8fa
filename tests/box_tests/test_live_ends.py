"""How runs in the box end other than by their scripts, and which give way to others."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from box import Box, Repository, concurrency
from box.acting import find_act
from box_client import app_client
from live_project import count_of, counting, steps

pytestmark = pytest.mark.skipif(find_act() is None, reason="act is not installed")
CI = ".github/workflows/ci.yml"


def test_ends_that_no_script_can_bring_about(box: Box, repo: Repository) -> None:
    repo.commit({CI: steps("echo fine")})
    for kind in ("runner-lost", "cancelled", "out-of-time", "startup_failure"):
        repo.next_run_ends(kind)
        repo.commit({"a": kind}, fire=True)
        box.settle()
    lost, cancelled, late, broken = repo.runs.values()
    assert [run.conclusion for run in (lost, cancelled, late, broken)] == [
        "failure",
        "cancelled",
        "cancelled",
        "startup_failure",
    ]
    assert lost.job("only").log is None
    assert "lost communication" in lost.job("only").annotations[0].message
    assert b"##[error]The operation was canceled." in (cancelled.job("only").log or b"")
    assert "exceeded the maximum execution time" in late.job("only").annotations[0].message
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
