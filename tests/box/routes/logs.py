"""Logs of jobs, and archives of runs, behind addresses that last a minute."""

from __future__ import annotations

from ..archives import run_archive
from ..calls import Answer, Call, Refused, not_found, route
from ..runs import Attempt, Job, Run
from .jobs import find_job
from .runs import find_attempt, find_run

DAY = 86400.0


def _expired(call: Call, run: Run, attempt: Attempt) -> bool:
    return run.logs_deleted or call.now > attempt.started_at + call.repo.settings.retention_days * DAY


@route("GET", "~/actions/jobs/{job_id}/logs", "actions")
def job_log(call: Call) -> Answer:
    job: Job = find_job(call)
    run: Run = job.run
    if job.log_gone or _expired(call, run, run.attempts[job.attempt - 1]):
        raise Refused(410, "Server Error")
    # The log is written when the job is over.
    if job.log is None or job.status != "completed":
        raise not_found()
    return call.box.downloads.redirect("job-logs", f"{job.id}.txt", job.log, "text/plain; charset=utf-8")


def _archive(call: Call, run: Run, attempt: Attempt) -> Answer:
    if _expired(call, run, attempt):
        raise Refused(410, "Server Error")
    if attempt.status != "completed" or all(job.log is None for job in attempt.jobs):
        raise not_found()
    name = f"logs_{run.id}_{attempt.number}.zip"
    return call.box.downloads.redirect("run-logs", name, run_archive(attempt), "application/zip")


@route("GET", "~/actions/runs/{run_id}/logs", "actions")
def run_logs(call: Call) -> Answer:
    run = find_run(call)
    return _archive(call, run, run.attempt)


@route("GET", "~/actions/runs/{run_id}/attempts/{attempt_number}/logs", "actions")
def attempt_logs(call: Call) -> Answer:
    return _archive(call, *find_attempt(call))


@route("DELETE", "~/actions/runs/{run_id}/logs", "actions")
def delete_logs(call: Call) -> Answer:
    find_run(call).logs_deleted = True
    return Answer(204)
