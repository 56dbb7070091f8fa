"""Initialize, recover and verify over a repository in memory: every failed run comes to an end, once."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from pathlib import Path

import msgspec
import pytest
from fakes.fake_platform import Killed
from staged import POLICY, Repository, found, signature_of

from remediate.errors import Unreachable
from remediate.metrics.learning import RulesRecord, judged
from remediate.model.actions import WorkflowRun
from remediate.model.policy import DAY, HOUR
from remediate.stages.hearing import fresh
from remediate.stages.initialize import MOST_CASES
from remediate.stages.passing_on import MOST_PACKED, packed
from remediate.stages.recover import recover
from remediate.stages.verify import verify
from remediate.stages.world import here_in
from remediate.state.shapes import encoded


@pytest.fixture
def here(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def test_a_network_failure_is_rerun_and_healed_when_its_new_attempt_is_green(here: Repository) -> None:
    run = here.fails()
    verdicts = here.heals()
    assert here.github.effects == [f"rerun {run.id}-2"]
    assert here.standing(run) == "pending"
    assert [one.verdict for one in verdicts.verdicts] == ["pending"]
    here.ends(run, "success")
    here.clock.advance(120)
    assert [one.verdict for one in here.heals().verdicts] == ["healed"]
    assert here.standing(run) == "healed"
    assert here.case(run).key in _open(here)  # it is looked at once more
    here.clock.advance(POLICY.health_delay)
    here.heals()
    assert here.standing(run) == "healed"
    assert _open(here) == set()
    here.clock.advance(HOUR)
    assert here.heals().verdicts == ()
    assert len(here.github.effects) == 1


def test_the_event_of_the_new_attempt_proves_at_once(here: Repository) -> None:
    run = here.fails()
    here.heals()
    here.ends(run, "success")
    here.event = ("workflow_run", json.dumps({"workflow_run": {"id": run.id}}).encode())
    assert [one.verdict for one in here.heals().verdicts] == ["healed"]


def test_a_real_defect_is_refused_and_left_alone(here: Repository) -> None:
    run = here.fails()
    here.heals("test")
    assert here.standing(run) == "refused"
    assert "real defect" in here.case(run).reason
    assert here.github.effects == []


@pytest.mark.parametrize("conclusion", ["cancelled", "action_required", "neutral", "stale", "skipped"])
def test_what_did_not_fail_of_itself_is_ignored_with_a_reason(here: Repository, conclusion: str) -> None:
    run = here.fails(conclusion=conclusion)
    here.heals()
    assert here.standing(run) == "ignored"
    assert here.case(run).reason
    assert here.github.effects == []


@pytest.mark.parametrize("conclusion", ["failure", "timed_out", "startup_failure"])
def test_every_failure_is_looked_at(here: Repository, conclusion: str) -> None:
    run = here.fails(conclusion=conclusion)
    agenda, _ = here.begins()
    assert [case.key for case in agenda.new] == [run.key]


def test_our_own_workflow_and_those_named_are_never_healed(tmp_path: Path) -> None:
    here = Repository(tmp_path, msgspec.structs.replace(POLICY, ignore_workflows=("*/release.yml",)))
    own = here.fails(workflow=".github/workflows/remediate.yml")
    release = here.fails(workflow=".github/workflows/release.yml")
    here.heals()
    assert (here.standing(own), here.standing(release)) == ("ignored", "ignored")
    assert here.github.effects == []


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        ("octo/shop/.github/workflows/heal.yml@refs/heads/main", ".github/workflows/heal.yml"),
        ("", ".github/workflows/remediate.yml"),
    ],
    ids=["in-a-workflow", "at-a-desk"],
)
def test_what_is_our_own_is_known_everywhere(reference: str, path: str) -> None:
    given = {"GITHUB_TOKEN": "t", "GITHUB_REPOSITORY": "octo/shop", "GITHUB_WORKFLOW_REF": reference}
    assert here_in(given).own_workflow == path


def test_three_failures_open_the_circuit_and_a_reset_lets_one_probe_through(here: Repository) -> None:
    run = here.fails()
    for attempt in range(2, 5):
        here.heals()
        here.clock.advance(1200)  # three an hour are made of one signature
        run = here.ends(run, "failure")
        assert run.attempt == attempt
    here.heals()
    assert here.standing(run) == "escalated"
    assert "circuit" in here.case(run).reason or here.case(run).gate == "circuit"
    assert len(here.github.effects) == 3
    here.github.writers.add("ada")
    here.github.add_comment(1, f"/remediate reset {signature_of('network')}", "eve")
    here.heals()
    assert len(here.github.effects) == 3
    here.github.add_comment(1, f"/remediate reset {signature_of('network')}", "ada")
    told = here.heals().recoveries.words
    assert any("asked by ada, is done" in line for line in told), told
    assert any("eve has no write access" in line for line in told)
    assert len(here.github.effects) == 4
    here.heals()
    assert len(here.github.effects) == 4


def test_a_comment_is_heard_for_a_day_and_starts_no_jobs_so_long(here: Repository) -> None:
    here.fails()
    here.heals()
    here.github.add_comment(1, "/remediate approve 5d0c9f3a1b7e2648", "eve")
    first, _ = here.begins()
    here.clock.advance(4 * HOUR)
    later, _ = here.begins()
    assert [word.by for agenda in (first, later) for word in agenda.words] == ["eve", "eve"]
    assert fresh(first.words, first.head.at) == first.words
    assert fresh(later.words, later.head.at) == ()


def test_an_earlier_attempt_is_closed_when_its_rerun_fails_too(here: Repository) -> None:
    run = here.fails()
    here.heals()
    again = here.ends(run, "failure")
    here.clock.advance(60)
    verdicts = here.heals()
    assert "attempt 2 failed the same way" in here.case(run).reason
    assert verdicts.verdicts[0].verdict == "failed"
    assert here.standing(again) == "pending"
    assert len(here.github.effects) == 2


def test_fifty_failures_at_once_are_one_incident_and_no_storm(here: Repository) -> None:
    runs = [here.fails(branch=f"topic-{number}") for number in range(50)]
    here.heals()
    assert len(here.github.effects) == 0
    assert {here.standing(run) for run in runs} == {"escalated"}
    changes = len(here.github.effects)
    here.heals()
    assert len(here.github.effects) == changes


def test_two_healers_at_once_do_it_once(here: Repository) -> None:
    run = here.fails()
    one, doors_of_one = here.begins()
    other, doors_of_other = here.begins()
    recover(found(one), doors_of_one)
    later = recover(found(other), doors_of_other)
    assert len(here.github.effects) == 1
    assert "another run of Remediate" in later.courses[0].lines[0]
    assert here.standing(run) == "pending"


def test_dry_run_changes_nothing(here: Repository) -> None:
    run = here.fails()
    here.fails(conclusion="cancelled")
    verdicts = here.heals(dry_run=True)
    assert here.github.effects == []
    assert not (here.folder / "state").exists()
    lines = verdicts.recoveries.courses[0].lines
    assert lines
    assert all(line.startswith("[DRY-RUN]") for line in lines)
    assert verdicts.recoveries.courses[0].case.run == run


def test_the_kill_switch_refuses(tmp_path: Path) -> None:
    here = Repository(tmp_path, msgspec.structs.replace(POLICY, kill_switch=True))
    run = here.fails()
    here.heals()
    assert here.standing(run) == "refused"
    assert here.github.effects == []


def test_an_approval_is_asked_for_given_and_obeyed(tmp_path: Path) -> None:
    here = Repository(tmp_path, msgspec.structs.replace(POLICY, environment="production"))
    policy = here.policy.environments["production"]
    calm = msgspec.structs.replace(policy, min_availability=0.0)
    here.policy = msgspec.structs.replace(here.policy, environments={"production": calm})
    run = here.fails()
    recoveries = here.recovers()
    assert here.standing(run) == "pending"
    plan = recoveries.courses[0].case.plan
    assert plan is not None
    here.github.add_comment(1, f"/remediate approve {plan.hash}", "ada")
    here.heals()
    assert here.github.effects == []
    here.github.writers.add("ada")
    here.heals()
    assert len(here.github.effects) == 1


def test_an_approval_that_nobody_gives_lapses(tmp_path: Path) -> None:
    here = Repository(tmp_path, msgspec.structs.replace(POLICY, environment="production"))
    run = here.fails()
    here.heals()
    assert here.standing(run) == "pending"
    here.clock.advance(POLICY.approval_lasts)
    here.heals()
    assert here.standing(run) == "refused"
    assert "nobody approved it in time" in here.case(run).reason


def test_an_unreadable_state_heals_nothing(here: Repository) -> None:
    here.fails()
    here.heals("test")
    (here.folder / "state" / "cases" / "open.json").write_text("{")
    with pytest.raises(Unreachable, match=r"open\.json"):
        here.heals()
    assert here.github.effects == []


@pytest.mark.parametrize("steps", range(1, 60))
def test_killed_anywhere_the_next_healer_finishes_and_does_nothing_twice(
    here: Repository, steps: int
) -> None:
    run = here.fails()
    here.github.die_at = len(here.github.calls) + steps
    with contextlib.suppress(Killed):
        here.heals()
    here.github.die_at = None
    here.clock.advance(2 * HOUR)
    here.heals()
    assert len(here.github.effects) == 1
    here.ends(run, "success")
    here.clock.advance(DAY / 24)
    here.heals()
    assert here.standing(run) == "healed"


def test_a_run_that_somebody_re_ran_meanwhile_is_not_healed_twice(here: Repository) -> None:
    run = here.fails()
    agenda, doors = here.begins()
    here.github.on_rerun = lambda _run: ""
    here.github.rerun_failed(run)
    before = len(here.github.effects)
    recoveries = recover(found(agenda), doors)
    verify(recoveries, doors)
    assert len(here.github.effects) == before


def test_a_rule_that_was_wrong_too_often_may_only_suggest(here: Repository) -> None:
    record = RulesRecord()
    for _ in range(20):
        record = judged(record, rule="npm-network", strategies=("rerun",), right=False)
    here.store.change("wrong", ["rules.json"], lambda _: {"rules.json": encoded(record)})
    run = here.fails()
    here.heals()
    assert here.standing(run) == "refused"
    assert "npm-network" in here.case(run).reason
    assert here.github.effects == []


def _open(here: Repository) -> set[str]:
    document = json.loads((here.folder / "state" / "cases" / "open.json").read_text())
    return {f"{case['run']['id']}-{case['run']['attempt']}" for case in document["cases"]}


def test_a_green_attempt_whose_report_shows_new_failures_is_not_healed(here: Repository) -> None:
    run = here.fails()
    here.github.reports[run.key] = (_report(failing=()),)
    here.heals()
    again = here.ends(run, "success")
    here.github.reports[again.key] = (_report(failing=("test_pay",)),)
    here.clock.advance(120)
    verdicts = here.heals()
    assert [one.verdict for one in verdicts.verdicts] == ["failed"]
    assert "test_pay" in here.case(run).reason
    assert here.standing(run) == "escalated"


def test_a_report_that_agrees_is_told_of(here: Repository) -> None:
    run = here.fails()
    here.heals()
    again = here.ends(run, "success")
    here.github.reports[again.key] = (_report(failing=()),)
    here.clock.advance(120)
    assert "1 tests, 0 failed" in here.heals().verdicts[0].seen[0]


def _report(failing: tuple[str, ...]) -> bytes:
    cases = "<testcase name='test_well'/>" + "".join(
        f"<testcase name='{name}'><failure/></testcase>" for name in failing
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("report.xml", f"<testsuite>{cases}</testsuite>")
        archive.writestr("readme.txt", "nothing")
    return packed.getvalue()


def test_one_that_cannot_be_finished_keeps_no_other_from_being_healed(here: Repository) -> None:
    stuck, other = here.fails(), here.fails(branch="topic", workflow=".github/workflows/other.yml")
    agenda, doors = here.begins()
    rerun = here.github.rerun_failed

    def refused(run: WorkflowRun) -> str:
        if run.id == stuck.id:
            raise Unreachable("POST rerun-failed-jobs: the token may not", hint="Give it actions: write.")
        return rerun(run)

    here.github.rerun_failed = refused  # type: ignore[method-assign]
    recoveries = recover(found(agenda), doors)
    assert here.github.effects == [f"rerun {other.id}-2"]
    (told,) = (course.lines for course in recoveries.courses if course.case.run.id == stuck.id)
    assert told == ("POST rerun-failed-jobs: the token may not", "Give it actions: write.")
    assert here.standing(stuck) == "pending"
    here.clock.advance(POLICY.proof_within + HOUR)
    here.heals()
    assert here.standing(stuck) == "escalated"
    assert "the token may not" in here.case(stuck).reason


def test_the_run_of_a_repair_is_its_proof_and_not_healed(here: Repository) -> None:
    run = here.fails(branch="remediate/lockfile-0123456789ab", event="pull_request")
    fork = here.fails(branch="remediate/mine", home="eve/shop")
    here.heals()
    assert here.standing(run) == "ignored"
    assert "proof" in here.case(run).reason
    assert here.standing(fork) == "pending"


def test_a_run_that_is_gone_calls_nobody(here: Repository) -> None:
    run = here.fails()
    agenda, doors = here.begins()
    del here.github.attempts[run.id]
    recover(found(agenda), doors)
    assert (here.standing(run), here.case(run).reason) == ("ignored", "the run is gone")


def test_more_failures_than_stages_can_pass_on_are_left_for_the_next_run(here: Repository) -> None:
    for number in range(1300):
        here.fails(branch=f"topic-{number}-{hash(str(number)):x}")
    agenda, _ = here.begins()
    assert 0 < len(agenda.new) <= MOST_CASES
    assert len(agenda.new) + agenda.left == 1300
    assert len(packed(msgspec.json.encode(agenda))) <= MOST_PACKED
