"""What the state holds after collect: figures, history, rules, incidents; once, and nothing in a dry run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent / "notify"))

from desk_doors import doors
from fakes.fake_clock import FakeClock
from fakes.fake_platform import FakeGitHub
from made_cases import NOON, SIGNATURE, case, diagnosis, escalated, healed, plan, refused, run, verdicts

from remediate.metrics.figures import Metrics
from remediate.metrics.learning import demoted
from remediate.model.case import Case, Deed
from remediate.model.incident import Incident
from remediate.model.outcome import Done, Failed
from remediate.model.stage import Tally, Verdict, Verdicts
from remediate.safety.circuit import Circuit, HalfOpen, Open, State
from remediate.stages.collect import collect
from remediate.stages.doors import Doors
from remediate.state import circuits, history
from remediate.state.incidents import read_incidents
from remediate.state.metrics_store import read_metrics
from remediate.state.rules_record import read_rules
from remediate.state.shapes import encoded


class Desk:
    """A state and a GitHub, and runs of ours one after another."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(NOON + 60)
        self.github = FakeGitHub(self.clock)
        self.folder = folder
        self.number = 0

    def doors(self, **more: Any) -> Doors:
        self.number += 1
        return doors(self.folder, self.clock, self.github, owner=f"run-{self.number}-1", **more)

    def collect(self, told: Verdicts, at: Doors | None = None) -> Tally:
        return collect(told, at or self.doors())

    def read(self, name: str) -> bytes | None:
        return self.doors().store.read(name)[name]

    @property
    def metrics(self) -> Metrics:
        return read_metrics(self.read("metrics.json"))

    @property
    def incident(self) -> Incident:
        (one,) = read_incidents(self.read("incidents.json")).incidents
        return one

    @property
    def history(self) -> list[tuple[str, str]]:
        name = history.name_of(NOON)
        return [(one.owner, one.outcome) for one in history.read_history(name, self.read(name))]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_every_standing_is_counted(desk: Desk) -> None:
    ignored = case(5, standing="ignored", phase="closed", closed=NOON, diagnosis=None, reason="cancelled")
    waiting = case(6, phase="proving")
    tally = desk.collect(verdicts(healed(1), escalated(2), refused(3), refused(4), ignored, waiting))
    assert tally.standings == {"escalated": 1, "healed": 1, "ignored": 1, "pending": 1, "refused": 2}
    assert desk.metrics.cases == {"escalated": 1, "healed": 1, "ignored": 1, "refused": 2}
    assert desk.metrics.detections.total == 5
    assert msgspec.json.decode(tally.metrics, type=Metrics) == desk.metrics


def test_a_case_is_counted_once_however_often_it_is_told(desk: Desk) -> None:
    told, once = verdicts(healed(1), refused(2)), desk.doors()
    desk.collect(told, once)
    before = (desk.metrics, desk.incident, desk.history, desk.read("rules.json"))
    desk.collect(told, once)
    desk.collect(told)
    assert (desk.metrics, desk.incident, desk.history, desk.read("rules.json")) == before


def test_what_is_told_for_long_is_counted_once_however_many_come_between(desk: Desk) -> None:
    long = case(1, phase="waiting")
    desk.collect(verdicts(long))
    for number in range(5):
        cases = [refused(1000 * (number + 1) + other) for other in range(500)]
        desk.collect(verdicts(*cases, opened=(long,)))
    assert desk.metrics.detections.total == 2501
    assert desk.metrics.detections.by_cause == {"network": 1, "test": 2500}


def test_a_case_that_goes_on_is_counted_when_it_ends(desk: Desk) -> None:
    desk.collect(verdicts(case(1, phase="proving", plan=plan(run(1)))))
    assert (desk.metrics.detections.total, desk.metrics.cases) == (1, {})
    desk.collect(verdicts(opened=(healed(1),)))
    assert (desk.metrics.detections.total, desk.metrics.cases) == (1, {"healed": 1})
    assert desk.metrics.recoveries.by_strategy == {"rerun": {"recovered": 1}}


