"""Every write of the adapter, with a GitHub that fails before the effect, after it, and in the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest
from box import Job
from boxed import ALL, Boxed

from remediate.errors import Unreachable
from remediate.platforms.github import GitHub

LABEL = "remediate"
MARK = "<!-- remediate:abc -->"


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """A write: what must be there before, what it does, and how often its effect is there."""

    method: str
    path: str
    do: Callable[[Boxed, GitHub], None]
    count: Callable[[Boxed], int]
    ready: Callable[[Boxed, GitHub], Any] = lambda world, hub: None


def _failed_run(world: Boxed) -> Any:
    return next(iter(world.repo.runs.values()))


def _fail_a_run(world: Boxed, hub: GitHub) -> None:
    world.repo.add_run(conclusion="failure", jobs=[Job(name="build", conclusion="failure")])


def _rerun(world: Boxed, hub: GitHub) -> None:
    run = hub.run(_failed_run(world).id, 1)
    assert run is not None
    assert hub.rerun_failed(run) == ""


def _fill_caches(world: Boxed, hub: GitHub) -> None:
    world.repo.caches.add(key="npm-1", ref="refs/heads/main", size=10)
    world.repo.caches.add(key="npm-1-more", ref="refs/heads/main", size=10)


def _cache(world: Boxed, hub: GitHub) -> None:
    for entry in hub.caches("npm-1"):
        assert hub.delete_cache(entry)


def _branch(world: Boxed, hub: GitHub) -> None:
    git = world.repo.git
    git.commit({"fix.txt": "fixed"}, branch="remediate/fix", message="Fix", start=git.head("main"))


def _delete_branch(world: Boxed, hub: GitHub) -> None:
    at = world.repo.git.head("remediate/fix") or "0" * 40
    assert hub.delete_branch("remediate/fix", at)


def _snapshot(world: Boxed, hub: GitHub) -> None:
    commit = world.repo.git.head("main")
    assert commit is not None
    assert hub.snapshot("x", commit) == "refs/remediate/snapshots/x"


def _snapshots(world: Boxed) -> int:
    return len([ref for ref in world.repo.git.refs() if ref.startswith("refs/remediate/snapshots/")])


def _drop(world: Boxed, hub: GitHub) -> None:
    hub.drop_snapshot("refs/remediate/snapshots/x")


def _pull(world: Boxed, hub: GitHub) -> None:
    made = hub.open_pull(head="remediate/fix", base="main", title="Fix", body=MARK)
    assert not isinstance(made, str)
    assert made.head_repository == "octo/shop"


def _open_a_pull(world: Boxed, hub: GitHub) -> None:
    _branch(world, hub)
    _pull(world, hub)


def _close(world: Boxed, hub: GitHub) -> None:
    hub.close_pull(next(iter(world.repo.pulls.values())).number)


def _ticket(world: Boxed, hub: GitHub) -> None:
    made = hub.open_ticket(title="It fails", body=f"{MARK}\nwhy", labels=(LABEL,), mark=MARK)
    assert made.labels == (LABEL,)


def _issues(world: Boxed) -> list[Any]:
    return [one for one in world.repo.issues.values() if one.pull is None]


def _closed(many: Iterable[Any]) -> int:
    return sum(one.state == "closed" for one in many)


def _edit(world: Boxed, hub: GitHub) -> None:
    hub.edit_ticket(_issues(world)[0].number, title="Healed", state="closed")


def _comment(world: Boxed, hub: GitHub) -> None:
    assert hub.put_comment(_issues(world)[0].number, f"{MARK} now", MARK).body == f"{MARK} now"


def _comment_before(world: Boxed, hub: GitHub) -> None:
    _ticket(world, hub)
    hub.put_comment(_issues(world)[0].number, f"{MARK} before", MARK)


def _comments(world: Boxed) -> int:
    return sum(one.body == f"{MARK} now" for one in _issues(world)[0].comments)


def _deploy(world: Boxed, hub: GitHub) -> None:
    made = hub.deploy("main", "production", "the last good one", "mark-1")
    assert not isinstance(made, str)
    assert made.environment == "production"


ACTS = {
    "rerun": Act(
        method="POST",
        path="/rerun-failed-jobs",
        ready=_fail_a_run,
        do=_rerun,
        count=lambda world: len(_failed_run(world).attempts) - 1,
    ),
    "cache": Act(
        method="DELETE",
        path="/actions/caches/",
        ready=_fill_caches,
        do=_cache,
        count=lambda world: 2 - len(world.repo.caches.keys()),
    ),
    "branch": Act(
        method="DELETE",
        path="/git/refs/heads",
        ready=_branch,
        do=_delete_branch,
        count=lambda world: int(world.repo.git.head("remediate/fix") is None),
    ),
    "snapshot": Act(method="POST", path="/git/refs", do=_snapshot, count=_snapshots),
    "drop": Act(
        method="DELETE",
        path="/git/refs/remediate",
        ready=_snapshot,
        do=_drop,
        count=lambda world: 1 - _snapshots(world),
    ),
    "pull": Act(
        method="POST", path="/pulls$", ready=_branch, do=_pull, count=lambda world: len(world.repo.pulls)
    ),
    "close": Act(
        method="PATCH",
        path="/pulls/",
        ready=_open_a_pull,
        do=_close,
        count=lambda world: _closed(world.repo.pulls.values()),
    ),
    "ticket": Act(method="POST", path="/issues$", do=_ticket, count=lambda world: len(_issues(world))),
    "edit": Act(
        method="PATCH",
        path="/issues/",
        ready=_ticket,
        do=_edit,
        count=lambda world: _closed(_issues(world)),
    ),
    "comment": Act(method="POST", path="/comments$", ready=_ticket, do=_comment, count=_comments),
    "change": Act(
        method="PATCH", path="/issues/comments/", ready=_comment_before, do=_comment, count=_comments
    ),
    "deploy": Act(
        method="POST", path="/deployments", do=_deploy, count=lambda world: len(world.repo.deployments)
    ),
}


@pytest.fixture(params=list(ACTS))
def act(request: pytest.FixtureRequest) -> Act:
    return ACTS[request.param]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("status", [500, 502, 503, 0])
def test_an_effect_is_there_once_whatever_becomes_of_the_answer(
    world: Boxed, act: Act, when: str, status: int
) -> None:
    hub = world.adapter()
    act.ready(world, hub)
    if status:
        world.box.mischief.fail(method=act.method, path=act.path, status=status, when=when)
    else:
        world.box.mischief.cut(method=act.method, path=act.path, when=when)
    act.do(world, hub)
    assert act.count(world) == 1
    act.do(world, hub)
    assert act.count(world) == 1


def test_an_effect_that_reads_do_not_show_yet_is_waited_for(world: Boxed, act: Act) -> None:
    hub = world.adapter()
    act.ready(world, hub)
    world.box.mischief.stale(4)
    world.box.mischief.fail(method=act.method, path=act.path, when="after")
    act.do(world, hub)
    world.box.mischief.calm()
    assert act.count(world) == 1


def test_it_is_sent_twice_at_most(world: Boxed, act: Act) -> None:
    hub = world.adapter()
    act.ready(world, hub)
    world.box.mischief.fail(method=act.method, path=act.path, status=503, times=99)
    with pytest.raises(Unreachable, match="twice"):
        act.do(world, hub)
    assert len([one for one in world.box.requests if one.method == act.method and one.status == 503]) == 2


def test_a_limit_is_obeyed_and_the_write_made_once(world: Boxed, act: Act) -> None:
    hub = world.adapter()
    act.ready(world, hub)
    world.box.mischief.secondary_limit(30, method=act.method, path=act.path, times=2)
    before = world.box.clock.now()
    act.do(world, hub)
    assert world.box.clock.now() - before >= 60
    assert act.count(world) == 1


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("rerun", "actions"),
        ("cache", "actions"),
        ("branch", "contents"),
        ("snapshot", "contents"),
        ("drop", "contents"),
        ("pull", "pull-requests"),
        ("ticket", "issues"),
        ("edit", "issues"),
        ("comment", "issues"),
        ("deploy", "deployments"),
    ],
)
def test_a_missing_permission_is_named(world: Boxed, name: str, permission: str) -> None:
    ACTS[name].ready(world, world.adapter())
    held = {**ALL, permission.replace("-", "_"): "read"}
    hub = world.adapter(held)
    with pytest.raises(Unreachable) as raised:
        ACTS[name].do(world, hub)
    assert f"`{permission}: write`" in raised.value.hint
    assert "permissions:" in raised.value.hint


def test_a_person_s_comment_is_changed_in_place_too(world: Boxed) -> None:
    """An access token may be a person's, whose comments are no bot's."""
    world.box.person("ada", world.repo)
    hub = world.adapter_with(world.box.person_token("ada", permissions=ALL))
    _ticket(world, hub)
    number = _issues(world)[0].number
    world.repo.add_comment(number, f"{MARK} quoted by a bot", user="helper[bot]")
    for words in ("before", "now", "now"):
        assert hub.put_comment(number, f"{MARK} {words}", MARK).author == "ada"
    assert [one.body for one in _issues(world)[0].comments] == [f"{MARK} quoted by a bot", f"{MARK} now"]


def test_a_comment_whose_text_was_changed_at_once_is_not_said_twice(world: Boxed) -> None:
    hub = world.adapter()
    _ticket(world, hub)
    issue = _issues(world)[0]

    def edit() -> None:
        issue.comments[0].body += " (edited)"

    world.box.mischief.fail(method="POST", path="/comments$", when="after")
    world.box.mischief.meanwhile(edit, method="POST", path="/comments$")
    hub.put_comment(issue.number, f"{MARK} now", MARK)
    assert len(issue.comments) == 1


def test_a_deployment_is_found_among_many(world: Boxed) -> None:
    hub = world.adapter()
    _deploy(world, hub)
    for _ in range(30):
        world.repo.add_deployment()
    _deploy(world, hub)
    assert len(world.repo.deployments) == 31


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("cache", "actions"),
        ("branch", "contents"),
        ("drop", "contents"),
        ("rerun", "actions"),
        ("deploy", "deployments"),
    ],
)
def test_a_404_of_what_is_there_is_a_missing_permission(world: Boxed, name: str, permission: str) -> None:
    hub, act = world.adapter(), ACTS[name]
    act.ready(world, hub)
    world.box.mischief.fail(method=act.method, path=act.path, status=404)
    with pytest.raises(Unreachable) as raised:
        act.do(world, hub)
    assert f"`{permission}: write`" in raised.value.hint
    assert act.count(world) == 0


def test_a_variable_that_is_said_not_to_be_there_and_is_was_not_deleted(world: Boxed) -> None:
    hub = world.adapter({"variables": "write"}, kind="app")
    hub.set_variable("RUNNER", "spare")
    world.box.mischief.fail(method="DELETE", status=404)
    with pytest.raises(Unreachable) as raised:
        hub.set_variable("RUNNER", None)
    assert "variables: write" in raised.value.hint


def test_variables_need_the_token_of_an_app(world: Boxed) -> None:
    with pytest.raises(Unreachable) as raised:
        world.adapter().set_variable("RUNNER", "spare")
    assert "App" in raised.value.hint


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_variable_is_set_changed_and_taken_away(world: Boxed, when: str) -> None:
    hub = world.adapter({"variables": "write"}, kind="app")
    for value, method in (("spare", "POST"), ("other", "PATCH"), (None, "DELETE")):
        world.box.mischief.fail(method=method, path="/variables", when=when)
        hub.set_variable("RUNNER", value)
        assert hub.variable("RUNNER") == value
        made = len(world.calls(method))
        hub.set_variable("RUNNER", value)
        assert len(world.calls(method)) == made
