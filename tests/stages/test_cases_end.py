"""Every failed run comes to its end, whatever comes in between: limits, poison, kills, people."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fakes.fake_platform import Killed
from staged import POLICY, Repository, diagnosed, found, signature_of

from remediate.errors import Unreachable
from remediate.model.account import accounts_of, outcome_of
from remediate.model.actions import WorkflowRun
from remediate.model.case import Case, Deed
from remediate.model.policy import HOUR, Environment, RatePolicy
from remediate.model.preview import Preview
from remediate.model.stage import Finding, Findings
from remediate.recovery.strategies.lockfile_pull import LockfilePull
from remediate.stages.collect import collect
from remediate.stages.detect import detect
from remediate.stages.lifting import lifted
from remediate.stages.recover import recover
from remediate.stages.verify import verify
from remediate.state.cases import CaseBook
from remediate.state.ledger import Ledger


@pytest.fixture
def here(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_what_the_ledger_held_back_for_its_rate_begins_later(tmp_path: Path) -> None:
    """All were decided on by one look at the state; at the last moment the second is one too many."""
    here = Repository(tmp_path, msgspec.structs.replace(POLICY, rates=RatePolicy(per_minute=1)))
    first, second = here.fails(branch="one"), here.fails(branch="two", workflow=".github/workflows/two.yml")
    here.heals()
    assert here.github.effects == [f"rerun {first.id}-2"]
    assert (here.standing(second), here.case(second).gate) == ("pending", "rate")
    here.clock.advance(HOUR)
    here.heals()
    assert here.github.effects == [f"rerun {first.id}-2", f"rerun {second.id}-2"]


def test_one_that_cannot_be_looked_at_keeps_no_other_from_its_proof(here: Repository) -> None:
    stuck, other = here.fails(), here.fails(branch="two", workflow=".github/workflows/two.yml")
    here.heals()
    here.ends(stuck, "success")
    here.ends(other, "success")
    here.clock.advance(120)
    here.forbids("run", stuck)
    verdicts = {one.case.run.id: one for one in here.heals().verdicts}
    assert verdicts[other.id].verdict == "healed"
    assert verdicts[stuck.id].verdict == "pending"
    assert "the token may not" in here.case(stuck).reason
    here.clock.advance(POLICY.proof_within)
    here.heals()
    assert here.standing(stuck) == "escalated"
    assert "the token may not" in here.case(stuck).reason


def test_a_state_that_cannot_be_written_ends_no_case(here: Repository) -> None:
    run = here.fails()
    here.heals()
    here.ends(run, "success")
    here.clock.advance(120)
    recoveries, doors = here.recovers(), here.doors("healer-2")

    def change(*_given: Any) -> Any:
        raise Unreachable("the branch is protected")

    here.store.change = change  # type: ignore[method-assign]
    with pytest.raises(Unreachable, match="protected"):
        verify(recoveries, doors)


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


@pytest.mark.parametrize("conclusion", ["success", "cancelled", ""])
def test_nobody_is_called_when_somebody_has_begun_another_attempt(here: Repository, conclusion: str) -> None:
    run = here.fails()
    here.heals()
    failed = here.ends(run, "failure")
    here.github.on_rerun = lambda _run: conclusion
    here.github.rerun_failed(failed)
    here.clock.advance(120)
    here.heals()
    assert here.standing(run) == "ignored"
    assert "attempt 2 did not heal it" in here.case(run).reason
    assert "attempt 3" in here.case(run).reason


def test_a_case_whose_new_attempt_was_judged_without_it_is_closed_by_that(here: Repository) -> None:
    """The healer died right after the re-run; while its claim held, the new attempt failed otherwise."""
    run = here.fails()
    here.dies_after("rerun")
    with contextlib.suppress(Killed):
        here.heals()
    again = here.ends(run, "failure")
    here.clock.advance(120)
    here.heals("test")
    assert (here.standing(run), here.standing(again)) == ("pending", "refused")
    here.clock.advance(HOUR)
    here.heals()
    here.heals()
    assert here.standing(run) == "ignored"
    assert "failed with another" in here.case(run).reason


def test_a_run_that_is_deleted_while_its_proof_is_awaited_calls_nobody(here: Repository) -> None:
    run = here.fails()
    here.heals()
    del here.github.attempts[run.id]
    here.clock.advance(120)
    (verdict,) = here.heals().verdicts
    assert (here.standing(run), outcome_of(verdict.case)) == ("ignored", None)
    assert "the run is gone" in here.case(run).reason


@pytest.mark.parametrize(("cause", "standing"), [("cache", "healed"), ("network", "ignored")])
def test_what_was_green_and_then_fails_again(here: Repository, cause: str, standing: str) -> None:
    """Another failure takes nothing away from the healing; the same one shows that it did not hold."""
    run = here.fails()
    here.heals()
    green = here.ends(run, "success")
    here.clock.advance(120)
    here.heals()
    here.github.rerun_failed(green)
    here.ends(run, "failure")
    here.clock.advance(60)
    here.heals(cause)
    assert here.standing(run) == standing
    outcomes = [one.outcome for one in here.history() if one.owner.startswith(f"run-{run.key}")]
    assert outcomes == (["recovered"] if standing == "healed" else ["recovered", "unhealed"])


def test_a_later_failure_that_nobody_can_name_is_not_called_the_same(here: Repository) -> None:
    run = here.fails()
    here.heals()
    here.ends(run, "failure")
    here.clock.advance(120)
    agenda, doors = here.begins()
    recover(found(agenda, "unclassified", signature=None, confidence=0.0, rule=None), doors)
    assert "attempt 2 failed as well" in here.case(run).reason


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


def test_what_cannot_be_looked_at_is_not_forgotten(here: Repository) -> None:
    """No list names it any more, and it comes to an end all the same."""
    run = here.fails()
    here.heals_unread()
    assert here.standing(run) == "pending"
    here.clock.advance(POLICY.look_back + HOUR)
    here.heals_unread()
    assert here.standing(run) == "escalated"
    assert "could be read" in here.case(run).reason


def test_what_could_not_be_looked_at_until_it_was_gone_calls_nobody(here: Repository) -> None:
    run = here.fails()
    here.heals_unread()
    del here.github.attempts[run.id]
    here.clock.advance(POLICY.proof_within)
    here.heals_unread()
    assert (here.standing(run), here.case(run).reason) == ("ignored", "the run is gone")


def test_what_was_begun_ends_though_the_kill_switch_stays_on(here: Repository) -> None:
    run = here.fails()
    here.dies_after("rerun")
    with contextlib.suppress(Killed):
        here.heals()
    here.policy = msgspec.structs.replace(POLICY, kill_switch=True)
    here.clock.advance(2 * HOUR)
    here.heals()
    assert here.standing(run) == "pending"
    here.clock.advance(POLICY.proof_within)
    here.heals()
    assert here.standing(run) == "escalated"
    assert "the kill switch is on" in here.case(run).reason


@pytest.fixture
def repairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every lockfile could be repaired."""
    offer = Preview(strategy="lockfile-repair", target="a", changes=(), seconds=1, cost="", risk="low")
    monkeypatch.setattr(LockfilePull, "preview", lambda *_given: offer)


