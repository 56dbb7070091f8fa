"""Reads of the adapter: repeated where they may be, counted, limited, and never with the token elsewhere."""

from __future__ import annotations

import gzip
import logging
from pathlib import Path
from typing import Any

import pytest
from box import Job
from boxed import ALL, Boxed

from remediate.errors import Unreachable, UsageProblem
from remediate.model.actions import LogAbsent, LogFile
from remediate.platforms.github import Bounds, github_platform

LOG = b"2026-11-02T09:00:00.0000000Z hello\n" * 200
FAILED: dict[str, Any] = {"name": "build", "conclusion": "failure"}


@pytest.mark.parametrize("status", [500, 502, 503, 0])
def test_a_read_is_repeated_until_it_succeeds(world: Boxed, status: int) -> None:
    if status:
        world.box.mischief.fail(method="GET", status=status, times=3)
    else:
        world.box.mischief.cut(method="GET", times=3)
    before = world.box.clock.now()
    assert world.adapter().facts().default_branch == "main"
    assert len(world.box.requests) == 4
    assert 0 < world.box.clock.now() - before < 10


def test_a_read_that_never_succeeds_ends(world: Boxed) -> None:
    world.box.mischief.fail(method="GET", status=503, times=99)
    with pytest.raises(Unreachable) as raised:
        world.adapter().facts()
    assert len(world.box.requests) == 4
    assert "503" in raised.value.message
    assert "incident" in raised.value.hint


def test_an_answer_that_is_cut_off_is_asked_for_again(world: Boxed) -> None:
    world.box.mischief.truncate(path="/api/v3/repos/octo/shop$")
    assert world.adapter().facts().name == "octo/shop"


def test_nothing_listens(tmp_path: Path, world: Boxed) -> None:
    hub = github_platform(
        "http://127.0.0.1:9/api/v3", "octo/shop", "secret-token", clock=world.box.clock, random=lambda: 0.5
    )
    with pytest.raises(Unreachable) as raised:
        hub.facts()
    assert "secret-token" not in f"{raised.value.message} {raised.value.hint} {raised.value!r}"


@pytest.mark.parametrize(("asked", "waited"), [(45, 45), (None, 60)])
def test_a_secondary_limit_is_waited_out(world: Boxed, asked: int | None, waited: float) -> None:
    world.box.mischief.secondary_limit(asked, times=2)
    before = world.box.clock.now()
    assert world.adapter().facts().name == "octo/shop"
    assert 2 * waited <= world.box.clock.now() - before <= 2 * waited + 3


def test_a_limit_beyond_all_patience_is_an_error_that_names_the_time(world: Boxed) -> None:
    world.box.mischief.secondary_limit(3600)
    with pytest.raises(Unreachable, match="10:00 UTC"):
        world.adapter().facts()
    assert len(world.box.requests) == 1


def test_the_hour_s_calls_are_used_up(world: Boxed) -> None:
    hub = world.adapter()
    hub.facts()
    left = hub.calls_left
    assert left == 899
    since, _ = world.box.used[world.box.tokens.find(f"token {hub_token(world)}").bucket]
    world.box.used[world.box.tokens.find(f"token {hub_token(world)}").bucket] = (since, 960)
    hub.facts()
    assert hub.calls_left == 0
    with pytest.raises(Unreachable, match="calls"):
        hub.run(1)


def hub_token(world: Boxed) -> str:
    return next(iter(world.box.tokens.held))


def test_the_budget_ends_reads(world: Boxed) -> None:
    hub = world.adapter(bounds=Bounds(calls=2))
    hub.facts()
    assert hub.run(1) is None
    with pytest.raises(Unreachable, match="2 calls"):
        hub.run(1)
    assert len(world.box.requests) == 2


def test_what_has_not_changed_is_not_sent_again(world: Boxed) -> None:
    world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED)])
    hub = world.adapter()
    runs = hub.unsuccessful_runs(0)
    assert hub.unsuccessful_runs(0) == runs
    asked = [seen.status for seen in world.calls(part="/actions/runs")]
    assert asked.count(200) == 1
    assert asked.count(304) == len(asked) - 1
    world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED)])
    assert len(hub.unsuccessful_runs(0)) == 2


def test_what_has_more_pages_now_is_read_to_its_new_end(world: Boxed) -> None:
    for number in range(100):
        world.repo.add_issue(f"issue {number}", labels=["remediate"])
    hub = world.adapter()
    assert len(hub.tickets("remediate")) == 100
    world.repo.add_issue("one more", labels=["remediate"])
    assert len(hub.tickets("remediate")) == 101