def test_the_time_to_recover_is_that_of_the_first_look(desk: Desk) -> None:
    """NOON - 300 the run ended; it was due again 300 s after it looked healed, at NOON + 800."""
    desk.collect(verdicts(healed(1)))
    assert desk.metrics.recoveries.time_to_recover.seconds == 800 - 300 + 300
    assert desk.metrics.detections.time_to_detect.seconds == 300


def test_a_diagnosis_that_came_late_was_late(desk: Desk) -> None:
    """The run ended at NOON - 300; its log was there at NOON + 600, in another run of ours."""
    desk.collect(verdicts(case(1, phase="waiting", diagnosis=None)))
    assert desk.metrics.detections.total == 0
    desk.collect(verdicts(opened=(refused(1),), at=NOON + 600))
    assert desk.metrics.detections.time_to_detect.seconds == 900
    assert desk.metrics.detections.time_to_detect.buckets == {"900": 1}


def test_a_person_who_is_called_is_counted_at_once_and_once(desk: Desk) -> None:
    """A circuit may still let a probe through: healed by that, somebody was called all the same."""
    waits = escalated(1, phase="waiting", gate="circuit", closed=0.0)
    desk.collect(verdicts(waits))
    desk.collect(verdicts(opened=(waits,)))
    assert (desk.metrics.escalations, desk.metrics.cases) == (1, {})
    desk.collect(verdicts(opened=(healed(1),)))
    assert (desk.metrics.escalations, desk.metrics.cases) == (1, {"healed": 1})
    desk.collect(verdicts(escalated(2)))
    assert desk.metrics.escalations == 2


def deeds(undone: Any = None) -> tuple[Deed, ...]:
    done = Done(strategy="cache-purge", summary="the cache was deleted")
    return (Deed(step=0, strategy="cache-purge", begun=NOON, result=done, undone=undone),)


@pytest.mark.parametrize(
    ("undone", "outcome", "rollbacks"),
    [
        (None, "unhealed", {}),
        (Done(strategy="cache-purge", summary="put back"), "rolled-back", {"complete": 1}),
        (Failed(strategy="cache-purge", reason="cannot"), "rollback-failed", {"partial": 1}),
    ],
)
def test_how_a_recovery_ended(desk: Desk, undone: Any, outcome: str, rollbacks: dict[str, int]) -> None:
    desk.collect(verdicts(escalated(1, deeds=deeds(undone))))
    assert desk.metrics.recoveries.by_outcome == {outcome: 1}
    assert desk.metrics.rollbacks == rollbacks
    assert desk.history == [], "the ledger has written it"
    trial = read_rules(desk.read("rules.json")).rules["network-connection-reset"]
    assert (trial.right, trial.wrong) == (0, 1)


def test_another_failure_in_the_new_attempt_says_nothing_about_the_recovery(desk: Desk) -> None:
    gone = healed(1, standing="ignored", reason="its failure is gone", moot=True)
    other = case(1, "test", of={"attempt": 2}, diagnosis=diagnosis("test", signature="f" * 16))
    desk.collect(verdicts(other, opened=(gone,)))
    assert desk.metrics.recoveries.total == 0
    assert read_rules(desk.read("rules.json")).rules == {}
    same = healed(2, standing="ignored", reason="attempt 2 failed the same way")
    desk.collect(verdicts(case(2, of={"attempt": 2}), opened=(same,)))
    assert desk.metrics.recoveries.by_outcome == {"unhealed": 1}


def test_history_holds_what_ended_without_a_recovery(desk: Desk) -> None:
    ignored = case(4, standing="ignored", phase="closed", diagnosis=None)
    desk.collect(verdicts(escalated(1), refused(2), healed(3), ignored))
    assert desk.history == [("run-1-1", "escalated"), ("run-2-1", "refused")]


