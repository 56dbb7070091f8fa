"""The box misbehaves as it is told, once or often, and stays as described for the rest."""

from __future__ import annotations

import contextlib
import http.client
import io
import re
import threading
import urllib.error
import zipfile

import pytest
from box import Box, Job, Repository
from box_client import Client, app_client

BROKEN = (urllib.error.URLError, http.client.HTTPException, ConnectionError)


@pytest.fixture
def ask(box: Box, repo: Repository) -> Client:
    return app_client(box, repo)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_fails_before_or_after_the_effect(box: Box, repo: Repository, ask: Client, status: int) -> None:
    box.mischief.fail(method="POST", path=r"/issues$", status=status, when="before")
    assert ask("POST", "issues", {"title": "a"}).status == status
    assert len(repo.issues) == 0
    box.mischief.fail(method="POST", path=r"/issues$", status=status, when="after")
    assert ask("POST", "issues", {"title": "a"}).status == status
    assert len(repo.issues) == 1
    assert ask("POST", "issues", {"title": "b"}).status == 201


def test_two_requests_at_once_do_not_both_meet_what_is_meant_for_one(box: Box) -> None:
    trick = box.mischief.fail(times=1)
    both = threading.Barrier(2)

    class Slow:
        """A pattern that takes its time, until the other request looks at it too."""

        def search(self, path: str) -> re.Match[str] | None:
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(0.2)
            return re.search("", path)

    trick.path = Slow()  # type: ignore[assignment]
    asking = [threading.Thread(target=box.mischief.pick, args=("GET", "/x", "fail")) for _ in range(2)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert trick.played == 1


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1), ("during", 1)])
def test_cuts_the_connection(box: Box, repo: Repository, ask: Client, when: str, made: int) -> None:
    trick = box.mischief.cut(method="POST", path="/issues", when=when)
    with pytest.raises(BROKEN):
        ask("POST", "issues", {"title": "a"})
    assert (len(repo.issues), trick.played) == (made, 1)
    assert ask("GET", "issues").status == 200


def test_secondary_limits(box: Box, repo: Repository, ask: Client) -> None:
    box.mischief.secondary_limit(7, method="POST")
    got = ask("POST", "issues", {"title": "a"})
    assert (got.status, got.headers["Retry-After"]) == (403, "7")
    assert "secondary rate limit" in got.json["message"]
    box.mischief.secondary_limit(None, status=429)
    got = ask("GET", "issues")
    assert (got.status, got.headers["Retry-After"]) == (429, None)


def test_archives_cut_short_and_spoilt(box: Box, repo: Repository, ask: Client) -> None:
    run = repo.add_run(jobs=[Job("build", "failure", log=bytes(range(256)) * 64)])
    place = f"actions/runs/{run.id}/logs"
    box.mischief.truncate(path="/downloads/run-logs/")
    with pytest.raises(BROKEN):
        ask("GET", ask("GET", place).headers["Location"])
    box.mischief.corrupt(path="/downloads/run-logs/")
    spoilt = ask("GET", ask("GET", place).headers["Location"]).content
    with pytest.raises((zipfile.BadZipFile, zipfile.zlib.error)):  # type: ignore[attr-defined]
        zipfile.ZipFile(io.BytesIO(spoilt)).read("0_build.txt")
    whole = ask("GET", ask("GET", place).headers["Location"]).content
    assert len(zipfile.ZipFile(io.BytesIO(whole)).read("0_build.txt")) == 256 * 64


def test_denies_a_permission_from_a_level_on(box: Box, repo: Repository, ask: Client) -> None:
    box.mischief.deny("issues", "write", times=1)
    assert ask("GET", "issues/1").status == 404
    assert ask("POST", "issues", {"title": "a"}).status == 403
    assert ask("POST", "issues", {"title": "a"}).status == 201
    box.mischief.deny("checks")
    assert ask("GET", "commits/main/check-runs").json["message"] == "Resource not accessible by integration"
    box.mischief.calm()
    assert ask("GET", "commits/main/check-runs").status == 200


def test_reads_what_was(box: Box, repo: Repository, ask: Client) -> None:
    repo.add_issue("Old")
    box.mischief.stale(30, path="/issues")
    ask("POST", "issues", {"title": "New"})
    assert [held["title"] for held in ask("GET", "issues").json] == ["Old"]
    assert ask("GET", "issues/2").status == 404
    assert ask("GET", "pulls").status == 200
    box.clock.advance(20)
    ask("PATCH", "issues/2", {"title": "Newer"})
    box.clock.advance(15)
    assert ask("GET", "issues/2").json["title"] == "New"
    box.clock.advance(30)
    assert ask("GET", "issues/2").json["title"] == "Newer"


def test_refs_and_files_that_were(box: Box, repo: Repository, ask: Client) -> None:
    old = repo.git.head("main")
    box.mischief.stale(30, path="/(git|contents|commits)/")
    new = repo.commit({"README.md": "# New\n"})
    assert ask("GET", "git/ref/heads/main").json["object"]["sha"] == old
    assert ask("GET", "contents/README.md").json["size"] == 7
    assert ask("GET", "commits/main").json["sha"] == old
    assert ask("GET", "git/ref/heads/none").status == 404
    box.clock.advance(31)
    assert ask("GET", "git/ref/heads/main").json["object"]["sha"] == new


def test_logs_that_are_not_there(box: Box, repo: Repository, ask: Client) -> None:
    run = repo.add_run(jobs=[Job("build", "failure", log=b"no\n"), Job("old", "failure", log_gone=True)])
    box.mischief.fail(path=r"/jobs/\d+/logs$", status=404)
    assert ask("GET", f"actions/jobs/{run.job('build').id}/logs").status == 404
    assert ask("GET", f"actions/jobs/{run.job('build').id}/logs").status == 302
    assert ask("GET", f"actions/jobs/{run.job('old').id}/logs").status == 410


def test_slow_answers_end_with_the_box(box: Box, ask: Client) -> None:
    box.mischief.slow(0.05, path="/rate_limit")
    assert ask("GET", "/rate_limit").status == 200


def test_every_request_is_kept(box: Box, repo: Repository, ask: Client) -> None:
    ask("POST", "issues", {"title": "a"})
    seen = box.requests[-1]
    assert (seen.method, seen.path, seen.status) == ("POST", "/api/v3/repos/octo/shop/issues", 201)
    assert seen.json == {"title": "a"}
    assert seen.token is not None
    assert seen.token.actor == "helper[bot]"


def test_a_page_for_people_instead_of_json(box: Box, ask: Client) -> None:
    box.mischief.fail(status=503, page=b"<html>No server</html>")
    got = ask("GET", "issues")
    assert (got.status, got.content, got.headers["Content-Type"]) == (
        503,
        b"<html>No server</html>",
        "text/html",
    )
    assert got.headers["X-RateLimit-Remaining"] == "5000"
