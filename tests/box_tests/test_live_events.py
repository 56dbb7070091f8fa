"""Webhooks: as GitHub publishes their payloads, and as badly delivered as a test asks."""

from __future__ import annotations

import pytest
from box import Box, Repository
from box.events import Delivery
from box.patterns import fits_any, next_time
from box.payloads import Payloads, place
from box_client import person_client


@pytest.fixture(autouse=True)
def _schemas() -> None:
    if place() is None:
        pytest.skip("GitHub's payload schemas are not installed")


def heard(box: Box) -> list[tuple[str, str]]:
    got: list[tuple[str, str]] = []
    box.webhooks.subscribe(lambda made: got.append((made.id, made.event)))
    return got


def test_events_of_people_and_pushes_are_delivered(box: Box, repo: Repository) -> None:
    got: list[Delivery] = []
    box.webhooks.subscribe(got.append)
    box.person("ada", repo)
    ask = person_client(box, repo, "ada")
    ask("POST", "issues", {"title": "Broken", "body": "It is"})
    ask("POST", "issues/1/comments", {"body": "Yes"})
    ask("PATCH", "issues/1", {"state": "closed"})
    repo.commit({"a": "b"}, fire=True)
    repo.commit({"a": "c"}, branch="topic", fire=True)
    repo.add_pull("topic", "main", fire=True)
    repo.add_run(jobs=[], conclusion="failure", fire=True)
    names = [(made.event, made.payload.get("action")) for made in got]
    assert names == [
        ("issues", "opened"),
        ("issue_comment", "created"),
        ("issues", "closed"),
        ("push", None),
        ("create", None),
        ("push", None),
        ("pull_request", "opened"),
        ("workflow_run", "completed"),
    ]
    assert {made.payload["repository"]["full_name"] for made in got} == {"octo/shop"}
    assert got[1].payload["sender"]["login"] == "ada"
    assert got[3].payload["commits"][0]["modified"] == []
    assert got[3].payload["commits"][0]["added"] == ["a"]


def test_difference_from_the_schema_is_a_fault(box: Box, repo: Repository) -> None:
    box.expect_faults()
    repo.tell("issues", {"action": "opened", "issue": {"number": "one"}})
    repo.tell("never_heard_of", {})
    assert box.faults[0].startswith("webhook issues: issue")
    assert "webhook never_heard_of: there is no payload never_heard_of$event" in box.faults


def test_check_knows_what_it_closes_out() -> None:
    where = place()
    assert where
    told, wrong = Payloads(where).look("delete", {"ref": "x", "ref_type": "branch", "surplus": 1})
    assert "surplus" not in told
    assert any("pusher_type" in reason for reason in wrong)


def test_duplicated(box: Box, repo: Repository) -> None:
    got = heard(box)
    box.webhooks.duplicate()
    repo.commit({"a": "b"}, fire=True)
    repo.commit({"a": "c"}, fire=True)
    ids = [name for name, _ in got]
    assert len(got) == 3
    assert ids[0] == ids[1] != ids[2]


def test_reordered(box: Box, repo: Repository) -> None:
    got = heard(box)
    box.webhooks.reorder(seed=2)
    for number in range(6):
        repo.commit({"a": str(number)}, fire=True)
    assert not got
    box.settle()
    ids = [name for name, _ in got]
    assert len(ids) == 6
    assert ids != sorted(ids)


def test_late(box: Box, repo: Repository) -> None:
    got = heard(box)
    box.webhooks.late(600)
    repo.commit({"a": "b"}, fire=True)
    box.tick(599)
    assert not got
    box.tick(1)
    assert len(got) == 1


def test_patterns_of_filters() -> None:
    assert fits_any(["main"], "main")
    assert fits_any(["release/**"], "release/1/2")
    assert not fits_any(["release/*"], "release/1/2")
    assert not fits_any(["**", "!topic/**"], "topic/x")
    assert fits_any(["v[0-9]+.x"], "v12.x")
    assert fits_any(["**/*.py"], "setup.py")
    assert fits_any(["docs/**"], "docs/a/b.md")


@pytest.mark.parametrize(
    ("cron", "seconds"),
    [
        ("*/15 * * * *", 900),
        ("7,22 * * * *", 420),
        ("0 0 1 * *", 15 * 3600 + 28 * 86400),
        ("30 9 * * mon-fri", 1800),
        ("0 10 * * 0", 25 * 3600 + 5 * 86400),
    ],
)
def test_times_of_cron(box: Box, cron: str, seconds: float) -> None:
    begins = box.clock.now()  # a Monday, nine o'clock
    assert next_time(cron, begins) - begins == seconds
