"""Lists: filters, dates, order."""

from __future__ import annotations

import pytest
from box import Box, Job, Repository
from box.routes.runs import within
from box_client import app_client

DAY = 86400


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [4, 3, 2, 1]),
        ("status=failure", [3, 1]),
        ("status=completed", [3, 2, 1]),
        ("status=in_progress", [4]),
        ("branch=feature/a", [3]),
        ("event=schedule", [2]),
        ("actor=eve", [3]),
        ("created=>=2026-11-03", [4, 3]),
        ("created=2026-11-02", [2, 1]),
        ("created=2026-11-02..2026-11-03", [3, 2, 1]),
        ("created=<2026-11-03T09:00:00Z", [2, 1]),
        ("created=*..2026-11-02", [2, 1]),
        ("status=failure&branch=main", [1]),
    ],
)
def test_filters_of_runs(box: Box, repo: Repository, query: str, numbers: list[int]) -> None:
    repo.add_run(conclusion="failure")
    repo.add_run(event="schedule", conclusion="success")
    box.clock.advance(DAY)
    repo.add_run(branch="feature/a", actor="eve", conclusion="failure", event="pull_request")
    box.clock.advance(DAY)
    repo.add_run(status="in_progress", jobs=[Job("build", status="in_progress")])
    found = app_client(box, repo)("GET", f"actions/runs?{query}").json["workflow_runs"]
    assert [run["run_number"] for run in found] == numbers


def test_a_span_holds_both_its_ends() -> None:
    assert within(1762041600.0, "2025-11-02..2025-11-02")
    assert not within(1762041599.0, ">=2025-11-02")
    assert within(1762041600.9, "<=2025-11-02T00:00:00Z")


def test_at_most_a_thousand_are_found_with_a_filter(box: Box, repo: Repository) -> None:
    for _ in range(1001):
        repo.add_run()
    ask = app_client(box, repo)
    assert ask("GET", "actions/runs?per_page=1").json["total_count"] == 1001
    assert ask("GET", "actions/runs?per_page=1&status=success").json["total_count"] == 1000


def test_issues_by_label_state_creator_and_change(box: Box, repo: Repository) -> None:
    repo.add_issue("One", labels=["remediate", "b"])
    repo.add_issue("Two", labels=["Remediate"], user="eve")
    repo.commit({"a": "1"}, branch="fix")
    repo.add_pull("fix", title="Three")
    box.clock.advance(60)
    ask = app_client(box, repo)
    ask("PATCH", "issues/1", {"state": "closed"})

    def titles(query: str) -> list[str]:
        return [held["title"] for held in ask("GET", f"issues?{query}").json]

    assert titles("") == ["Three", "Two"]
    assert titles("state=all&labels=remediate") == ["Two", "One"]
    assert titles("state=all&labels=remediate,b") == ["One"]
    assert titles("creator=eve") == ["Two"]
    assert titles(f"state=all&since={box.clock.iso()}") == ["One"]
    assert titles("state=all&sort=updated&direction=asc")[-1] == "One"


def test_a_name_ignores_case_and_a_branch_may_hold_slashes(box: Box, repo: Repository) -> None:
    sha = repo.commit({"a": "1"}, branch="feature/a%b")
    ask = app_client(box, repo)
    assert ask("GET", "/repos/OCTO/Shop").json["full_name"] == "octo/shop"
    assert ask("GET", "branches/feature/a%25b").json["commit"]["sha"] == sha
    assert ask("GET", "branches/feature%2Fa%25b").json["name"] == "feature/a%b"
    assert ask("GET", "commits/feature/a%25b/check-runs").json["total_count"] == 0
    assert ask("GET", "commits/feature/a%25b/status").json["state"] == "pending"
    assert ask("GET", "git/ref/heads/feature/a%25b").json["object"]["sha"] == sha