@pytest.mark.usefixtures("repairs")
def test_a_bad_repair_is_taken_back_though_somebody_re_ran_the_run(here: Repository) -> None:
    """A new attempt of the old commit says nothing about the pull request's own run."""
    run = here.fails()
    agenda, doors = here.begins()
    (course,) = recover(found(agenda, "lockfile"), doors).courses
    deed = Deed(step=0, strategy="lockfile-repair", begun=here.clock.now())
    CaseBook(here.store, doors.owner).keep(
        msgspec.structs.replace(course.case, phase="proving", deeds=(deed,), claimed=0.0)
    )
    here.github.rerun_failed(run)
    here.ends(run, "failure")
    (verdict,) = verify(recover(Findings(agenda=here.begins()[0]), doors), doors).verdicts
    assert verdict.verdict == "rolled-back"
    assert (here.standing(run), here.case(run).reason) == ("escalated", "no repair was pushed")


@pytest.mark.usefixtures("repairs")
def test_a_repair_whose_job_always_dies_comes_to_an_end(here: Repository) -> None:
    """What prepares it takes the whole job down, so nobody is left to say that it failed."""
    run = here.fails()
    (course,) = here.recovers("lockfile").courses
    assert (course.case.phase, course.case.standing) == ("acting", "pending")
    here.clock.advance(2 * HOUR)
    here.recovers("lockfile")
    assert here.standing(run) == "pending"
    here.clock.advance(POLICY.proof_within)
    here.recovers("lockfile")
    assert here.standing(run) == "escalated"
    assert "never came to its end" in here.case(run).reason


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


