"""Check suites, one for each run, and what a run cost."""

from __future__ import annotations

from typing import Any

from .. import render
from ..calls import Answer, Call, not_found, route
from ..clock import iso
from ..runs import Run
from .runs import find_run


def _shown(call: Call, run: Run) -> dict[str, Any]:
    number = render.check_suite_id(run)
    here = render.url_of(call.repo, "check-suites", number)
    head = call.box.repositories.get(run.head_repository, call.repo)
    return {
        "id": number,
        "node_id": render.node("CS", number),
        "head_branch": run.branch,
        "head_sha": run.sha,
        "status": run.status,
        "conclusion": run.conclusion,
        "url": here,
        "before": None,
        "after": run.sha,
        "pull_requests": [],
        "app": render.app(call.box),
        "repository": render.minimal_repository(call.repo),
        "created_at": iso(run.created_at),
        "updated_at": iso(run.attempt.updated_at),
        "head_commit": render.simple_commit(head, run.sha) or _unknown(run),
        "latest_check_runs_count": len(run.jobs),
        "check_runs_url": f"{here}/check-runs",
    }


def _unknown(run: Run) -> dict[str, Any]:
    nobody = {"name": "ghost", "email": "ghost@example.org"}
    moment = iso(run.created_at)
    made = {"id": run.sha, "tree_id": run.sha, "message": run.display_title, "timestamp": moment}
    return {**made, "author": nobody, "committer": nobody}


@route("GET", "~/commits/{ref}/check-suites", "checks")
def list_suites(call: Call) -> Answer:
    sha = call.repo.git.commit_of(call.params["ref"]) or call.params["ref"]
    found = [run for run in call.repo.runs.values() if run.sha == sha]
    return call.page(found, lambda run: _shown(call, run), "check_suites")


def _find(call: Call) -> Run:
    number = call.number("check_suite_id")
    for run in call.repo.runs.values():
        if render.check_suite_id(run) == number:
            return run
    raise not_found()


@route("GET", "~/check-suites/{check_suite_id}", "checks")
def get_suite(call: Call) -> Answer:
    return Answer(200, _shown(call, _find(call)))


@route("GET", "~/check-suites/{check_suite_id}/check-runs", "checks")
def list_runs_of_suite(call: Call) -> Answer:
    return call.page(_find(call).jobs, render.check_of_job, "check_runs")


@route("GET", "~/actions/runs/{run_id}/timing", "actions")
def timing(call: Call) -> Answer:
    run = find_run(call)
    spent = sum(
        max(0.0, (job.completed_at or 0) - (job.started_at or 0)) for job in run.jobs if job.completed_at
    )
    shown: dict[str, Any] = {"billable": {"UBUNTU": {"total_ms": int(spent * 1000), "jobs": len(run.jobs)}}}
    return Answer(
        200, {**shown, "run_duration_ms": int((run.attempt.updated_at - run.attempt.started_at) * 1000)}
    )
