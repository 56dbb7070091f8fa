"""Notify over the adapter and the box: real requests, each checked against GitHub's own description."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "notify"))
sys.path.insert(0, str(Path(__file__).resolve().parent / "platforms"))

from boxed import Boxed, boxed
from desk_doors import doors
from fakes.fake_platform import FakeGitHub
from made_cases import SIGNATURE, case, escalated, healed, plan, refused, run, verdicts

from remediate.errors import UNREACHABLE
from remediate.incidents.ticket import LABELS, mark_of
from remediate.incidents.words import word_in
from remediate.model.case import Case
from remediate.model.stage import Tally, Verdict
from remediate.notify.pull_comment import MARK
from remediate.notify.told import Told
from remediate.stages.collect import collect
from remediate.stages.notify import notify

RIGHTS = {"issues": "write", "pull_requests": "write", "contents": "read"}


class House:
    """One repository in the box, and runs of ours that collect and notify."""

    def __init__(self, world: Boxed, folder: Path) -> None:
        self.world = world
        self.folder = folder
        self.number = 0

    @property
    def now(self) -> float:
        return self.world.box.clock.now()

    def run(self, number: int, **more: Any) -> dict[str, Any]:
        """When it failed and was found, by the box's clock."""
        times = {"created": self.now - 900, "started": self.now - 900, "updated": self.now - 300}
        return {"found": self.now, "closed": self.now, "of": {**times, **more}}

    def told(
        self, *cases: Case, rights: dict[str, str] | None = None, seen: tuple[Verdict, ...] = (), **head: Any
    ) -> Told:
        self.number += 1
        at = doors(
            self.folder,
            self.world.box.clock,  # type: ignore[arg-type]
            FakeGitHub(self.world.box.clock),  # type: ignore[arg-type]
            tracker=self.world.adapter(RIGHTS if rights is None else rights),
            owner=f"run-{self.number}-1",
        )
        tally: Tally = collect(verdicts(*cases, seen=seen, **{"at": self.now, **head}), at)
        return notify(tally, at)

    @property
    def issues(self) -> list[Any]:
        return [one for one in self.world.repo.issues.values() if one.pull is None]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with boxed(tmp_path) as world:
        yield House(world, tmp_path)


def test_an_issue_from_its_opening_to_its_proof_and_back(house: House) -> None:
    told = house.told(escalated(1, **house.run(1)))
    (issue,) = house.issues
    assert told.tickets == {SIGNATURE: issue.number}
    assert told.problems == ()
    assert issue.body.startswith(mark_of(SIGNATURE))
    assert {getattr(label, "name", label) for label in issue.labels} == set(LABELS)
    house.world.box.clock.advance(900)
    later = healed(2, **house.run(2))
    house.told(later, seen=(Verdict(case=later, verdict="healed", seen=("attempt 2 passed",)),))
    (issue,) = house.issues
    assert issue.state == "closed"
    assert "attempt 2 passed" in issue.comments[-1].body
    house.world.box.clock.advance(900)
    house.told(escalated(3, **house.run(3)))
    (issue,) = house.issues
    assert issue.state == "open"
    assert not any(word_in(one.body) for one in issue.comments), "what we write asks for nothing"


def test_fifty_runs_are_one_issue_and_few_requests(house: House) -> None:
    cases = [escalated(number, **house.run(number, branch=f"topic-{number}")) for number in range(1, 51)]
    house.told(*cases)
    assert len(house.issues) == 1
    assert len(house.world.calls("POST", "/issues")) == 1
    before = len(house.world.calls())
    house.told(*cases)
    assert len(house.world.calls()) - before <= 3
    assert len(house.world.calls("POST")) == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_that_fails_opens_no_second_issue(house: House, when: str) -> None:
    house.world.box.mischief.fail(method="POST", path=r"/issues$", status=502, when=when, times=1)
    house.told(escalated(1, **house.run(1)))
    house.told(escalated(1, **house.run(1)))
    assert len(house.issues) == 1


def test_a_token_without_the_right_tells_in_the_summary(house: House) -> None:
    told = house.told(escalated(1, **house.run(1)), rights={"contents": "read"})
    assert told.exit_code == UNREACHABLE
    assert house.issues == []
    assert "not told: " in told.summary
    assert "for a person" in told.summary
    later = house.told(refused(9, **house.run(9)))
    assert later.tickets == {SIGNATURE: house.issues[0].number}, "the next run makes up for it"


def test_a_dry_run_sends_reads_alone(house: House) -> None:
    told = house.told(escalated(1, **house.run(1)), dry_run=True)
    assert {one.method for one in house.world.calls()} <= {"GET"}
    assert told.lines[0].startswith("[DRY-RUN] an issue would be opened")


def test_one_comment_on_a_pull_request(house: House) -> None:
    repo = house.world.repo
    repo.git.commit({"a": "b"}, branch="topic", message="x")
    token = house.world.box.token(repo, permissions={"pull_requests": "write", "contents": "write"})
    adapter = house.world.adapter_with(token)
    pull = adapter.open_pull(head="topic", base="main", title="A change", body="")
    number = pull.number  # type: ignore[union-attr]
    first = case(1, phase="proving", pull=number, plan=plan(run(1)), **_open(house))
    told = house.told(first)
    assert (told.comments, told.problems) == ((number,), ())
    house.told(healed(1, pull=number, **house.run(1)))
    (comment,) = repo.issues[number].comments
    assert comment.body.startswith(MARK)
    assert "1 failed run: 1 healed" in comment.body


def _open(house: House) -> dict[str, Any]:
    more = house.run(1)
    del more["closed"]
    return more
