"""Jobs of a run and of its attempts."""

from __future__ import annotations

from .. import render
from ..calls import Answer, Call, not_found, route
from ..runs import Job
from .runs import find_attempt, find_run


def find_job(call: Call) -> Job:
    number = call.number("job_id")
    for run in call.repo.runs.values():
        for attempt in run.attempts:
            for job in attempt.jobs:
                if job.id == number:
                    return job
    raise not_found()


@route("GET", "~/actions/runs/{run_id}/jobs", "actions")
def list_jobs(call: Call) -> Answer:
    run = find_run(call)
    every = [job for attempt in run.attempts for job in attempt.jobs]
    shown = every if call.query.get("filter") == "all" else run.jobs
    return call.page(shown, render.job, "jobs")


@route("GET", "~/actions/runs/{run_id}/attempts/{attempt_number}/jobs", "actions")
def list_jobs_of_attempt(call: Call) -> Answer:
    _, attempt = find_attempt(call)
    return call.page(attempt.jobs, render.job, "jobs")


@route("GET", "~/actions/jobs/{job_id}", "actions")
def get_job(call: Call) -> Answer:
    return Answer(200, render.job(find_job(call)))