def test_lists_longer_than_a_page_are_read_to_their_end(world: Boxed) -> None:
    jobs = [Job(name=f"build {number}", conclusion="failure") for number in range(250)]
    run = world.repo.add_run(conclusion="failure", jobs=jobs)
    hub = world.adapter()
    assert [job.name for job in hub.jobs(run.id, 1)] == [job.name for job in jobs]
    assert len(world.calls(part="/jobs")) == 3


def test_more_runs_than_a_filtered_list_shows_are_all_found(world: Boxed) -> None:
    for number in range(1130):
        world.box.clock.advance(1)
        world.repo.add_run(conclusion="failure" if number else "startup_failure", jobs=[])
    hub = world.adapter()
    assert len(hub.unsuccessful_runs(0)) == 1130
    # GitHub takes this status, as its own command does; its description does not name it.
    assert all("startup_failure" in fault for fault in world.box.faults)
    world.box.expect_faults()


def test_a_link_that_has_died_is_asked_for_again(world: Boxed, tmp_path: Path) -> None:
    run = world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED, log=LOG)])
    hub = world.adapter()
    job = hub.jobs(run.id, 1)[0]
    world.box.mischief.fail(path="/downloads/", status=403)
    log = hub.job_log(job, tmp_path)
    assert isinstance(log, LogFile)
    assert log.path.read_bytes() == LOG
    assert len(world.calls(part="/logs")) == 2


def test_a_download_that_is_cut_off_is_made_again_and_marked_if_it_stays_so(
    world: Boxed, tmp_path: Path
) -> None:
    run = world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED, log=LOG)])
    hub = world.adapter()
    job = hub.jobs(run.id, 1)[0]
    world.box.mischief.truncate(times=1)
    assert hub.job_log(job, tmp_path) == LogFile(path=tmp_path / f"job-{job.id}.log", cut=False)
    world.box.mischief.truncate(times=9)
    log = hub.job_log(job, tmp_path)
    assert isinstance(log, LogFile)
    assert log.cut
    assert LOG.startswith(log.path.read_bytes())


@pytest.mark.parametrize(("later", "gap"), [(1800, "not-yet"), (7200, "missing")])
def test_a_download_that_fails_for_a_while_is_made_later(
    world: Boxed, tmp_path: Path, later: float, gap: str
) -> None:
    run = world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED, log=LOG)])
    hub = world.adapter()
    job = hub.jobs(run.id, 1)[0]
    world.box.clock.advance(later)
    world.box.mischief.fail(path="/downloads/", status=503, times=3)
    before = world.box.clock.now()
    log = hub.job_log(job, tmp_path)
    assert isinstance(log, LogAbsent)
    assert (log.gap, "503" in log.reason) == (gap, True)
    assert world.box.clock.now() - before >= 3
    assert isinstance(hub.job_log(job, tmp_path), LogFile)


def test_no_download_bears_the_token(world: Boxed, tmp_path: Path) -> None:
    run = world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED, log=LOG)])
    run.add_artifact("junit-results", {"junit.xml": b"<testsuites/>"})
    run.add_artifact("binary", {"a.out": b"x"})
    hub = world.adapter()
    found = hub.run(run.id)
    assert found is not None
    assert isinstance(hub.job_log(hub.jobs(run.id, 1)[0], tmp_path), LogFile)
    archive = hub.archive(found, tmp_path)
    assert isinstance(archive, LogFile)
    reports = hub.test_reports(found, tmp_path)
    assert len(reports) == 1
    downloads = world.calls(part="/downloads/")
    assert len(downloads) == 3
    assert not any(seen.authorization for seen in downloads)
    assert not any("authorization" in seen.headers or "cookie" in seen.headers for seen in downloads)


def test_an_archive_that_is_none_is_named_and_thrown_away(world: Boxed, tmp_path: Path) -> None:
    run = world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED, log=b"x")])
    hub = world.adapter()
    found = hub.run(run.id)
    assert found is not None
    world.box.mischief.fail(path="/downloads/", status=200, page=b"<html>Sign in</html>")
    log = hub.archive(found, tmp_path)
    assert isinstance(log, LogAbsent)
    assert log.gap == "corrupt"
    assert not list(tmp_path.glob("*.zip"))


def test_a_log_that_may_not_be_read_is_forbidden(world: Boxed, tmp_path: Path) -> None:
    run = world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED, log=LOG)])
    hub = world.adapter()
    job = hub.jobs(run.id, 1)[0]
    world.box.mischief.deny("actions")
    log = hub.job_log(job, tmp_path)
    assert isinstance(log, LogAbsent)
    assert log.gap == "forbidden"
    assert "actions: read" in log.reason


