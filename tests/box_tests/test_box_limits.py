"""Counted requests, conditional requests, pages, and the sizes that GitHub takes."""

from __future__ import annotations

import pytest
from box import Box, Repository
from box_client import Client, app_client, workflow_client


def test_what_is_not_modified_is_not_counted(box: Box, repo: Repository) -> None:
    ask = workflow_client(box, repo)
    first = ask("GET", "actions/runs")
    assert (first.headers["X-RateLimit-Limit"], first.headers["X-RateLimit-Remaining"]) == ("1000", "999")
    again = ask("GET", "actions/runs", If_None_Match=first.headers["ETag"])
    assert (again.status, again.content, again.headers["X-RateLimit-Remaining"]) == (304, b"", "999")
    # Neither another token's tag nor nobody's request is spared.
    other = app_client(box, repo)("GET", "actions/runs", If_None_Match=first.headers["ETag"])
    assert (other.status, other.headers["X-RateLimit-Remaining"]) == (200, "4999")
    nobody = Client(box, repo, None)
    tag = nobody("GET", "actions/runs").headers["ETag"]
    again = nobody("GET", "actions/runs", If_None_Match=tag)
    assert (again.status, again.headers["X-RateLimit-Remaining"]) == (304, "58")
    repo.add_run()
    assert ask("GET", "actions/runs", If_None_Match=first.headers["ETag"]).status == 200
    assert ask("GET", "/rate_limit").json["rate"]["used"] == 2


def test_all_tokens_of_the_workflows_of_a_repository_share_a_thousand_an_hour(
    box: Box, repo: Repository
) -> None:
    one, other = workflow_client(box, repo), workflow_client(box, repo)
    box.mischief.exhaust(str(other.token), left=1)
    assert one("GET", "actions/runs").status == 200
    refused = other("GET", "actions/runs")
    assert (refused.status, refused.headers["X-RateLimit-Remaining"]) == (403, "0")
    assert refused.json["message"].startswith("API rate limit exceeded for installation")
    assert int(refused.headers["X-RateLimit-Reset"]) == int(box.clock.now()) + 3600
    assert app_client(box, repo)("GET", "actions/runs").status == 200
    assert other("GET", "/rate_limit").json["rate"]["remaining"] == 0
    box.clock.advance(3601)
    assert other("GET", "actions/runs").headers["X-RateLimit-Remaining"] == "999"


def test_pages_and_their_links(box: Box, repo: Repository) -> None:
    for _ in range(5):
        repo.add_run()
    ask = app_client(box, repo)
    seen, place = [], f"{box.api}/repos/octo/shop/actions/runs?per_page=2&event=push"
    while place:
        got = ask("GET", place.removeprefix(box.api))
        assert got.json["total_count"] == 5
        seen += [run["run_number"] for run in got.json["workflow_runs"]]
        links = dict(reversed(part.split("; ")) for part in (got.headers["Link"] or "").split(", "))
        place = links.get('rel="next"', "").strip("<>")
    assert seen == [5, 4, 3, 2, 1]
    assert 'rel="first"' in links
    assert ask("GET", "actions/runs?per_page=100").headers["Link"] is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "issues", {"title": "a", "body": "x" * 65_537}),
        ("POST", "issues", {"title": "a" * 257}),
        ("PATCH", "issues/1", {"body": "x" * 65_537}),
        ("POST", "issues/1/comments", {"body": "x" * 65_537}),
        ("POST", "labels", {"name": "a" * 51}),
        ("POST", "labels", {"name": "a", "description": "b" * 101}),
        ("POST", "actions/variables", {"name": "a-b", "value": "x"}),
        ("POST", "actions/variables", {"name": "GITHUB_X", "value": "x"}),
        ("POST", "git/refs", {"ref": "heads/a", "sha": "0" * 40}),
        ("POST", "pulls", {"title": "a", "head": "none", "base": "main"}),
        ("POST", "pulls", {"title": "a", "head": "main", "base": "main"}),
    ],
)
def test_what_is_too_large_or_makes_no_sense_is_422(
    box: Box, repo: Repository, method: str, path: str, body: object
) -> None:
    repo.add_issue("One")
    assert app_client(box, repo)(method, path, body).status == 422


def test_a_dispatch_holds_ten_properties(box: Box, repo: Repository) -> None:
    payload = {str(at): at for at in range(11)}
    asked = app_client(box, repo)("POST", "dispatches", {"event_type": "a", "client_payload": payload})
    assert asked.status == 422
    assert len(box.faults) == 1
    box.expect_faults()


def test_the_largest_body_is_taken(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    assert ask("POST", "issues", {"title": "a" * 256, "body": "é" * 65_536}).status == 201


def test_the_date_of_an_answer_is_box_time(box: Box, repo: Repository) -> None:
    box.clock.advance(3600)
    assert app_client(box, repo)("GET", "").headers["Date"] == "Mon, 02 Nov 2026 10:00:00 GMT"


def test_too_many_writes_a_minute(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    assert {ask("POST", "issues", {"title": "a"}).status for _ in range(80)} == {201}
    refused = ask("POST", "issues", {"title": "a"})
    assert refused.status == 403
    assert "secondary rate limit" in refused.json["message"]
    assert ask("GET", "issues").status == 200
    box.clock.advance(int(refused.headers["Retry-After"]))
    assert ask("POST", "issues", {"title": "a"}).status == 201
