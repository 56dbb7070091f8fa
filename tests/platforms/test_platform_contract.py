"""What holds for every platform: the same tests over GitHub's adapter and over the one in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from box import Job
from boxed import ALL, Boxed, boxed
from fakes.fake_clock import FakeClock
from fakes.fake_platform import FakeGitHub

from remediate.model.actions import WorkflowRun

DAY = 86400.0
MARK = "<!-- remediate:contract -->"
SNAPSHOT = "refs/remediate/snapshots/1-1"


class House(Protocol):
    """A repository, as somebody sees it who does not use the doors."""

    hub: Any

    def advance(self, seconds: float) -> None: ...

    def run(self, conclusion: str, status: str = "completed") -> WorkflowRun: ...

    def branch(self, name: str) -> str:
        """A new commit on it."""

    def cache(self, key: str, ref: str) -> None: ...

    def issue(self, body: str, author: str) -> int:
        """Of somebody else's, with our label."""

    def comment(self, number: int, body: str, author: str) -> None: ...


class InTheBox:
    def __init__(self, world: Boxed) -> None:
        self._world = world
        world.repo.on_rerun = lambda run: None
        permissions = {**ALL, "variables": "write"}
        token = world.box.token(world.repo, permissions=permissions, kind="app", actor="healer[bot]")
        self.hub = world.adapter_with(token)

    def advance(self, seconds: float) -> None:
        self._world.box.clock.advance(seconds)

    def run(self, conclusion: str, status: str = "completed") -> WorkflowRun:
        made = self._world.repo.add_run(
            conclusion=conclusion or None, status=status, jobs=[Job(name="build", conclusion="failure")]
        )
        found = self.hub.run(made.id)
        assert found is not None
        return found

    def branch(self, name: str) -> str:
        at = self._world.repo.git.head(name)
        return self._world.repo.commit({"a": f"{at}"}, branch=name)

    def cache(self, key: str, ref: str) -> None:
        self._world.repo.caches.add(key=key, ref=ref, size=10)

    def issue(self, body: str, author: str) -> int:
        return self._world.repo.add_issue("theirs", body, labels=["remediate"], user=author).number

    def comment(self, number: int, body: str, author: str) -> None:
        self._world.repo.add_comment(number, body, user=author)


class InMemory:
    def __init__(self) -> None:
        self._clock = FakeClock()
        self.hub = FakeGitHub(self._clock)
        self._commits = 0

    def advance(self, seconds: float) -> None:
        self._clock.advance(seconds)

    def run(self, conclusion: str, status: str = "completed") -> WorkflowRun:
        return self.hub.add_run(conclusion=conclusion, status=status)

    def branch(self, name: str) -> str:
        self._commits += 1
        self.hub.branches[name] = f"{self._commits:040x}"
        return self.hub.branches[name]

    def cache(self, key: str, ref: str) -> None:
        self.hub.add_cache(key, ref)

    def issue(self, body: str, author: str) -> int:
        return self.hub.add_issue("theirs", body, ("remediate",), author).number

    def comment(self, number: int, body: str, author: str) -> None:
        self.hub.add_comment(number, body, author)


