"""Re-runs: of a whole run, of its failed jobs with what needs them, of one job."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..calls import Answer, Call, Refused, route
from ..runs import Job, Run, with_dependents
from .jobs import find_job
from .runs import find_run

MOST_RERUNS = 50
LATEST = 30 * 86400.0


def _allowed(call: Call, run: Run) -> None:
    if run.status != "completed":
        raise Refused(403, "This workflow is already running")
    if call.now > run.created_at + LATEST:
        raise Refused(403, "Unable to retry this workflow run because it was created over a month ago")
    if len(run.attempts) > MOST_RERUNS:
        raise Refused(403, "Unable to retry this workflow run because it has been retried too many times")
    if run.conclusion in ("startup_failure", "action_required"):
        raise Refused(403, "This workflow run cannot be retried")


@route("POST", "~/actions/runs/{run_id}/rerun-failed-jobs", "actions")
def rerun_failed_jobs(call: Call) -> Answer:
    run = find_run(call)
    _allowed(call, run)
    failed = [job.name for job in run.jobs if job.failed]
    if not failed:
        raise Refused(403, "This workflow run cannot be retried")
    return _again(call, run, with_dependents(run.jobs, failed))


@route("POST", "~/actions/runs/{run_id}/rerun", "actions")
def rerun(call: Call) -> Answer:
    run = find_run(call)
    _allowed(call, run)
    return _again(call, run, [job.name for job in run.jobs])


@route("POST", "~/actions/jobs/{job_id}/rerun", "actions")
def rerun_job(call: Call) -> Answer:
    job = find_job(call)
    run: Run = job.run
    _allowed(call, run)
    if job.reusable:
        raise Refused(403, "Unable to re-run a job of a reusable workflow alone")
    if job.attempt != run.attempt.number:
        raise Refused(403, "Only jobs from the current attempt can be re-run")
    return _again(call, run, with_dependents(run.jobs, [job.name]))


def _again(call: Call, run: Run, names: Sequence[str]) -> Answer:
    """Opens the next attempt: same commit; jobs that are not named keep their result."""
    before = run.jobs
    waiting = [_carried(job, again=job.name in names) for job in before]
    run.open_attempt(call.actor, waiting)
    repo, life = call.repo, call.box.life
    if repo.on_rerun is not None:
        call.afterwards.append(lambda: _as_told(run, names))
    elif life is not None and life.plays(run):
        call.afterwards.append(lambda: life.rerun(run, list(names)))
    else:
        call.afterwards.append(
            lambda: settle(run, [replace(run.job(name), conclusion="success") for name in names])
        )
    return Answer(201, {})


def _carried(job: Job, *, again: bool) -> Job:
    if not again:
        return replace(job, id=0)
    return replace(
        job, id=0, status="queued", conclusion=None, log=None, annotations=(), steps=(),
        created_at=None, started_at=None, completed_at=None,
    )  # fmt: skip


def _as_told(run: Run, names: Sequence[str]) -> None:
    """What the test says that the re-run gives; None leaves it queued, for the test to end."""
    told = run.repo.on_rerun(run) if run.repo.on_rerun else None
    if told is not None:
        settle(run, told, names)


def settle(run: Run, results: Iterable[Job], names: Sequence[str] = ()) -> None:
    """Puts results in the place of the jobs of the same names and ends the attempt.

    Jobs of the re-run that got no result end as success.
    """
    found = {job.name: replace(job, status="completed") for job in results}
    jobs = []
    for job in run.jobs:
        if job.name in found:
            jobs.append(replace(found.pop(job.name), needs=job.needs, id=job.id))
        elif job.status != "completed":
            jobs.append(replace(job, status="completed", conclusion="success", log=b""))
        else:
            jobs.append(job)
    run.set_jobs([*jobs, *found.values()])
    run.end()
