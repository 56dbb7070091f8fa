"""Each end is counted and told once, by whichever run of ours is left to do it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from staged import POLICY, Repository, diagnosed, found

from remediate.model.account import accounts_of
from remediate.model.policy import HOUR
from remediate.model.stage import Finding, Findings
from remediate.stages.collect import collect
from remediate.stages.lifting import lifted
from remediate.stages.recover import recover
from remediate.stages.verify import verify


@pytest.fixture
def here(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


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
