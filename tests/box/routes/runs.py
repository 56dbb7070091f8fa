"""Workflow runs: lists with their filters, one run, one attempt."""

from __future__ import annotations

import re
from typing import Any

from .. import render
from ..calls import Answer, Call, Refused, not_found, route
from ..clock import parse
from ..runs import Attempt, Run

DAY = 86400.0
# With a filter GitHub finds no more than this many.
MOST_FOUND = 1000
_FILTERS = ("actor", "branch", "check_suite_id", "created", "event", "head_sha", "status")
_COMPARED = re.compile(r"^(>=|<=|>|<)?(.+)$")


def find_run(call: Call) -> Run:
    run = call.repo.runs.get(call.number("run_id"))
    if run is None:
        raise not_found()
    return run


def find_attempt(call: Call) -> tuple[Run, Attempt]:
    run, number = find_run(call), call.number("attempt_number")
    if not 1 <= number <= len(run.attempts):
        raise not_found()
    return run, run.attempts[number - 1]


def _moment(text: str) -> tuple[float, float]:
    """A date as the span of its day, a moment as itself."""
    try:
        start = parse(text)
    except ValueError:
        raise Refused(422, f"Invalid date: {text[:40]}") from None
    return start, start + (DAY - 1 if len(text.strip()) == 10 else 0)


def within(moment: float, asked: str) -> bool:
    """Whether a moment fits `2026-01-01..2026-01-31`, `>=2026-01-01`, `*..2026-01-31` or a date."""
    moment = float(int(moment))
    if ".." in asked:
        first, last = asked.split("..", 1)
        return (first == "*" or moment >= _moment(first)[0]) and (last == "*" or moment <= _moment(last)[1])
    matched = _COMPARED.match(asked)
    assert matched is not None
    sign, (start, end) = matched[1], _moment(matched[2])
    fits = {">=": moment >= start, ">": moment > end, "<=": moment <= end, "<": moment < start}
    return fits.get(sign or "", start <= moment <= end)


def _fits(run: Run, query: Any) -> bool:
    return (
        query.get("actor") in (None, run.actor)
        and query.get("branch") in (None, run.branch)
        and query.get("event") in (None, run.event)
        and query.get("head_sha") in (None, run.sha)
        and query.get("status") in (None, run.status, run.conclusion)
        and query.get("check_suite_id") in (None, str(render.check_suite_id(run)))
        and ("created" not in query or within(run.created_at, query["created"]))
    )


def listed(call: Call, runs: list[Run]) -> Answer:
    found = [run for run in runs if _fits(run, call.query)]
    found.sort(key=lambda run: (run.created_at, run.id), reverse=True)
    if any(name in call.query for name in _FILTERS):
        found = found[:MOST_FOUND]
    return call.page(found, lambda run: _without_pulls(call, render.run(run)), "workflow_runs")


def _without_pulls(call: Call, shown: dict[str, Any]) -> dict[str, Any]:
    return {**shown, "pull_requests": []} if call.query.get("exclude_pull_requests") == "true" else shown


@route("GET", "~/actions/runs", "actions")
def list_runs(call: Call) -> Answer:
    return listed(call, list(call.repo.runs.values()))


@route("GET", "~/actions/workflows/{workflow_id}/runs", "actions")
def list_runs_of_workflow(call: Call) -> Answer:
    from .workflows import find_workflow  # noqa: PLC0415 - the two know each other

    path = find_workflow(call)
    return listed(call, [run for run in call.repo.runs.values() if run.workflow == path])


@route("GET", "~/actions/runs/{run_id}", "actions")
def get_run(call: Call) -> Answer:
    return Answer(200, _without_pulls(call, render.run(find_run(call))))


@route("DELETE", "~/actions/runs/{run_id}", "actions")
def delete_run(call: Call) -> Answer:
    run = find_run(call)
    if run.status != "completed":
        raise Refused(403, "Could not delete the workflow run")
    del call.repo.runs[run.id]
    return Answer(204)


@route("GET", "~/actions/runs/{run_id}/attempts/{attempt_number}", "actions")
def get_attempt(call: Call) -> Answer:
    run, attempt = find_attempt(call)
    return Answer(200, _without_pulls(call, render.attempt(run, attempt)))


@route("POST", "~/actions/runs/{run_id}/cancel", "actions")
def cancel_run(call: Call) -> Answer:
    run = find_run(call)
    if run.status == "completed":
        raise Refused(409, "Cannot cancel a workflow run that is completed.")
    life = call.box.life
    if life is not None and life.plays(run):
        call.afterwards.append(lambda: life.cancel(run))
    else:
        run.stop()
    return Answer(202, {})


@route("POST", "~/actions/runs/{run_id}/approve", "actions")
def approve_run(call: Call) -> Answer:
    """Lets the run of a pull request begin that waits for somebody with write access."""
    run = find_run(call)
    if run.conclusion != "action_required":
        raise Refused(403, "This run is not waiting for approval")
    if call.token is None or call.token.kind == "workflow":
        raise Refused(403, "Resource not accessible by integration")
    run.attempt.status, run.attempt.conclusion = "queued", None
    life = call.box.life
    if life is not None and life.plays(run):
        call.afterwards.append(lambda: life.approve(run))
    return Answer(201, {})
