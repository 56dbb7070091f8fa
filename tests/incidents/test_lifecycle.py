"""How an incident opens, heals, comes back, and how bad it is."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "notify"))

from made_cases import NOON, SIGNATURE, case, diagnosis, escalated, healed, plan, refused, run

from remediate.incidents.lifecycle import (
    MOST_BRANCHES,
    MOST_EVENTS,
    MOST_RUNS,
    Moment,
    concerns,
    met,
    settled,
)
from remediate.model.account import Account
from remediate.model.case import Case
from remediate.model.incident import Incident
from remediate.model.stage import Verdict
from remediate.state.incidents import MOST, Incidents, with_incidents


def moment(at: float = NOON) -> Moment:
    return Moment(at=at, default_branch="main", clean=lambda text: text[:300])


def after(*cases: Case, known: Incident | None = None, at: float = NOON) -> Incident:
    for one in cases:
        account = Account(case=one)
        if concerns(account, known):
            known = met(known, account, moment(at))
    assert known is not None
    return settled(known, moment(at))


def kinds(incident: Incident) -> list[str]:
    return [event.kind for event in incident.events]


def proving(number: int = 1, **of: object) -> Case:
    return case(number, phase="proving", plan=plan(run(number)), of=dict(of))


@pytest.mark.parametrize(
    ("one", "wanted"),
    [
        (escalated(1), True),
        (proving(1), True),
        (healed(1), True),
        (refused(1), False),
        (refused(1, "network", gate="trust", plan=plan(run(1))), False),
        (refused(1, "network", gate="rerun-hazard", plan=plan(run(1))), True),
        (case(1, standing="ignored", phase="closed"), False),
        (escalated(1, diagnosis=diagnosis(signature=None)), False),
    ],
)
def test_what_is_an_incident(one: Case, wanted: bool) -> None:
    assert concerns(Account(case=one), None) == wanted


def test_it_opens_with_the_first_run_and_heals_with_the_last_branch() -> None:
    one = after(proving(1, branch="a"), proving(2, branch="b"))
    assert (one.status, one.count, one.branches, one.escalated) == ("open", 2, ("a", "b"), False)
    one = after(healed(1, of={"branch": "a"}), known=one)
    assert one.status == "open"
    one = after(healed(2, of={"branch": "b"}), known=one, at=NOON + 900)
    assert (one.status, one.proof, kinds(one)) == ("healed", ("attempt 2 passed",), ["opened", "healed"])


def test_a_later_run_on_the_branch_stands_for_the_earlier_ones() -> None:
    one = after(escalated(1), healed(2, of={"updated": NOON + 500}))
    assert (one.status, one.count) == ("healed", 2)
    one = after(escalated(2, of={"updated": NOON + 500}), healed(1))
    assert one.status == "open"


def test_it_comes_back_and_calls_a_person_again() -> None:
    one = after(escalated(1), healed(2, of={"updated": NOON + 500}))
    one = after(proving(3, updated=NOON + 8000), known=one, at=NOON + 9000)
    assert (one.status, one.escalated, one.proof) == ("open", False, ())
    again = escalated(3, of={"updated": NOON + 8000})
    one = after(again, known=one, at=NOON + 9500)
    assert (one.status, one.escalated) == ("open", True)
    assert kinds(one) == ["opened", "escalated", "healed", "came-back", "escalated"]


def test_what_looks_healed_is_open_until_it_was_looked_at_again() -> None:
    looks = healed(1, phase="watching")
    one = after(proving(1), looks)
    assert (one.status, one.runs[-1].standing) == ("open", "pending")
    assert after(healed(1), known=one).status == "healed"
    assert after(escalated(1, deeds=looks.deeds), known=one).escalated


def test_what_was_thought_healed_opens_it_again() -> None:
    one = after(healed(1))
    one = after(escalated(1), known=one, at=NOON + 900)
    assert (one.status, one.escalated, kinds(one)[-2:]) == ("open", True, ["came-back", "escalated"])


def test_told_twice_it_is_the_same() -> None:
    for one in (escalated(1), healed(1), proving(1)):
        incident = after(one)
        assert after(one, known=incident, at=NOON + 60) == incident


def test_another_failure_in_the_new_attempt_closes_it_without_a_proof() -> None:
    one = after(proving(1))
    one = after(case(1, standing="ignored", phase="closed", reason="its failure is gone"), known=one)
    assert (one.status, kinds(one)) == ("closed", ["opened", "closed"])


def test_an_approval_on_a_pull_request_is_asked_for_there() -> None:
    waits = {"phase": "approval", "gate": "approval", "plan": plan(run(1)), "reason": "production asks"}
    assert after(case(1, **waits)).escalated
    assert not after(case(1, pull=7, **waits)).escalated


def asking(number: int, **more: object) -> Case:
    waits = {"phase": "approval", "gate": "approval", "plan": plan(run(number)), "reason": "production asks"}
    return case(number, **{**waits, **more})


def test_what_else_goes_on_hides_neither_the_call_nor_the_plan_that_asks() -> None:
    one = after(asking(1), proving(2), healed(3), refused(4, "network", gate="rates", plan=plan(run(4))))
    assert one.reason == "production asks"
    assert [row.asks for row in one.runs if row.asks] == [plan(run(1)).hash]
    one = after(asking(1), known=one)
    assert kinds(one) == ["opened", "asked"], "asked once"
    one = after(asking(5), known=one)
    assert {row.asks for row in one.runs if row.asks} == {plan(run(1)).hash, plan(run(5)).hash}
    one = after(proving(1), proving(5), known=one)
    assert not [row for row in one.runs if row.asks], "the word was given"


def test_the_plan_that_is_told_is_one_that_was_not_carried_out() -> None:
    one = after(escalated(1), proving(2), healed(3))
    assert one.proposal
    assert one.proposal.hash == plan(run(1)).hash
    assert one.reason == "3 recoveries of this failure were made already"
    assert after(proving(1)).proposal is None


def test_another_workflow_that_was_healed_does_not_settle_it() -> None:
    nightly = {"name": "nightly", "workflow": ".github/workflows/nightly.yml", "updated": NOON + 500}
    one = after(escalated(1), healed(2, of=nightly))
    assert one.status == "open"
    assert after(healed(1), known=one).status == "healed"


def test_an_open_incident_does_not_grow_better_by_what_comes_after() -> None:
    topic = {"branch": "topic"}
    assert after(escalated(1), escalated(2, of=topic)).severity == "high"
    left = Account(case=escalated(1, of=topic), verdict=Verdict(case=escalated(1), verdict="rollback-failed"))
    one = met(None, left, moment())
    assert after(escalated(2, of=topic), known=one).severity == "critical"
    over = after(healed(1, of=topic), healed(2, of=topic), known=after(escalated(2, of=topic), known=one))
    assert over.status == "healed"
    assert after(escalated(9, of={**topic, "updated": NOON + 900}), known=over).severity == "medium"


def test_everything_is_bounded() -> None:
    incident: Incident | None = None
    for number in range(200):
        of = {"branch": f"b{number}", "updated": NOON + number}
        one = escalated(number, of=of, reason=f"reason {number}")
        incident = after(one, known=incident, at=NOON + number)
    assert incident
    assert incident.count == 200
    assert (len(incident.runs), len(incident.branches), len(incident.events)) == (
        MOST_RUNS,
        MOST_BRANCHES,
        MOST_EVENTS,
    )
    assert incident.runs[-1].key == "199-1"


@pytest.mark.parametrize(
    ("cases", "severity"),
    [
        ([escalated(1, of={"branch": "topic"})], "medium"),
        ([escalated(1)], "high"),
        ([escalated(n, of={"branch": f"t{n}"}) for n in range(3)], "high"),
        ([escalated(n, of={"branch": "topic"}) for n in range(10)], "high"),
    ],
)
def test_severity_rises_with_how_wide_it_is(cases: list[Case], severity: str) -> None:
    assert after(*cases).severity == severity


def test_a_rollback_that_left_something_is_critical() -> None:
    one = escalated(1)
    account = Account(case=one, verdict=Verdict(case=one, verdict="rollback-failed", remains=("a branch",)))
    assert met(None, account, moment()).severity == "critical"


def test_the_document_is_bounded_and_keeps_what_matters() -> None:
    def one(number: int, **more: object) -> Incident:
        known = {
            "signature": f"{number:016x}",
            "cause": "network",
            "severity": "low",
            "title": "",
            "opened": NOON,
            "seen": NOON + number,
        }
        return Incident(**{**known, **more})  # type: ignore[arg-type]

    many = [one(number) for number in range(MOST + 50)]
    called, over = one(0, escalated=True), one(999, status="healed")
    book = with_incidents(Incidents(), [*many, called, over], NOON)
    assert len(book.incidents) == MOST
    assert called in book.incidents
    assert over not in book.incidents
    assert with_incidents(Incidents(), [over], NOON + 31 * 86400).incidents == (), "forgotten after a month"
    assert SIGNATURE not in {kept.signature for kept in book.incidents}
