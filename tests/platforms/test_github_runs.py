"""Runs, jobs, logs and re-runs of GitHub, as the box tells them."""

from __future__ import annotations

from pathlib import Path

from box import Job
from boxed import Boxed

LOG = b"2026-11-02T09:00:00.0000000Z hello\n"


def test_the_runs_that_failed_are_found_with_all_that_is_known_of_them(world: Boxed) -> None:
    world.repo.add_run(conclusion="success", jobs=[Job(name="build")])
    for conclusion in ("failure", "timed_out", "startup_failure", "cancelled", "neutral", "stale"):
        world.box.clock.advance(1)
        world.repo.add_run(name=conclusion, conclusion=conclusion, jobs=[Job(name="build")])
    hub = world.adapter()
    found = hub.unsuccessful_runs(world.box.clock.now() - 100)
    assert [run.name for run in found] == [
        "failure",
        "timed_out",
        "startup_failure",
        "cancelled",
        "neutral",
        "stale",
    ]
    assert found[0].repository == found[0].home == "octo/shop"
    assert found[0].ended
    assert hub.unsuccessful_runs(world.box.clock.now() + 1) == ()
    assert hub.calls_made <= 6


def test_a_job_s_log_is_fetched_without_the_token(world: Boxed, tmp_path: Path) -> None:
    run = world.repo.add_run(conclusion="failure", jobs=[Job(name="build", conclusion="failure", log=LOG)])
    hub = world.adapter()
    job = hub.jobs(run.id, 1)[0]
    log = hub.job_log(job, tmp_path)
    assert log.path.read_bytes() == LOG
    assert not log.cut
    downloads = world.calls(part="/downloads/")
    assert downloads
    assert all(one.authorization is None for one in downloads)


def test_the_failed_jobs_are_run_again_once(world: Boxed) -> None:
    run = world.repo.add_run(conclusion="failure", jobs=[Job(name="build", conclusion="failure", log=LOG)])
    hub = world.adapter()
    failed = hub.run(run.id)
    assert hub.rerun_failed(failed) == ""
    assert hub.rerun_failed(failed) == ""
    assert hub.run(run.id).attempt == 2
    assert hub.run(run.id, 1).conclusion == "failure"
    assert hub.run(run.id).conclusion == "success"
    assert len(world.calls("POST")) == 1


def test_an_end_that_is_not_told_yet_is_not_taken_for_a_failure(world: Boxed) -> None:
    run = world.repo.add_run(conclusion="failure", jobs=[])
    run.attempt.conclusion = None
    hub = world.adapter()
    assert hub.unsuccessful_runs(0) == ()
    run.attempt.conclusion = "failure"
    assert [found.id for found in hub.unsuccessful_runs(0)] == [run.id]
