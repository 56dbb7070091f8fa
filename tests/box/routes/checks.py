"""Check runs and their annotations."""

from __future__ import annotations

from typing import Any

from .. import render
from ..calls import Answer, Call, Refused, not_found, route
from ..clock import parse
from ..runs import Annotation, Job
from ..talk import CheckRun

# So many annotations GitHub takes in one request.
MOST_ANNOTATIONS = 50


def _jobs(call: Call) -> list[Job]:
    return [job for run in call.repo.runs.values() for attempt in run.attempts for job in attempt.jobs]


def _find(call: Call) -> Job | CheckRun:
    number = call.number("check_run_id")
    found = next((job for job in _jobs(call) if job.id == number), None)
    held = found or call.repo.check_runs.get(number)
    if held is None:
        raise not_found()
    return held


def _shown(call: Call, held: Job | CheckRun) -> dict[str, Any]:
    return render.check_of_job(held) if isinstance(held, Job) else render.check_run(call.repo, held)


@route("GET", "~/check-runs/{check_run_id}", "checks")
def get_check_run(call: Call) -> Answer:
    return Answer(200, _shown(call, _find(call)))


@route("GET", "~/check-runs/{check_run_id}/annotations", "checks")
def list_annotations(call: Call) -> Answer:
    held = _find(call)
    sha = held.run.sha if isinstance(held, Job) else held.head_sha
    return call.page(list(held.annotations), lambda note: render.job_annotations(call.repo, sha, [note])[0])


@route("GET", "~/commits/{ref}/check-runs", "checks")
def list_check_runs(call: Call) -> Answer:
    sha = call.repo.git.commit_of(call.params["ref"]) or call.params["ref"]
    latest = call.query.get("filter", "latest") == "latest"
    runs = [run for run in call.repo.runs.values() if run.sha == sha]
    found: list[Job | CheckRun] = [
        job for run in runs for attempt in ([run.attempt] if latest else run.attempts) for job in attempt.jobs
    ]
    found += [held for held in call.repo.check_runs.values() if held.head_sha == sha]
    if not found and call.repo.git.kind(sha) is None:
        raise Refused(422, f"No commit found for SHA: {call.params['ref']}")
    asked = call.query
    fitting = [
        held for held in found
        if asked.get("check_name") in (None, held.name) and asked.get("status") in (None, held.status)
    ]  # fmt: skip
    return call.page(fitting, lambda held: _shown(call, held), "check_runs")


def _fill(call: Call, held: CheckRun) -> None:
    for name in ("name", "status", "conclusion", "details_url", "external_id"):
        setattr(held, name, call.given(name, getattr(held, name)))
    if call.given("conclusion"):
        held.status = "completed"
    if held.status == "completed":
        ended = call.given("completed_at")
        held.completed_at = parse(ended) if ended else call.now
    output = call.given("output", {})
    held.title, held.summary = output.get("title", held.title), output.get("summary", held.summary)
    notes = output.get("annotations", [])
    if len(notes) > MOST_ANNOTATIONS:
        raise Refused(422, f"Only {MOST_ANNOTATIONS} annotations are taken in one request")
    for note in notes:
        held.annotations.append(
            Annotation(
                note["message"],
                note["annotation_level"],
                note["path"],
                note["start_line"],
                note["end_line"],
                note.get("title"),
                note.get("raw_details"),
            )
        )


@route("POST", "~/check-runs", "checks")
def create_check_run(call: Call) -> Answer:
    if call.token is None or call.token.kind == "person":
        raise Refused(403, "You must authenticate via a GitHub App.")
    held = CheckRun(
        call.box.next_id(), call.given("name"), call.given("head_sha"), "queued", None, call.now, None
    )
    _fill(call, held)
    call.repo.check_runs[held.id] = held
    return Answer(201, _shown(call, held))


@route("PATCH", "~/check-runs/{check_run_id}", "checks")
def update_check_run(call: Call) -> Answer:
    held = _find(call)
    if isinstance(held, Job):
        raise Refused(403, "Resource not accessible by integration")
    _fill(call, held)
    return Answer(200, _shown(call, held))
