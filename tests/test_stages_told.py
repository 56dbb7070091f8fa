"""All stages over a repository in memory: what is counted and told of what they really did."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "stages"))

from staged import POLICY, Repository, found, signature_of

from remediate.metrics.figures import Metrics
from remediate.model.incident import Incident
from remediate.model.policy import DAY
from remediate.notify.told import Told
from remediate.stages.collect import collect
from remediate.stages.notify import notify
from remediate.stages.recover import recover
from remediate.stages.verify import verify
from remediate.state.incidents import read_incidents
from remediate.state.metrics_store import read_metrics


class House(Repository):
    """With the two last stages."""

    def tells(self, cause: str = "network", **more: Any) -> Told:
        agenda, doors = self.begins(**more)
        tally = collect(verify(recover(found(agenda, cause), doors), doors), doors)
        return notify(tally, doors)

    @property
    def metrics(self) -> Metrics:
        return read_metrics(self.store.read("metrics.json")["metrics.json"])

    @property
    def incidents(self) -> tuple[Incident, ...]:
        return read_incidents(self.store.read("incidents.json")["incidents.json"]).incidents


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_a_healing_is_counted_once_and_is_nobodys_issue(house: House) -> None:
    run = house.fails()
    first = house.tells()
    assert "awaits its proof" in first.summary
    (incident,) = house.incidents
    assert (incident.status, incident.escalated) == ("open", False)
    house.ends(run, "success")
    house.clock.advance(120)
    assert "looks healed" in house.tells().summary
    assert house.metrics.cases == {}
    house.clock.advance(POLICY.health_delay)
    assert "1 failed run: 1 healed" in house.tells().summary
    house.clock.advance(600)
    house.tells()
    assert house.metrics.cases == {"healed": 1}
    assert house.metrics.detections.by_cause == {"network": 1}
    assert house.metrics.recoveries.by_strategy == {"rerun": {"recovered": 1}}
    assert house.metrics.recoveries.time_to_recover.seconds == 120
    assert house.metrics.strategies["rerun"].right == 1
    (incident,) = house.incidents
    assert incident.status == "healed"
    assert (house.github.issues, house.github.said) == ([], [])


def test_what_keeps_failing_ends_with_a_person_and_one_issue(house: House) -> None:
    run = house.fails()
    for _ in range(8):
        house.tells()
        latest = house.github.attempts[run.id][-1]
        if not latest.ended:
            house.ends(run, "failure")
        house.clock.advance(3600)
    (issue,) = house.github.issues
    assert issue.state == "open"
    assert f"/remediate reset {signature_of('network')}" in issue.body
    assert house.metrics.recoveries.by_outcome == {"unhealed": 3}
    assert house.metrics.minutes.spent > 0
    (incident,) = house.incidents
    assert incident.escalated
    assert house.metrics.now.escalated_incidents == 1


def test_a_real_defect_is_told_and_left_alone(house: House) -> None:
    house.fails()
    told = house.tells("test")
    assert "left to its author" in told.summary
    assert "a machine must not touch it" in told.summary
    assert house.metrics.cases == {"refused": 1}
    assert (house.incidents, house.github.issues, house.github.effects) == ((), [], [])


def test_an_outage_is_one_incident_and_one_issue(house: House) -> None:
    for number in range(50):
        house.fails(branch=f"topic-{number}")
    told = house.tells()
    (incident,) = house.incidents
    assert (incident.count, incident.escalated) == (50, True)
    assert len(house.github.issues) == 1
    assert told.problems == ()
    assert len([one for one in house.github.effects if one.startswith("rerun")]) <= 3
    before = len(house.github.effects)
    house.clock.advance(900)
    house.tells()
    after = {one.split()[0] for one in house.github.effects[before:]}
    assert after <= {"rerun", "edit_ticket"}, "the text follows what the circuit says, and nobody is notified"


def test_a_dry_run_changes_nothing_anywhere(house: House) -> None:
    for number in range(5):
        house.fails(branch=f"topic-{number}")
    told = house.tells(dry_run=True)
    assert house.github.effects == []
    assert not (house.folder / "state").exists()
    assert "This is a dry run" in told.summary


def test_what_was_not_told_is_told_by_the_next_run(house: House) -> None:
    for number in range(4):
        house.fails(branch=f"topic-{number}")
    house.github.unreachable = {"open_ticket": "502"}
    assert house.tells().problems
    house.github.unreachable = {}
    house.clock.advance(900)
    assert house.tells().problems == ()
    assert len(house.github.issues) == 1


def test_the_history_has_a_line_for_each_end(house: House) -> None:
    house.fails()
    house.tells("test")
    run = house.fails(branch="other")
    house.tells()
    house.ends(run, "success")
    for _ in range(3):
        house.clock.advance(POLICY.health_delay)
        house.tells()
    (name,) = house.store.names("history/")
    lines = (house.store.read(name)[name] or b"").decode().splitlines()
    assert len(lines) == 2
    assert sum(house.metrics.cases.values()) == 2


def test_days_of_cases_do_not_pile_up(house: House) -> None:
    for _ in range(60):
        house.fails()
        house.tells("test")
        house.clock.advance(DAY)
    assert len(house.store.names("cases/")) <= 38
    assert house.metrics.cases == {"refused": 60}