def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    desk.collect(verdicts(healed(1)))
    before = {path: path.read_bytes() for path in desk.folder.rglob("*.json*")}
    tally = desk.collect(verdicts(escalated(2), dry_run=True))
    assert {path: path.read_bytes() for path in desk.folder.rglob("*.json*")} == before
    assert desk.github.calls == []
    assert msgspec.json.decode(tally.metrics, type=Metrics).cases == {"healed": 1}
    assert [one.escalated for one in tally.incidents] == [True], "what would be told"


def test_a_first_dry_run_makes_no_state(desk: Desk) -> None:
    tally = desk.collect(verdicts(escalated(2), dry_run=True))
    assert not (desk.folder / "documents").exists()
    assert bytes(tally.metrics) == b"{}"


def test_an_outage_is_one_incident(desk: Desk) -> None:
    cases = [escalated(number, of={"branch": f"topic-{number}"}) for number in range(50)]
    tally = desk.collect(verdicts(*cases))
    assert (desk.incident.count, len(desk.incident.branches), desk.incident.escalated) == (50, 20, True)
    assert [event.kind for event in desk.incident.events] == ["opened", "escalated"]
    assert tally.incidents == (desk.incident,)
    assert desk.metrics.now.escalated_incidents == 1


def test_of_very_many_incidents_each_is_handed_on_in_its_turn(desk: Desk) -> None:
    """Handed on no more, one that has no issue yet would never have one."""
    many = [escalated(number, diagnosis=diagnosis(signature=f"{number:016x}")) for number in range(90)]
    told = {one.signature for one in desk.collect(verdicts(*many)).incidents}
    assert len(told) == 40
    for _ in range(3):
        desk.clock.advance(900)
        found = desk.collect(verdicts()).incidents
        assert len(found) == 40
        told |= {one.signature for one in found}
    assert len(told) == 90


def test_circuits_are_counted_when_they_open(desk: Desk) -> None:
    def opened(key: str, state: State) -> circuits.Circuits:
        circuit = Circuit(key=key, state=state)
        entry = circuits.Entry(scope="branch", repository="octo/shop", signature=SIGNATURE, circuit=circuit)
        return circuits.Circuits(circuits=(entry,))

    # It opens, stays so, lets a probe through, and opens again; then another one does.
    one, other, later = "3f9c1ab2d0e4", "aaaaaaaaaaaa", Open(since=NOON + 86400)
    steps = (
        (one, Open(since=NOON)),
        (one, Open(since=NOON)),
        (one, HalfOpen()),
        (one, later),
        (other, later),
    )
    counted = []
    for number, (key, state) in enumerate(steps):
        made = {circuits.NAME: encoded(opened(key, state))}
        desk.doors().store.change(f"c{number}", [circuits.NAME], lambda _, made=made: made)
        desk.collect(verdicts(escalated(number + 1)))
        counted.append((desk.metrics.circuits_opened, desk.metrics.now.open_circuits))
    assert counted == [(1, 1), (1, 1), (1, 1), (2, 1), (3, 1)]
    assert desk.incident.circuits == ("aaaaaaaaaaaa",)


def test_a_rule_that_keeps_failing_is_demoted_by_itself(desk: Desk) -> None:
    for number in range(5):
        desk.collect(verdicts(escalated(number, deeds=deeds())))
    record = read_rules(desk.read("rules.json"))
    assert "the rule `network-connection-reset` was right 0 times of 5" in demoted(
        record, "network-connection-reset"
    )
    assert demoted(record, "another", "cache-purge")
    assert desk.metrics.rules["network-connection-reset"].demoted


@pytest.mark.parametrize(("conclusion", "right"), [("failure", 1), ("success", 0)])
def test_a_persons_rerun_is_looked_up_and_judges_the_decision(
    desk: Desk, conclusion: str, right: int
) -> None:
    defect = refused(7)
    desk.collect(verdicts(defect))
    assert len(read_rules(desk.read("rules.json")).awaiting) == 1
    desk.github.attempts[7] = [run(7), run(7, attempt=2, conclusion=conclusion)]
    desk.clock.advance(2 * 3600)
    desk.collect(verdicts())
    record = read_rules(desk.read("rules.json"))
    trial = record.rules["pytest-summary-failed"]
    assert (trial.right, trial.wrong, record.awaiting) == (right, 1 - right, ())
    desk.collect(verdicts())
    assert read_rules(desk.read("rules.json")) == record


