"""Check runs: every job is one, and Apps make others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..clock import iso
from ..runs import Annotation, Job, Run
from ..talk import CheckRun
from .accounts import app
from .places import node, page_of, url_of

if TYPE_CHECKING:
    from ..repository import Repository


def check_suite_id(run: Run) -> int:
    return run.id + 40_000_000_000


def check_of_job(job: Job) -> dict[str, Any]:
    """The check run that a job is."""
    run: Run = job.run
    page = page_of(run.repo, "actions/runs", run.id, "job", job.id)
    made = CheckRun(
        job.id, job.name, run.sha, job.status, job.conclusion, job.started_at, job.completed_at,
        details_url=page, annotations=list(job.annotations), external_id=f"{job.id:x}",
    )  # fmt: skip
    return {**check_run(run.repo, made), "html_url": page, "check_suite": {"id": check_suite_id(run)}}


def check_run(repo: Repository, held: CheckRun) -> dict[str, Any]:
    here, page = url_of(repo, "check-runs", held.id), page_of(repo, "runs", held.id)
    return {
        "id": held.id,
        "name": held.name,
        "node_id": node("CR", held.id),
        "head_sha": held.head_sha,
        "external_id": held.external_id,
        "url": here,
        "html_url": page,
        "details_url": held.details_url or page,
        "status": held.status,
        "conclusion": held.conclusion,
        "started_at": None if held.started_at is None else iso(held.started_at),
        "completed_at": None if held.completed_at is None else iso(held.completed_at),
        "output": {
            "title": held.title,
            "summary": held.summary,
            "text": None,
            "annotations_count": len(held.annotations),
            "annotations_url": f"{here}/annotations",
        },
        "check_suite": {"id": held.id + 40_000_000_000},
        "app": app(repo.box),
        "pull_requests": [],
    }


def job_annotations(repo: Repository, sha: str, held: Sequence[Annotation]) -> list[dict[str, Any]]:
    return [
        {
            "path": note.path,
            "blob_href": page_of(repo, "blob", sha, note.path),
            "start_line": note.start_line,
            "end_line": note.end_line,
            "start_column": None,
            "end_column": None,
            "annotation_level": note.level,
            "title": note.title or "",
            "message": note.message,
            "raw_details": note.raw_details or "",
        }
        for note in held
    ]