def test_where_recover_failed_people_hear_what_detect_found_last(here: Repository) -> None:
    """A case that had waited for its log is in both: as it was, and as it is now."""
    run = here.fails()
    here.heals_unread()
    agenda, _ = here.begins()
    (case,) = agenda.open
    diagnosis = diagnosed("network")
    finding = Finding(case=msgspec.structs.replace(case, diagnosis=diagnosis))
    findings = Findings(agenda=agenda, findings=(finding,))
    (account,) = accounts_of(lifted(msgspec.json.encode(findings)).verdicts)
    assert account.key == run.key
    assert account.case.diagnosis == diagnosis


def test_what_a_run_that_died_has_closed_is_counted_and_told_by_the_next(here: Repository) -> None:
    """Effects were done and cases closed; collect-metrics never came to write it down."""
    defect = here.fails()
    here.heals("test")
    run = here.fails(branch="topic")
    here.heals()
    here.ends(run, "success")
    here.clock.advance(120)
    here.heals()
    here.clock.advance(POLICY.health_delay)
    here.heals()
    assert here.metrics.cases == {}
    here.clock.advance(HOUR)
    tally = here.counts()
    assert tally.standings == {"healed": 1, "refused": 1}
    assert here.metrics.cases == {"healed": 1, "refused": 1}
    assert here.metrics.recoveries.by_outcome == {"recovered": 1}
    assert {account.key for account in accounts_of(tally.verdicts)} == {defect.key, run.key}
    assert here.counts().standings == {}
    assert here.metrics.cases == {"healed": 1, "refused": 1}


def test_what_another_run_has_just_closed_is_its_own_to_tell(here: Repository) -> None:
    here.fails()
    here.heals("test")
    agenda, _ = here.begins()
    assert agenda.untold == ()


def test_a_dry_run_leaves_what_is_untold_to_others(here: Repository) -> None:
    here.fails()
    here.heals("test")
    here.clock.advance(HOUR)
    assert here.counts(dry_run=True).standings == {"refused": 1}
    assert here.metrics.cases == {}
    assert here.counts().standings == {"refused": 1}


def test_more_cancelled_runs_than_can_be_passed_on_are_told_of_bit_by_bit(here: Repository) -> None:
    for number in range(1100):
        here.fails(branch=f"topic-{number}", conclusion="cancelled")
    agenda, _ = here.begins()
    assert (len(agenda.ignored), agenda.left) == (1000, 100)
    here.heals()
    agenda, _ = here.begins()
    assert (len(agenda.ignored), agenda.left) == (100, 0)


def test_two_healers_count_a_case_that_had_waited_by_the_one_that_took_it_up(here: Repository) -> None:
    run = here.fails()
    here.github.unreachable = {"run": "502"}
    here.heals()
    here.github.unreachable = {}
    here.clock.advance(HOUR)
    for agenda, doors in [here.begins(), here.begins()]:
        assert [case.key for case in agenda.open] == [run.key]
        collect(verify(recover(found(agenda), doors), doors), doors)
    assert here.github.effects == [f"rerun {run.id}-2"]
    assert here.metrics.cases == {}
    assert here.standing(run) == "pending"


def test_two_that_look_at_one_proof_tell_one_end(here: Repository) -> None:
    run = here.fails()
    here.heals()
    here.clock.advance(120)
    first, second = here.begins(), here.begins()
    recovered = [(recover(found(agenda), doors), doors) for agenda, doors in (first, second)]
    assert [one.verdict for one in verify(*recovered[0]).verdicts] == ["pending"]
    here.ends(run, "cancelled")
    (verdict,) = verify(*recovered[1]).verdicts
    assert (verdict.verdict, verdict.case.open) == ("pending", True)
    assert here.standing(run) == "pending"


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