def test_a_token_that_may_not_read_runs_counts_all_the_same(desk: Desk) -> None:
    desk.collect(verdicts(refused(7)))
    desk.clock.advance(2 * 3600)
    desk.github.unreachable = {"run": "Resource not accessible by integration"}
    desk.collect(verdicts(refused(8)))
    assert desk.metrics.cases == {"refused": 2}
    again = case(7, "test", of={"attempt": 2}, **{"standing": "refused", "phase": "closed"})
    desk.collect(verdicts(again))
    assert read_rules(desk.read("rules.json")).rules["pytest-summary-failed"].right == 1


def test_old_days_are_removed_and_newer_ones_kept(desk: Desk) -> None:
    names = ["cases/open.json", "cases/2026-08-10.json", "cases/2026-08-18.json", "cases/2026-09-21.json"]
    empty = dict.fromkeys(names, b'{"schema":"remediate/closings/1"}\n')
    empty["cases/open.json"] = b'{"schema":"remediate/cases/1"}\n'
    desk.doors().store.change("made", names, lambda _: empty)
    desk.collect(verdicts(refused(1)))
    assert desk.doors().store.names("cases/") == (
        "cases/2026-08-18.json",
        "cases/2026-09-21.json",
        "cases/open.json",
    )


def test_nothing_secret_and_nothing_that_acts_is_kept(desk: Desk) -> None:
    hostile = "s3cr3t-value \x1b[2J\u202e ::error::x ghp_" + "a" * 36
    found = diagnosis(title=hostile, hint=hostile)
    evil = escalated(1, of={"branch": hostile, "name": hostile}, diagnosis=found, reason=hostile)
    desk.collect(verdicts(evil))
    for path in (desk.folder / "documents").rglob("*.json*"):
        text = path.read_text()
        assert "s3cr3t-value" not in text, path
        assert "ghp_aaaa" not in text, path
        assert all(word.isprintable() for line in text.splitlines() for word in words_in(json.loads(line)))


def words_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [word for pair in value.items() for one in pair for word in words_in(one)]
    if isinstance(value, list):
        return [word for one in value for word in words_in(one)]
    return [value] if isinstance(value, str) else []


def test_the_badge_is_as_its_reader_wants_it(desk: Desk) -> None:
    desk.collect(verdicts(healed(1)))
    badge = json.loads(desk.read("badge.json") or b"")
    assert (badge["schemaVersion"], badge["message"]) == (1, "1 of 1")
    assert "schema" not in badge


def test_what_a_verdict_saw_is_the_proof_of_the_incident(desk: Desk) -> None:
    desk.collect(verdicts(case(1, phase="proving", plan=plan(run(1)))))
    assert desk.incident.status == "open"
    seen = Verdict(case=healed(1), verdict="healed", seen=("attempt 2 passed, 3 of 3 jobs",))
    desk.collect(verdicts(opened=(healed(1),), seen=(seen,)))
    assert (desk.incident.status, desk.incident.proof) == ("healed", ("attempt 2 passed, 3 of 3 jobs",))


def test_a_defect_is_nobodys_incident(desk: Desk) -> None:
    tally = desk.collect(verdicts(refused(1)))
    assert read_incidents(desk.read("incidents.json")).incidents == tally.incidents == ()


def open_cases() -> list[Case]:
    return [case(1, phase="approval", plan=plan(run(1)), gate="approval", reason="production asks for it")]


def test_a_plan_that_needs_a_word_calls_a_person(desk: Desk) -> None:
    desk.collect(verdicts(*open_cases()))
    assert (desk.incident.escalated, desk.incident.events[-1].kind) == (True, "asked")
    assert desk.incident.runs[-1].asks == plan(run(1)).hash
    desk.collect(verdicts(opened=tuple(open_cases())))
    assert [event.kind for event in desk.incident.events] == ["opened", "asked"]
