"""A run out of its time is told by GitHub as a cancelled one: detect finds those that nobody stopped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent / "platforms"))

from box import Job, Run
from boxed import Boxed, boxed
from detecting import agenda_of, case_of, doors_of

from remediate.model.case import Case
from remediate.model.policy import Policy
from remediate.model.stage import Findings, Settings
from remediate.stages.detect import detect

OVER = "The job running on runner GitHub Actions 3 has exceeded the maximum execution time of 60 minutes."
STOPPED = "The operation was canceled."


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Boxed]:
    with boxed(tmp_path) as made:
        yield made


def cancelled(world: Boxed, said: str, *, lasted: float = 3600, workflow: str = "ci.yml") -> Run:
    job = Job(name="build", conclusion="cancelled", log=None, annotations=[{"message": said}])
    run = world.repo.add_run(
        status="in_progress", jobs=[job], workflow=f".github/workflows/{workflow}", conclusion=None
    )
    world.box.clock.advance(lasted)
    run.jobs[0].completed_at = world.box.clock.now()
    run.end("cancelled", fire=False)
    return run


def closed(case: Case) -> Case:
    return msgspec.structs.replace(case, standing="ignored", phase="closed", reason="cancelled", closed=2.0)


def found(world: Boxed, folder: Path, policy: Policy | None = None) -> Findings:
    hub = world.adapter()
    ignored = tuple(closed(case_of(run)) for run in hub.unsuccessful_runs(0))
    agenda = msgspec.structs.replace(agenda_of(world), ignored=ignored)
    head = msgspec.structs.replace(agenda.head, settings=Settings(policy=policy or Policy()))
    return detect(msgspec.structs.replace(agenda, head=head), doors_of(world, hub, folder))


def ignored(findings: Findings) -> list[int]:
    return [case.run.id for case in findings.agenda.ignored]


def test_what_ran_out_of_its_time_is_a_failure(world: Boxed, tmp_path: Path) -> None:
    run = cancelled(world, OVER)
    findings = found(world, tmp_path)
    (finding,) = findings.findings
    assert finding.case.diagnosis is not None
    assert (finding.case.diagnosis.cause, finding.case.diagnosis.recovery) == ("timeout", None)
    assert (finding.case.standing, finding.case.phase, finding.case.closed) == ("pending", "found", 0)
    assert findings.agenda.new == (finding.case,)
    assert ignored(findings) == []
    assert finding.case.run.id == run.id


def test_what_was_stopped_stays_ignored(world: Boxed, tmp_path: Path) -> None:
    run = cancelled(world, STOPPED)
    findings = found(world, tmp_path)
    assert (findings.findings, findings.agenda.new) == ((), ())
    assert ignored(findings) == [run.id]
    assert findings.agenda.ignored[0].reason == "cancelled"


def test_what_is_passed_over_however_it_ended_stays_ignored(world: Boxed, tmp_path: Path) -> None:
    run = cancelled(world, OVER, workflow="nightly.yml")
    findings = found(world, tmp_path, Policy(ignore_workflows=(".github/workflows/nightly.yml",)))
    assert (findings.findings, ignored(findings)) == ((), [run.id])


def test_what_was_cancelled_within_a_minute_costs_no_call(world: Boxed, tmp_path: Path) -> None:
    cancelled(world, OVER, lasted=59)
    hub = world.adapter()
    agenda = msgspec.structs.replace(
        agenda_of(world), ignored=tuple(closed(case_of(run)) for run in hub.unsuccessful_runs(0))
    )
    before = hub.calls_made
    assert detect(agenda, doors_of(world, hub, tmp_path)).agenda == agenda
    assert hub.calls_made == before


def test_of_many_the_latest_are_asked(world: Boxed, tmp_path: Path) -> None:
    runs = [cancelled(world, OVER) for _ in range(12)]
    findings = found(world, tmp_path)
    assert [one.case.run.id for one in findings.findings] == [run.id for run in runs[2:]]
    assert sorted(ignored(findings)) == [run.id for run in runs[:2]]


def test_who_cannot_be_asked_leaves_it_as_it_is(world: Boxed, tmp_path: Path) -> None:
    run = cancelled(world, OVER)
    world.box.mischief.fail(path=f"/runs/{run.id}/attempts", status=500, times=99)
    findings = found(world, tmp_path)
    assert (findings.findings, ignored(findings)) == ((), [run.id])
    assert "could not be looked at" in findings.agenda.head.notes[0]
