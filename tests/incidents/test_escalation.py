"""Issues follow the incidents: one for each, changed in place, closed with the proof, opened again."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notify"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from fakes.fake_clock import FakeClock
from fakes.fake_platform import FakeGitHub
from made_cases import NOON, SIGNATURE
from test_ticket import incident

from remediate.incidents.escalation import MOST_CHANGED, MOST_NEW, Escalated, Escalation
from remediate.incidents.ticket import LABELS, mark_of
from remediate.model.actions import Ticket
from remediate.model.incident import Event, Incident


@pytest.fixture
def github() -> FakeGitHub:
    return FakeGitHub(FakeClock(NOON))


def bring(github: FakeGitHub, *incidents: Incident) -> Escalated:
    return Escalation(github, "octo/shop").bring(incidents)


def called(**more: object) -> Incident:
    return incident("the connection was reset", **more)


def then(one: Incident, kind: str, at: float, **more: object) -> Incident:
    event = Event(at=at, kind=kind, words="because")  # type: ignore[arg-type]
    return msgspec.structs.replace(one, events=(*one.events, event), **more)


def test_one_issue_with_its_labels(github: FakeGitHub) -> None:
    told = bring(github, called())
    assert told.tickets == {SIGNATURE: 1}
    assert told.lines == (f"issue 1 opened for {SIGNATURE}",)
    (issue,) = github.issues
    assert (issue.labels, issue.state) == (LABELS, "open")
    assert issue.title == "network: the connection was reset"
    assert github.said == []


def test_told_again_nothing_is_written(github: FakeGitHub) -> None:
    bring(github, called())
    github.effects.clear()
    told = bring(github, called())
    assert (github.effects, told.lines) == ([], ())


def test_what_is_new_is_rewritten_in_place(github: FakeGitHub) -> None:
    bring(github, called())
    told = bring(github, called(count=9))
    assert told.lines == (f"issue 1 changed for {SIGNATURE}",)
    assert "9 times" in github.issues[0].body
    assert (len(github.issues), github.said) == (1, [])


def test_healed_it_is_closed_with_the_proof(github: FakeGitHub) -> None:
    bring(github, called())
    over = then(called(status="healed", proof=("attempt 2 passed",)), "healed", NOON + 900)
    bring(github, over)
    assert github.issues[0].state == "closed"
    (comment,) = github.said
    assert "- attempt 2 passed" in comment.body
    github.effects.clear()
    bring(github, over)
    assert github.effects == []


def test_it_opens_again_when_it_comes_back_and_calls(github: FakeGitHub) -> None:
    bring(github, called())
    over = then(called(status="healed"), "healed", NOON + 900)
    bring(github, over)
    back = then(over, "came-back", NOON + 9000, status="open", escalated=False)
    bring(github, back)
    assert github.issues[0].state == "closed", "the machine is at it"
    back = then(back, "escalated", NOON + 9900, escalated=True)
    bring(github, back)
    assert (github.issues[0].state, len(github.issues)) == ("open", 1)


def test_what_a_person_closed_stays_closed_until_it_is_seen_anew(github: FakeGitHub) -> None:
    bring(github, called())
    github.edit_ticket(1, state="closed")
    bring(github, called(count=9))
    assert github.issues[0].state == "closed"
    bring(github, then(called(count=10), "escalated", NOON + 1800))
    assert github.issues[0].state == "open"


def came_back(number: int) -> tuple[Incident, Incident]:
    """Healed, and then handed to a person again."""
    over = then(called(signature=f"{number:016x}", status="healed"), "healed", NOON + 900)
    return over, then(over, "escalated", NOON + 9000, status="open", escalated=True)


@pytest.mark.parametrize("call", ["put_comment", "edit_ticket"])
def test_a_call_that_could_not_be_told_is_told_by_a_later_run(github: FakeGitHub, call: str) -> None:
    over, again = came_back(1)
    bring(github, called(signature=over.signature))
    bring(github, over)
    assert github.issues[0].state == "closed"
    github.unreachable = {call: "502"}
    assert bring(github, again).problems
    github.unreachable = {}
    bring(github, again)
    assert github.issues[0].state == "open"
    assert [one.body.split("**")[1] for one in github.said] == ["Healed", "Handed to a person"]


def test_of_many_that_call_again_at_once_none_is_forgotten(github: FakeGitHub) -> None:
    both = [came_back(number) for number in range(MOST_CHANGED + 5)]
    for signature in (over.signature for over, _ in both):
        bring(github, called(signature=signature))
        bring(github, *(over for over, _ in both if over.signature == signature))
    assert {issue.state for issue in github.issues} == {"closed"}
    for _ in range(2):
        bring(github, *(again for _, again in both))
    assert {issue.state for issue in github.issues} == {"open"}
    github.effects.clear()
    bring(github, *(again for _, again in both))
    assert github.effects == []


def test_a_kind_of_event_has_one_comment_a_day(github: FakeGitHub) -> None:
    one = called()
    bring(github, one)
    for number in range(1, 6):
        at = NOON + number * 600
        one = then(one, "escalated", at, count=one.count + 1)
        bring(github, one)
    assert len(github.said) == 1
    bring(github, then(one, "escalated", NOON + 86400))
    assert len(github.said) == 2


def test_a_flood_is_told_bit_by_bit_the_worst_first(github: FakeGitHub) -> None:
    many = [called(signature=f"{number:016x}", severity="low") for number in range(12)]
    worst = called(signature="f" * 16, severity="critical")
    told = bring(github, *many, worst)
    assert len(github.issues) == MOST_NEW
    assert github.issues[0].body.startswith(mark_of("f" * 16))
    assert "8 more incidents are told with the next runs" in told.lines[-1]
    for _ in range(3):
        bring(github, *many, worst)
    assert len(github.issues) == 13


def test_what_is_not_a_persons_is_no_issue(github: FakeGitHub) -> None:
    bring(github, called(escalated=False), called(signature="a" * 16, status="healed"))
    assert github.issues == []
    assert bring(github, called(escalated=False)).tickets == {}


def test_a_mark_in_the_midst_of_another_text_is_not_taken_for_ours(github: FakeGitHub) -> None:
    forged = f"look here\n{mark_of(SIGNATURE)}"
    github.issues.append(Ticket(number=1, title="x", body=forged, state="open", labels=LABELS, author="eve"))
    bring(github, called())
    assert [issue.body == forged for issue in github.issues] == [True, False]


def test_an_issue_that_lost_its_label_is_found_all_the_same(github: FakeGitHub) -> None:
    bring(github, called())
    github.issues[0] = msgspec.structs.replace(github.issues[0], labels=("remediate",))
    bring(github, called(count=9))
    assert len(github.issues) == 1
    assert "9 times" in github.issues[0].body


@pytest.mark.parametrize("call", ["tickets", "open_ticket"])
def test_what_cannot_be_told_is_said_and_told_by_the_next_run(github: FakeGitHub, call: str) -> None:
    github.unreachable = {call: "Resource not accessible by integration"}
    told = bring(github, called())
    assert "Resource not accessible by integration" in told.problems[0]
    github.unreachable = {}
    assert bring(github, called()).tickets == {SIGNATURE: 1}


def test_one_that_fails_does_not_keep_the_others(github: FakeGitHub) -> None:
    bring(github, called())
    github.unreachable = {"edit_ticket": "502"}
    told = bring(github, called(count=9), called(signature="a" * 16))
    assert len(told.problems) == 1
    assert told.tickets.keys() == {SIGNATURE, "a" * 16}