@pytest.mark.parametrize(
    ("permission", "ask"),
    [
        ("actions", lambda hub: hub.unsuccessful_runs(0)),
        ("actions", lambda hub: hub.caches("x")),
        ("contents", lambda hub: hub.file("README.md", "main")),
        ("contents", lambda hub: hub.head_of("main")),
        ("issues", lambda hub: hub.tickets("remediate")),
        ("pull-requests", lambda hub: hub.pulls_of("main")),
        ("deployments", lambda hub: hub.deployments("production")),
    ],
)
def test_each_permission_that_is_missing_is_named(world: Boxed, permission: str, ask: object) -> None:
    # Issues are listed for whoever may read pull requests too.
    without = {permission.replace("-", "_"), "pull_requests" if permission == "issues" else ""}
    hub = world.adapter({name: level for name, level in ALL.items() if name not in without})
    with pytest.raises(Unreachable) as raised:
        ask(hub)  # type: ignore[operator]
    assert f"{permission}: read" in raised.value.hint


def test_a_wrong_token_is_told_and_not_shown(world: Boxed) -> None:
    hub = world.adapter_with("ghs_wrong")
    with pytest.raises(Unreachable) as raised:
        hub.facts()
    assert "401" in raised.value.message
    assert "ghs_wrong" not in raised.value.message + raised.value.hint
    assert "ghs_wrong" not in repr(hub._desk.calls.wire)


@pytest.mark.parametrize(
    ("status", "message", "way"),
    [
        (403, "Repository was archived so is read-only.", "unarchive"),
        (403, "Resource protected by organization SAML enforcement.", "single sign-on"),
        (403, "Unable to create comment because issue is locked.", "unlock"),
        (400, "Unsupported API version", "too old"),
        (404, "Not Found", "may not see it"),
        (410, "Issues are disabled for this repo", "switched off"),
        (422, "Validation Failed", "report"),
        (451, "Repository access blocked", "legal"),
    ],
)
def test_each_refusal_has_its_way_out(world: Boxed, status: int, message: str, way: str) -> None:
    world.box.mischief.fail(method="GET", status=status, message=message)
    with pytest.raises(Unreachable) as raised:
        world.adapter().facts()
    assert message.rstrip(".") in raised.value.message
    assert way in raised.value.hint
    assert "/repos/octo/shop" in raised.value.message


def test_files_are_read_at_a_commit(world: Boxed) -> None:
    big = bytes(range(256)) * 5000
    world.repo.git.commit({"a b/ü.txt": "hello", "big.bin": big}, branch="main", message="More")
    hub = world.adapter()
    assert hub.file("a b/ü.txt", "main") == b"hello"
    assert hub.file("big.bin", "main") == big
    assert hub.file("a b", "main") is None
    assert hub.file("none", "main") is None


def test_people_with_write_access_are_known(world: Boxed) -> None:
    hub = world.adapter()
    for role in ("read", "triage", "write", "maintain", "admin"):
        world.box.person(f"{role}-person", world.repo, role)
        assert hub.may_write(f"{role}-person") is (role in ("write", "maintain", "admin"))
    assert not hub.may_write("nobody/../x")


def test_a_stranger_s_comment_with_our_mark_is_left_alone(world: Boxed) -> None:
    hub = world.adapter()
    ticket = hub.open_ticket(title="x", body="m1", labels=("remediate",), mark="m1")
    world.repo.add_comment(ticket.number, "mark-2 mine", user="ada")
    made = hub.put_comment(ticket.number, "mark-2 ours", "mark-2")
    assert made.author == "github-actions[bot]"
    assert [one.body for one in hub.comments(0)] == ["mark-2 mine", "mark-2 ours"]
    assert hub.comments(world.box.clock.now() + 1) == ()


