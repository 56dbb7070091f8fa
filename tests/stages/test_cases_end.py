"""Every failed run comes to its end, whatever comes in between: limits, poison, kills, people."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fakes.fake_platform import Killed
from staged import POLICY, Repository, found

from remediate.errors import Unreachable
from remediate.model.account import outcome_of
from remediate.model.case import Deed
from remediate.model.policy import HOUR, RatePolicy
from remediate.model.preview import Preview
from remediate.model.stage import Findings
from remediate.recovery.strategies.lockfile_pull import LockfilePull
from remediate.stages.recover import recover
from remediate.stages.verify import verify
from remediate.state.cases import CaseBook


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
