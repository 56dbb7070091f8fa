"""Detect finds out why runs failed: the ladder of evidence, whole runs, and within the calls there are."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent / "platforms"))

from box import Job
from boxed import ALL, Boxed, boxed
from detecting import DEFECT, LOCKFILE, LOST, NETWORK, PASSED, agenda_of, case_of, doors_of
from fakes.fake_clock import FakeClock
from fakes.fake_platform import FakeGitHub

from remediate.errors import Unreachable
from remediate.model.actions import Job as ActionsJob
from remediate.model.case import Case, Restored
from remediate.model.stage import Finding, Findings, JobFinding
from remediate.platforms.github import Bounds, GitHub
from remediate.stages.abstaining import abstained
from remediate.stages.detect import concluded, detect
from remediate.stages.passing_on import MOST_PACKED, packed

FAILED: dict[str, Any] = {"name": "build", "conclusion": "failure"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Boxed]:
    with boxed(tmp_path) as made:
        yield made


def found_in(world: Boxed, hub: GitHub, folder: Path) -> Findings:
    runs = hub.unsuccessful_runs(0)
    return detect(agenda_of(world, *(case_of(run) for run in runs)), doors_of(world, hub, folder))


def one(world: Boxed, folder: Path, *jobs: Job, conclusion: str = "failure", later: float = 3600) -> Finding:
    world.repo.add_run(conclusion=conclusion, jobs=list(jobs))
    world.box.clock.advance(later)
    findings = found_in(world, world.adapter(), folder)
    assert len(findings.findings) == 1
    assert findings.agenda.left == 0
    return findings.findings[0]


def test_a_job_s_log_tells_why(world: Boxed, tmp_path: Path) -> None:
    finding = one(world, tmp_path, Job(**FAILED, log=NETWORK), Job(name="other", log=PASSED))
    assert [job.rung for job in finding.jobs] == ["log"]
    assert finding.case.diagnosis is not None
    assert (finding.case.diagnosis.cause, finding.case.diagnosis.recovery) == ("network", "rerun")
    assert finding.case.diagnosis.job == "build"
    assert finding.case.phase == "found"
    assert not list((tmp_path / "logs").iterdir())


def test_a_lost_runner_shows_in_annotations_alone(world: Boxed, tmp_path: Path) -> None:
    finding = one(world, tmp_path, Job(**FAILED, log=None, annotations=[{"message": LOST}]))
    assert finding.jobs[0].rung == "annotations"
    assert finding.jobs[0].gap is not None
    assert finding.case.diagnosis is not None
    assert (finding.case.diagnosis.cause, finding.case.diagnosis.recovery) == ("runner-lost", "rerun")


def test_a_lost_runner_is_seen_behind_many_annotations(world: Boxed, tmp_path: Path) -> None:
    told = [*({"message": f"line {number} is long"} for number in range(130)), {"message": LOST}]
    finding = one(world, tmp_path, Job(**FAILED, log=None, annotations=told))
    assert finding.case.diagnosis is not None
    assert finding.case.diagnosis.cause == "runner-lost"


def test_an_annotation_that_a_step_wrote_hides_no_defect(world: Boxed, tmp_path: Path) -> None:
    finding = one(world, tmp_path, Job(**FAILED, log=DEFECT, annotations=[{"message": LOST}]))
    assert finding.case.diagnosis is not None
    assert finding.case.diagnosis.cause == "compile"
    assert finding.case.diagnosis.recovery is None


def test_a_timeout_of_a_job_that_the_platform_calls_cancelled_is_seen(world: Boxed, tmp_path: Path) -> None:
    told = (
        "The job running on runner GitHub Actions 3 has exceeded the maximum execution time of 360 minutes."
    )
    job = Job(name="build", conclusion="cancelled", log=b"", annotations=[{"message": told}])
    finding = one(world, tmp_path, job)
    assert finding.case.diagnosis is not None
    assert finding.case.diagnosis.cause == "timeout"


@pytest.mark.parametrize(
    ("job", "later", "gap"),
    [
        (
            Job(**FAILED, log=None, steps=[{"name": "test", "conclusion": None, "status": "in_progress"}]),
            3600,
            "dead-runner",
        ),
        (Job(**FAILED, log=None, runner_name=None), 3600, "missing"),
        (Job(**FAILED, log=None, steps=[{"name": "test", "conclusion": "failure"}]), 3600, "missing"),
        (Job(**FAILED, log=b"", log_gone=True), 3600, "expired"),
        (Job(**FAILED, log=NETWORK), 91 * 86400, "expired"),
    ],
)
def test_a_log_that_is_not_there_is_told_by_its_name(
    world: Boxed, tmp_path: Path, job: Job, later: float, gap: str
) -> None:
    finding = one(world, tmp_path, job, later=later)
    assert finding.jobs[0].gap == gap
    assert finding.jobs[0].gap_reason
    assert finding.jobs[0].rung == ("steps" if job.steps else "none")
    assert finding.case.diagnosis is not None
    assert finding.case.diagnosis.reason == "log-missing"
    assert finding.case.diagnosis.hint


def test_a_log_that_may_still_come_is_waited_for(world: Boxed, tmp_path: Path) -> None:
    finding = one(world, tmp_path, Job(**FAILED, log=None), later=10)
    assert finding.case.diagnosis is None
    assert (finding.case.phase, finding.case.standing) == ("waiting", "pending")
    assert finding.case.due > world.box.clock.now()
    world.repo.runs[finding.case.run.id].jobs[0].log = NETWORK
    world.box.clock.advance(300)
    hub = world.adapter()
    agenda = msgspec.structs.replace(agenda_of(world), open=(finding.case,))
    again = detect(agenda, doors_of(world, hub, tmp_path)).findings[0]
    assert again.case.diagnosis is not None
    assert again.case.diagnosis.cause == "network"


@pytest.mark.parametrize(("log", "reason"), [(b"", "log-empty"), (b"  \n\n", "log-empty")])
def test_an_empty_log_is_no_unknown_failure(world: Boxed, tmp_path: Path, log: bytes, reason: str) -> None:
    finding = one(world, tmp_path, Job(**FAILED, log=log))
    assert finding.case.diagnosis is not None
    assert finding.case.diagnosis.reason == reason


def test_of_half_a_log_nothing_is_recovered(world: Boxed, tmp_path: Path) -> None:
    world.box.mischief.truncate(times=9, keep=0.8)
    finding = one(world, tmp_path, Job(**FAILED, log=NETWORK))
    assert finding.case.diagnosis is not None
    assert finding.case.diagnosis.recovery is None
    assert "cut off" in finding.jobs[0].gap_reason


def test_a_run_without_jobs_says_where_to_look(world: Boxed, tmp_path: Path) -> None:
    finding = one(world, tmp_path, conclusion="startup_failure")
    assert finding.case.diagnosis is not None
    assert "before any job" in finding.case.diagnosis.title


def test_a_defect_decides_for_all_jobs(world: Boxed, tmp_path: Path) -> None:
    jobs = (Job(**FAILED, log=NETWORK), Job(name="types", conclusion="failure", log=DEFECT))
    finding = one(world, tmp_path, *jobs)
    assert finding.case.diagnosis is not None
    assert finding.case.diagnosis.cause == "compile"
    assert "`types` decides" in finding.case.reason


def test_what_was_stopped_by_a_failed_sibling_is_left_aside(world: Boxed, tmp_path: Path) -> None:
    stopped = Job(
        name="b", conclusion="cancelled", log=b"", annotations=[{"message": "The operation was canceled."}]
    )
    finding = one(world, tmp_path, Job(**FAILED, log=NETWORK), stopped)
    assert finding.case.diagnosis is not None
    assert finding.case.diagnosis.cause == "network"
    assert "1 more was stopped" in finding.case.reason


def test_secrets_in_names_and_logs_do_not_get_out(world: Boxed, tmp_path: Path) -> None:
    log = NETWORK.replace(b"npm error network aborted", b"npm error network aborted hunter2hunter2")
    finding = one(world, tmp_path, Job(name="build hunter2hunter2", conclusion="failure", log=log))
    assert finding.case.diagnosis is not None
    assert b"hunter2" not in msgspec.json.encode(finding.case.diagnosis)


def test_many_failed_jobs_of_one_run_are_read_from_its_archive(world: Boxed, tmp_path: Path) -> None:
    jobs = [Job(name=f"build {number}", conclusion="failure", log=NETWORK) for number in range(30)]
    finding = one(world, tmp_path, *jobs)
    assert len(finding.jobs) == 30
    assert {job.rung for job in finding.jobs} == {"archive"}
    assert not world.calls(part="/actions/jobs/")
    assert not world.calls(part="/annotations")


@pytest.mark.parametrize("spoil", ["corrupt", "truncate"])
def test_where_the_archive_cannot_be_unpacked_each_job_is_asked(
    world: Boxed, tmp_path: Path, spoil: str
) -> None:
    jobs = [Job(name=f"build {number}", conclusion="failure", log=NETWORK * 50) for number in range(11)]
    getattr(world.box.mischief, spoil)(path=r"/downloads/.*(zip|archive|runs)", times=9)
    finding = one(world, tmp_path, *jobs)
    assert [job.rung for job in finding.jobs].count("log") == 10
    assert len(finding.jobs) == 11
    assert finding.case.diagnosis is not None
    assert finding.case.diagnosis.recovery is None
    assert not list((tmp_path / "logs").iterdir())


def test_of_many_jobs_that_nobody_explains_a_few_are_asked_for(world: Boxed, tmp_path: Path) -> None:
    told = [Job(name=f"build {number}", conclusion="failure", log=NETWORK) for number in range(30)]
    lost = [
        Job(name=f"lost {n}", conclusion="failure", log=None, annotations=[{"message": LOST}])
        for n in range(30)
    ]
    finding = one(world, tmp_path, *told, *lost)
    assert len(finding.jobs) == 60
    assert len(world.calls(part="/annotations")) == 10
    assert [job.diagnosis.cause for job in finding.jobs].count("runner-lost") == 10
    assert finding.case.diagnosis is not None
    assert finding.case.diagnosis.recovery is None


def test_jobs_of_the_same_name_do_not_hide_each_other(world: Boxed, tmp_path: Path) -> None:
    jobs = [
        Job(name="a/b", conclusion="failure", log=NETWORK),
        Job(name="ab", conclusion="failure", log=DEFECT),
    ]
    for _ in range(40):
        world.box.clock.advance(1)
        world.repo.add_run(conclusion="failure", jobs=jobs)
    world.box.clock.advance(3600)
    findings = found_in(world, world.adapter(bounds=Bounds(calls=200)), tmp_path)
    causes = {finding.case.diagnosis.cause for finding in findings.findings if finding.case.diagnosis}
    assert causes == {"compile"}


def test_a_failed_job_that_an_archive_is_silent_of_keeps_hands_off(world: Boxed, tmp_path: Path) -> None:
    """Where calls are short too: what it failed of is not known, and a re-run would repeat it."""
    jobs = [Job(**FAILED, log=NETWORK), Job(name="types", conclusion="failure", log=None)]
    for _ in range(40):
        world.box.clock.advance(1)
        world.repo.add_run(conclusion="failure", jobs=jobs)
    world.box.clock.advance(3600)
    findings = found_in(world, world.adapter(bounds=Bounds(calls=300)), tmp_path)
    assert findings.findings
    told = {
        (one.case.diagnosis.cause, one.case.diagnosis.recovery)
        for one in findings.findings
        if one.case.diagnosis
    }
    assert told == {("unclassified", None)}


def test_one_that_cannot_be_looked_at_does_not_stop_the_others(world: Boxed, tmp_path: Path) -> None:
    broken = world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED, log=NETWORK)])
    world.box.clock.advance(1)
    world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED, log=NETWORK)])
    world.box.clock.advance(3600)
    world.box.mischief.fail(path=f"/runs/{broken.id}/attempts", status=500, times=99)
    findings = found_in(world, world.adapter(), tmp_path)
    assert len(findings.findings) == 1
    assert findings.agenda.left == 1
    assert "could not be looked at" in findings.agenda.head.notes[0]


def test_a_few_that_cannot_be_looked_at_do_not_stand_before_all_others(world: Boxed, tmp_path: Path) -> None:
    for number in range(8):
        world.box.clock.advance(1)
        run = world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED, log=NETWORK)])
        if number < 3:
            world.box.mischief.fail(path=f"/runs/{run.id}/attempts", status=500, times=99)
    world.box.clock.advance(3600)
    findings = found_in(world, world.adapter(), tmp_path)
    assert (len(findings.findings), findings.agenda.left) == (5, 3)


def test_when_nothing_can_be_looked_at_it_says_so_soon(world: Boxed, tmp_path: Path) -> None:
    for _ in range(20):
        world.box.clock.advance(1)
        world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED, log=NETWORK)])
    hub = world.adapter({"actions": "read"})
    with pytest.raises(Unreachable) as raised:
        found_in(world, hub, tmp_path)
    assert "checks: read" in raised.value.hint
    assert hub.calls_made < 20


def test_five_hundred_failures_cost_less_than_a_thousand_calls(world: Boxed, tmp_path: Path) -> None:
    logs = [NETWORK, DEFECT, LOCKFILE]
    for number in range(500):
        world.box.clock.advance(2)
        jobs = [Job(name="setup", log=PASSED), Job(**FAILED, log=logs[number % 3])]
        world.repo.add_run(name=f"ci {number % 7}", workflow=f".github/workflows/{number % 7}.yml",
                           conclusion="failure", jobs=jobs)  # fmt: skip
    world.box.clock.advance(3600)
    token = world.box.token(world.repo, permissions=ALL)
    hub = world.adapter_with(token)
    began = time.monotonic()
    findings = found_in(world, hub, tmp_path)
    made = len([seen for seen in world.box.requests if "/downloads/" not in seen.path])
    print(f"500 failures: {made} calls in {time.monotonic() - began:.1f} s, {findings.agenda.left} left")
    assert made == hub.calls_made < 1000
    assert findings.agenda.left == 0
    causes = [finding.case.diagnosis.cause for finding in findings.findings if finding.case.diagnosis]
    assert {cause: causes.count(cause) for cause in causes} == {
        "network": 167,
        "compile": 167,
        "lockfile": 166,
    }
    assert len(packed(msgspec.json.encode(findings))) <= MOST_PACKED


def test_what_does_not_fit_into_the_calls_is_left_and_counted(world: Boxed, tmp_path: Path) -> None:
    for _ in range(30):
        world.box.clock.advance(2)
        world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED, log=NETWORK)])
    hub = world.adapter(bounds=Bounds(calls=140))
    findings = found_in(world, hub, tmp_path)
    assert 10 < len(findings.findings) < 30
    assert findings.agenda.left == 30 - len(findings.findings)
    assert len(findings.agenda.new) == 30


def test_calls_are_not_spent_on_archives_that_are_not_there(world: Boxed, tmp_path: Path) -> None:
    """As when the platform loses its runners: no log of any run was ever written."""
    for _ in range(60):
        world.box.clock.advance(2)
        lost = Job(**FAILED, log=None, annotations=[{"message": LOST}])
        world.repo.add_run(conclusion="failure", jobs=[lost])
    world.box.clock.advance(3600)
    hub = world.adapter(bounds=Bounds(calls=330))
    findings = found_in(world, hub, tmp_path)
    assert len(findings.findings) > 50
    assert findings.agenda.left == 60 - len(findings.findings)
    causes = {finding.case.diagnosis.cause for finding in findings.findings if finding.case.diagnosis}
    assert causes == {"runner-lost"}


class Hasty(FakeClock):
    """Two minutes go by between two looks at it."""

    def now(self) -> float:
        self.advance(120)
        return super().now()


def test_what_the_time_does_not_suffice_for_waits_for_the_next_run(world: Boxed, tmp_path: Path) -> None:
    for number in range(6):
        world.repo.add_run(conclusion="failure", jobs=[Job(**FAILED, log=NETWORK)], branch=f"topic-{number}")
    world.box.clock.advance(3600)
    hub = world.adapter()
    doors = msgspec.structs.replace(doors_of(world, hub, tmp_path), clock=Hasty())
    findings = detect(agenda_of(world, *(case_of(run) for run in hub.unsuccessful_runs(0))), doors)
    assert 0 < len(findings.findings) < 6
    assert findings.agenda.left == 6 - len(findings.findings)


def test_only_what_the_job_restored_that_decides_may_be_blamed() -> None:
    def job(cause: str, key: str) -> JobFinding:
        told = msgspec.structs.replace(
            abstained(source="x", hint=""), cause=cause, recovery="cache-purge", confidence=0.95
        )
        if cause == "network":
            told = msgspec.structs.replace(told, recovery="rerun")
        made = ActionsJob(id=1, run=1, attempt=1, name=key, status="completed", conclusion="failure")
        return JobFinding(job=made, rung="log", diagnosis=told, restored=(Restored(key=key),))

    case = Case(run=FakeGitHub(FakeClock()).add_run(), trusted=True)
    finding = concluded(case, (job("network", "pip-1"), job("cache", "npm-1")), 0.0, 0.85)
    assert [each.key for each in finding.case.restored] == ["npm-1"]