def test_of_more_comments_than_are_read_the_newest_are_heard(
    world: Boxed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remediate.platforms.github.tracker._PAGES", 2)
    number = world.repo.add_issue("busy").number
    for count in range(250):
        world.box.clock.advance(1)
        world.repo.add_comment(number, f"comment {count}", fire=False)
    found = world.adapter().comments(0)
    assert [one.body for one in found] == [f"comment {count}" for count in range(50, 250)]


def test_nothing_is_logged(world: Boxed, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, logger="github"):
        world.adapter().facts()
    assert not [one for one in caplog.records if one.name.startswith("github")]


def test_the_server_s_clock_is_compared_with_ours(world: Boxed) -> None:
    hub = world.adapter()
    hub.facts()
    assert abs(hub.clock_ahead) < 2
    assert {seen.headers["x-github-api-version"] for seen in world.box.requests} == {"2022-11-28"}
    assert all(seen.headers["user-agent"] == "remediate" for seen in world.box.requests)


@pytest.mark.parametrize("name", ["shop", "octo/shop/x", "octo/..%2f", "octo/..", "octo /shop", ""])
def test_what_is_no_repository_is_refused(world: Boxed, name: str) -> None:
    with pytest.raises(UsageProblem):
        github_platform(world.box.api, name, "t", clock=world.box.clock, random=lambda: 0.5)


@pytest.mark.parametrize("name", ["octo/shop", "mona_acme/shop", "o/.github"])
def test_what_is_one_is_taken(world: Boxed, name: str) -> None:
    hub = github_platform(world.box.api, name, "t", clock=world.box.clock, random=lambda: 0.5)
    assert hub.repository == name


def test_a_packed_download_is_unpacked(tmp_path: Path) -> None:
    from served import serving  # noqa: PLC0415 - a server of one answer

    from remediate.platforms.github.downloads import Downloads, Fetched, Missed  # noqa: PLC0415

    with serving(gzip.compress(LOG), {"Content-Encoding": "gzip"}) as address:
        got = Downloads("127.0.0.1").fetch(address, tmp_path / "log")
        assert got == Fetched(path=tmp_path / "log")
        assert (tmp_path / "log").read_bytes() == LOG
        small = Downloads("127.0.0.1", most=100).fetch(address, tmp_path / "cut")
        assert small == Fetched(path=tmp_path / "cut", cut=True)
        assert (tmp_path / "cut").read_bytes() == LOG[:100]
        inside = Downloads("192.0.9.1").fetch(address.replace("127.0.0.1", "localhost"), tmp_path / "no")
        assert isinstance(inside, Missed)
        assert "private" in inside.reason
    with serving(b"", {"Location": "/again"}, 302) as address:
        assert isinstance(Downloads("127.0.0.1").fetch(address, tmp_path / "x"), Missed)
    for wrong in ("file:///etc/passwd", "ftp://127.0.0.1/x", ""):
        assert isinstance(Downloads("127.0.0.1").fetch(wrong, tmp_path / "x"), Missed)


@pytest.mark.parametrize(
    ("sent", "held", "cut"),
    [
        (gzip.compress(LOG) + gzip.compress(b"more"), LOG + b"more", False),
        (gzip.compress(LOG)[:-9], LOG, True),
        (gzip.compress(LOG) + b"rest", LOG, True),
        (b"", b"", False),
        (gzip.compress(bytes(2**22)), bytes(2**20), True),
    ],
    ids=["two members", "cut off", "something else behind", "empty", "large"],
)
def test_of_a_packed_download_nothing_is_lost_unsaid(
    tmp_path: Path, sent: bytes, held: bytes, cut: bool
) -> None:
    from served import serving  # noqa: PLC0415

    from remediate.platforms.github.downloads import Downloads, Fetched  # noqa: PLC0415

    with serving(sent, {"Content-Encoding": "gzip"}) as address:
        got = Downloads("127.0.0.1", most=2**20).fetch(address, tmp_path / "log")
    assert got == Fetched(path=tmp_path / "log", cut=cut)
    assert held.startswith((tmp_path / "log").read_bytes())
    assert cut or (tmp_path / "log").read_bytes() == held


def test_a_packed_log_that_says_the_same_very_often_comes_whole(tmp_path: Path) -> None:
    from served import serving  # noqa: PLC0415

    from remediate.platforms.github.downloads import Downloads, Fetched  # noqa: PLC0415

    with serving(gzip.compress(bytes(80 * 2**20)), {"Content-Encoding": "gzip"}) as address:
        got = Downloads("127.0.0.1").fetch(address, tmp_path / "log")
    assert got == Fetched(path=tmp_path / "log")
    assert (tmp_path / "log").stat().st_size == 80 * 2**20


def test_a_renamed_repository_is_still_read_and_a_write_to_it_told(world: Boxed) -> None:
    world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED)])
    hub = world.adapter()
    world.box.rename(world.repo, "octo/store")
    assert hub.facts().name == "octo/store"
    assert len(hub.unsuccessful_runs(0)) == 1
    with pytest.raises(Unreachable) as raised:
        hub.open_ticket(title="x", body="m", labels=("remediate",), mark="m")
    assert "another name" in raised.value.hint
