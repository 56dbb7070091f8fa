"""Branches, pull requests, checks, deployments and issues of GitHub, as the ports promise them."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from box import Job
from boxed import ALL, Boxed

from remediate.errors import Unreachable
from remediate.model.actions import CacheEntry
from remediate.platforms.github import GitHub

FAILED: dict[str, Any] = {"name": "build", "conclusion": "failure"}


def test_a_branch_is_deleted_only_where_it_was_left(world: Boxed) -> None:
    hub = world.adapter()
    first = world.repo.commit({"a": "1"}, branch="remediate/ä#1")
    assert hub.head_of("remediate/ä#1") == first
    assert hub.head_of("remediate/none") is None
    assert hub.head_of("remediate") is None
    second = world.repo.commit({"a": "2"}, branch="remediate/ä#1")
    assert not hub.delete_branch("remediate/ä#1", first)
    assert hub.head_of("remediate/ä#1") == second
    assert hub.delete_branch("remediate/ä#1", second)
    assert hub.delete_branch("remediate/ä#1", second)
    assert hub.head_of("remediate/ä#1") is None


def test_an_empty_repository_has_no_branches(world: Boxed) -> None:
    world.repo = world.box.repository("octo/empty", files=None)
    hub = _other(world, "octo/empty")
    assert hub.head_of("main") is None
    assert hub.file("README.md", "main") is None


def _other(world: Boxed, name: str) -> GitHub:
    from remediate.platforms.github import github_platform  # noqa: PLC0415 - another repository than usual

    token = world.box.token(world.repo, permissions=ALL)
    return github_platform(world.box.api, name, token, clock=world.box.clock, random=lambda: 0.5)


def test_snapshots_are_made_listed_and_dropped(world: Boxed) -> None:
    hub = world.adapter()
    commit = world.repo.git.head("main")
    ref = hub.snapshot("7-1", commit)
    later = world.repo.commit({"a": "2"})
    assert hub.snapshot("7-1", later) == ref
    assert hub.snapshots() == ((ref, commit),)
    hub.drop_snapshot(ref)
    hub.drop_snapshot(ref)
    assert hub.snapshots() == ()
    with pytest.raises(Unreachable):
        hub.drop_snapshot("refs/heads/main")
    with pytest.raises(Unreachable):
        hub.snapshot("none", "0" * 39 + "1")
    assert world.repo.git.head("main") == later


def test_pull_requests_of_a_fork_are_told_from_ours(world: Boxed) -> None:
    fork = world.box.repository("eve/shop", fork_of="octo/shop")
    fork.commit({"evil": "1"}, branch="patch")
    world.repo.commit({"good": "1"}, branch="patch")
    ours = world.repo.add_pull("patch", title="ours")
    theirs = world.repo.add_pull("patch", title="theirs", head_repository="eve/shop", user="eve")
    hub = world.adapter()
    assert [one.number for one in hub.pulls_of("patch")] == [ours.number]
    assert [one.number for one in hub.pulls_of("patch", "eve/shop")] == [theirs.number]
    pull = hub.pull(theirs.number)
    assert pull is not None
    assert (pull.head_repository, pull.base, pull.author, pull.state) == ("eve/shop", "main", "eve", "open")
    assert hub.pull(999) is None


def test_a_pull_request_that_cannot_be_opened_says_why(world: Boxed) -> None:
    hub = world.adapter()
    told = hub.open_pull(head="none", base="main", title="x", body="y")
    assert isinstance(told, str)
    assert told
    world.repo.commit({"a": "1"}, branch="fix")
    world.box.mischief.fail(
        method="POST",
        path="/pulls",
        status=403,
        message="GitHub Actions is not permitted to create or approve pull requests.",
    )
    told = hub.open_pull(head="fix", base="main", title="x", body="y")
    assert isinstance(told, str)
    assert "settings" in told


def test_checks_and_runs_on_a_commit_are_told(world: Boxed) -> None:
    run = world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED)])
    waits = world.repo.add_run(conclusion="action_required", jobs=[])
    commit = world.repo.git.head("main")
    found = world.adapter().checks(commit)
    assert {(one.name, one.conclusion, one.run) for one in found} == {
        ("build", "failure", run.id),
        ("ci", "failure", run.id),
        ("ci", "action_required", waits.id),
    }


def test_more_runs_on_a_commit_than_a_page_holds_are_all_told(world: Boxed) -> None:
    bad = world.repo.add_run(conclusion="failure", jobs=[])
    for _ in range(120):
        world.repo.add_run(conclusion="success", jobs=[])
    found = world.adapter().checks(world.repo.git.head("main"))
    assert len(found) == 121
    assert bad.id in {one.run for one in found}


def test_deployments_are_told_with_their_states(world: Boxed) -> None:
    good = world.repo.add_deployment(state="success")
    world.box.clock.advance(10)
    bad = world.repo.add_deployment(state="failure", payload={"remediate": "m1"})
    world.repo.add_deployment("staging")
    hub = world.adapter()
    found = hub.deployments("production")
    assert [(one.id, one.state) for one in found] == [(bad.id, "failure"), (good.id, "success")]
    again = hub.deploy("main", "production", "why", "m1")
    assert not isinstance(again, str)
    assert again.id == bad.id
    assert isinstance(hub.deploy("nowhere", "production", "why", "m2"), str)


def test_caches_are_of_exactly_the_key(world: Boxed) -> None:
    for ref in ("refs/heads/main", "refs/pull/7/merge"):
        for key in ("npm-1", "npm-12"):
            world.repo.caches.add(key=key, ref=ref, size=10)
    hub = world.adapter()
    assert {(one.key, one.ref) for one in hub.caches("npm-1")} == {
        ("npm-1", "refs/heads/main"),
        ("npm-1", "refs/pull/7/merge"),
    }
    assert [one.ref for one in hub.caches("npm-1", "refs/heads/main")] == ["refs/heads/main"]
    entry = hub.caches("npm-1", "refs/heads/main")[0]
    assert entry.created > 0
    assert hub.delete_cache(entry)
    assert not hub.delete_cache(entry)
    assert not hub.delete_cache(CacheEntry(id=1, key="npm-1", ref="refs/heads/main"))
    assert sorted(world.repo.caches.keys()) == ["npm-1", "npm-12", "npm-12"]


def test_issues_are_told_without_pull_requests(world: Boxed) -> None:
    world.repo.commit({"a": "1"}, branch="fix")
    pull = world.repo.add_pull("fix")
    pull.labels = [world.repo.add_label("remediate").name]
    world.repo.add_issue("other")
    first = world.repo.add_issue("ours", "mark-1", user="github-actions[bot]", labels=["remediate"])
    first.state = "closed"
    hub = world.adapter()
    assert [(one.number, one.state) for one in hub.tickets("remediate")] == [(first.number, "closed")]
    made = hub.open_ticket(title="again", body="mark-1", labels=("remediate",), mark="mark-1")
    assert made.number == first.number
    hub.edit_ticket(first.number, state="open")
    assert first.state == "open"
    quoting = world.repo.add_issue("look", "as it says: mark-2", labels=["remediate"])
    assert (
        hub.open_ticket(title="new", body="mark-2", labels=("remediate",), mark="mark-2").number
        != quoting.number
    )
    asked = len(world.calls("PATCH"))
    hub.edit_ticket(first.number, state="open", title="ours")
    hub.edit_ticket(first.number)
    assert len(world.calls("PATCH")) == asked


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda world, run: world.box.clock.advance(31 * 86400), "month"),
        (lambda world, run: None, ""),
        (lambda world, run: setattr(run.attempt, "status", "in_progress"), "going on"),
        (lambda world, run: world.repo.runs.clear(), "gone"),
    ],
)
def test_a_re_run_that_the_platform_will_not_make_is_told(world: Boxed, spoil: Any, words: str) -> None:
    run = world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED)])
    hub = world.adapter()
    found = hub.run(run.id)
    assert found is not None
    spoil(world, run)
    told = hub.rerun_failed(found)
    assert words in told
    assert bool(told) is bool(words)


def test_two_that_re_run_at_once_make_one_attempt(world: Boxed) -> None:
    world.repo.on_rerun = lambda run: None
    run = world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED)])
    hubs = [world.adapter() for _ in range(6)]
    found = hubs[0].run(run.id)
    assert found is not None
    told: list[str] = []
    threads = [threading.Thread(target=lambda hub=hub: told.append(hub.rerun_failed(found))) for hub in hubs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [""] * 6
    assert len(run.attempts) == 2


def test_a_server_that_is_none_of_github_s_is_named(world: Boxed) -> None:
    from served import serving  # noqa: PLC0415 - a server of one answer

    from remediate.platforms.github import github_platform  # noqa: PLC0415

    with serving(b"<html>hello</html>", {"Content-Type": "text/html"}) as address:
        hub = github_platform(
            address.removesuffix("/log"), "octo/shop", "t", clock=world.box.clock, random=lambda: 0.5
        )
        with pytest.raises(Unreachable) as raised:
            hub.facts()
    assert "GITHUB_API_URL" in raised.value.hint


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_read_follows_a_redirect_on_its_own_server_with_all_that_it_asked(
    world: Boxed, status: int
) -> None:
    world.repo.add_run(conclusion="failure", jobs=[])
    world.repo.add_run(conclusion="success", jobs=[])
    place = f"{world.box.api}/repositories/{world.repo.id}/actions/runs?per_page=1"
    world.box.mischief.redirect(place, path="/repos/octo/shop/actions/runs", status=status, times=2)
    assert len(world.adapter().unsuccessful_runs(0)) == 1
    assert len(world.box.requests) == 4
    assert all("status=completed" in seen.query for seen in world.box.requests)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize(
    "place", ["http://127.0.0.1:1/api", "https://{host}", "http://else.example", "/else", ""]
)
def test_a_redirect_to_anywhere_else_is_not_followed(world: Boxed, status: int, place: str) -> None:
    from served import serving  # noqa: PLC0415

    from remediate.platforms.github import github_platform  # noqa: PLC0415

    seen: list[dict[str, str]] = []
    host = world.box.address.partition("//")[2]
    headers = {"Location": f"{place}/repos/octo/shop".format(host=host)} if place else {}
    with serving(b"{}", headers, status, seen) as address:
        hub = github_platform(
            address.removesuffix("/log"), "octo/shop", "t", clock=world.box.clock, random=lambda: 0.5
        )
        with pytest.raises(Unreachable):
            hub.facts()
    assert len(seen) == 1
    assert not world.box.requests


@pytest.mark.parametrize(
    "headers",
    [{"Location": "http://127.0.0.1:1:2/x"}, {"X-RateLimit-Remaining": "many", "X-RateLimit-Limit": "more"}],
)
def test_an_answer_that_cannot_be_understood_is_no_bug_of_ours(world: Boxed, headers: dict[str, str]) -> None:
    from served import serving  # noqa: PLC0415

    from remediate.platforms.github import github_platform  # noqa: PLC0415

    with serving(b"{}", headers, 302 if "Location" in headers else 200) as address:
        hub = github_platform(
            address.removesuffix("/log"), "octo/shop", "t", clock=world.box.clock, random=lambda: 0.5
        )
        with pytest.raises(Unreachable, match="cannot be understood"):
            hub.facts()
