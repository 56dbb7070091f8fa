"""Which cases a run of ours finds, and when it comes back to one."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from staged import POLICY, Repository, signature_of

from remediate.errors import Unreachable
from remediate.model.actions import WorkflowRun
from remediate.model.case import Case
from remediate.model.policy import HOUR, Environment
from remediate.stages.detect import detect
from remediate.stages.recover import recover
from remediate.stages.verify import verify
from remediate.state.ledger import Ledger


@pytest.fixture
def here(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_an_approval_by_command_is_obeyed_by_the_next_run(tmp_path: Path) -> None:
    asked = Environment(approval=True)
    here = Repository(tmp_path, msgspec.structs.replace(POLICY, environments={"development": asked}))
    run = here.fails()
    here.heals()
    case = here.case(run)
    assert isinstance(case, Case)
    assert case.phase == "approval"
    assert case.plan is not None
    Ledger(here.store, here.clock, here.policy).approve(case.plan.hash, "ada")
    here.clock.advance(900)
    here.heals()
    assert here.github.effects == [f"rerun {run.id}-2"]


def test_a_circuit_that_is_reset_by_command_lets_the_next_run_probe(here: Repository) -> None:
    runs = [here.fails(branch=branch) for branch in "abc"]
    here.heals()
    assert [here.case(run).gate for run in runs] == ["circuit"] * 3
    here.clock.advance(60)
    here.heals()
    assert here.github.effects == []
    here.store.change("reset by command", ["circuits.json"], lambda _: {"circuits.json": None})
    here.heals()
    assert len(here.github.effects) == 2, "a third would open it again"


def test_a_word_from_before_a_circuit_opened_is_not_about_it(here: Repository) -> None:
    here.github.writers.add("ada")
    here.github.add_comment(1, f"/remediate reset {signature_of('network')}", "ada")
    here.clock.advance(HOUR)
    runs = [here.fails(branch=branch) for branch in "abc"]
    here.heals()
    told = here.heals().recoveries.words
    assert here.github.effects == []
    assert [here.case(run).gate for run in runs] == ["circuit"] * 3
    assert any("opened later" in line for line in told), told


def test_a_run_that_fails_once_it_was_allowed_to_run_is_healed(here: Repository) -> None:
    """GitHub keeps the number of the attempt when somebody approves a run of a fork."""
    run = here.fails(conclusion="action_required")
    here.heals()
    assert here.standing(run) == "ignored"
    allowed = here.ends(run, "failure")
    assert allowed.attempt == run.attempt
    here.heals()
    assert here.standing(allowed) == "pending"
    assert here.github.effects == [f"rerun {run.id}-2"]


def test_who_names_a_run_is_told_why_nothing_is_done_about_it(here: Repository) -> None:
    def said(run: WorkflowRun) -> str:
        (note,) = here.begins(run=run.id)[0].head.notes
        return note

    defect, waits = here.fails(), here.fails(branch="topic")
    here.heals("test", run=defect.id)
    here.heals(run=waits.id)
    assert said(defect).startswith(f"run {defect.key} was dealt with before: refused, ")
    assert said(waits) == f"run {waits.id} is still in_progress"
    here.ends(waits, "success")
    here.clock.advance(120)
    assert here.heals(run=waits.id).recoveries.findings.agenda.head.notes == ()
    assert "has succeeded" in said(waits)


def test_more_cancelled_runs_than_can_be_passed_on_are_told_of_bit_by_bit(here: Repository) -> None:
    for number in range(1100):
        here.fails(branch=f"topic-{number}", conclusion="cancelled")
    agenda, _ = here.begins()
    assert (len(agenda.ignored), agenda.left) == (1000, 100)
    here.heals()
    agenda, _ = here.begins()
    assert (len(agenda.ignored), agenda.left) == (100, 0)


def test_an_earlier_attempt_that_is_not_due_yet_is_closed_all_the_same(here: Repository) -> None:
    """Its re-run failed within the minute: that counts before the new attempt is decided on."""
    run = here.fails()
    here.heals()
    again = here.ends(run, "failure")
    here.clock.advance(20)
    here.heals()
    assert (here.standing(run), here.standing(again)) == ("ignored", "pending")
    assert "attempt 2 failed the same way" in here.case(run).reason
    assert here.github.effects == [f"rerun {run.id}-2", f"rerun {run.id}-3"]
    here.ends(run, "success")
    here.clock.advance(HOUR)
    here.heals()
    assert (here.standing(run), here.standing(again)) == ("ignored", "healed")


def test_what_cannot_be_looked_at_is_not_forgotten(here: Repository) -> None:
    """No list names it any more, and it comes to an end all the same."""
    run = here.fails()
    here.heals_unread()
    assert here.standing(run) == "pending"
    here.clock.advance(POLICY.look_back + HOUR)
    here.heals_unread()
    assert here.standing(run) == "escalated"
    assert "could be read" in here.case(run).reason


def test_a_failure_that_nobody_can_look_at_keeps_no_open_case_waiting(here: Repository) -> None:
    """Where it is all there is, the stage fails and says so; else the others go on, and it is noted."""
    broken = here.fails(branch="broken")
    here.forbids("jobs", broken)
    agenda, doors = here.begins()
    with pytest.raises(Unreachable, match="the token may not"):
        detect(agenda, doors)
    here.github.attempts.pop(broken.id)
    run = here.fails()
    here.heals()
    here.github.attempts[broken.id] = [broken]
    here.ends(run, "success")
    here.clock.advance(120)
    agenda, doors = here.begins()
    findings = detect(agenda, doors)
    assert findings.agenda.left == 1
    assert "the token may not. Give it actions: write." in findings.agenda.head.notes[0]
    assert [one.verdict for one in verify(recover(findings, doors), doors).verdicts] == ["healed"]