@pytest.fixture(params=["github", "in memory"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if request.param == "in memory":
        yield InMemory()
        return
    with boxed(tmp_path) as world:
        yield InTheBox(world)


def test_unsuccessful_runs_are_told_the_oldest_first(house: House) -> None:
    old = house.run("failure")
    house.advance(2 * DAY)
    first = house.run("cancelled")
    house.advance(10)
    second = house.run("failure")
    house.run("success")
    house.run("", "in_progress")
    found = house.hub.unsuccessful_runs(first.created)
    assert [run.id for run in found] == [first.id, second.id]
    assert house.hub.run(old.id).conclusion == "failure"
    assert house.hub.run(1) is None


def test_a_run_is_run_again_once(house: House) -> None:
    run = house.run("failure")
    assert house.hub.rerun_failed(run) == ""
    assert house.hub.rerun_failed(run) == ""
    again = house.hub.run(run.id)
    assert (again.attempt, again.ended) == (2, False)
    assert (house.hub.run(run.id, 1).attempt, house.hub.run(run.id, 3)) == (1, None)
    assert house.hub.rerun_failed(again)


def test_a_run_of_a_month_ago_is_not_run_again(house: House) -> None:
    run = house.run("failure")
    house.advance(31 * DAY)
    assert "month" in house.hub.rerun_failed(run)
    assert house.hub.run(run.id).attempt == 1


def test_caches_go_by_their_whole_key_and_their_ref(house: House) -> None:
    for key, ref in (
        ("npm-1", "refs/heads/main"),
        ("npm-1", "refs/pull/7/merge"),
        ("npm-12", "refs/heads/main"),
    ):
        house.cache(key, ref)
    assert len(house.hub.caches("npm-1")) == 2
    assert house.hub.caches("npm") == ()
    (entry,) = house.hub.caches("npm-1", "refs/heads/main")
    assert house.hub.delete_cache(entry)
    assert not house.hub.delete_cache(entry)
    assert [one.ref for one in house.hub.caches("npm-1")] == ["refs/pull/7/merge"]
    assert len(house.hub.caches("npm-12")) == 1


def test_a_variable_is_set_and_taken_away(house: House) -> None:
    assert house.hub.variable("RUNNER") is None
    for value in ("a", "b", "b", None, None):
        house.hub.set_variable("RUNNER", value)
        assert house.hub.variable("RUNNER") == value


def test_a_deployment_is_found_by_its_mark(house: House) -> None:
    house.branch("main")
    made = house.hub.deploy("main", "production", "why", "mark-1")
    assert house.hub.deploy("main", "production", "why", "mark-1").id == made.id
    house.advance(10)
    other = house.hub.deploy("main", "production", "why", "mark-2")
    assert [one.id for one in house.hub.deployments("production")] == [other.id, made.id]
    assert house.hub.deployments("staging") == ()


def test_a_branch_is_deleted_only_where_it_was_left(house: House) -> None:
    first = house.branch("remediate/x")
    second = house.branch("remediate/x")
    assert house.hub.head_of("remediate/x") == second
    assert not house.hub.delete_branch("remediate/x", first)
    assert house.hub.delete_branch("remediate/x", second)
    assert house.hub.delete_branch("remediate/x", second)
    assert house.hub.head_of("remediate/x") is None


def test_a_pull_request_is_opened_once_and_closed(house: House) -> None:
    house.branch("main")
    commit = house.branch("remediate/x")
    asked = {"head": "remediate/x", "base": "main", "title": "t", "body": "b"}
    made = house.hub.open_pull(**asked)
    assert house.hub.open_pull(**asked).number == made.number
    assert (made.head_commit, made.head_repository, made.state) == (commit, house.hub.repository, "open")
    assert [one.number for one in house.hub.pulls_of("remediate/x")] == [made.number]
    house.hub.close_pull(made.number)
    house.hub.close_pull(made.number)
    assert house.hub.pull(made.number).state == "closed"
    assert house.hub.pull(999) is None
    assert isinstance(house.hub.open_pull(**{**asked, "head": "remediate/none"}), str)


def test_a_snapshot_stays_as_it_is(house: House) -> None:
    first = house.branch("main")
    assert house.hub.snapshot("1-1", first) == SNAPSHOT
    assert house.hub.snapshot("1-1", house.branch("main")) == SNAPSHOT
    assert house.hub.snapshots() == ((SNAPSHOT, first),)
    house.hub.drop_snapshot(SNAPSHOT)
    house.hub.drop_snapshot(SNAPSHOT)
    assert house.hub.snapshots() == ()


def test_a_ticket_is_opened_once_and_never_taken_from_a_stranger(house: House) -> None:
    theirs = house.issue(f"{MARK}\nmine now", "eve")
    asked = {"title": "t", "body": f"{MARK}\nwhy", "labels": ("remediate",), "mark": MARK}
    made = house.hub.open_ticket(**asked)
    assert made.number != theirs
    assert house.hub.open_ticket(**asked).number == made.number
    house.hub.edit_ticket(made.number, title="new", state="closed")
    (now,) = [one for one in house.hub.tickets("remediate") if one.number == made.number]
    assert (now.title, now.body, now.state, now.labels) == ("new", made.body, "closed", ("remediate",))
    assert house.hub.open_ticket(**asked).number == made.number


def test_a_comment_is_put_once_and_never_into_a_stranger_s(house: House) -> None:
    number = house.issue("about", "eve")
    house.comment(number, f"{MARK} mine", "eve")
    house.advance(1)
    for words in ("one", "two", "two"):
        assert house.hub.put_comment(number, f"{MARK} {words}", MARK).body == f"{MARK} {words}"
    assert [one.body for one in house.hub.comments(0.0)] == [f"{MARK} mine", f"{MARK} two"]
