"""Workflow runs, their attempts and jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..clock import iso
from ..runs import Attempt, Job, Run, Step
from .accounts import user
from .actions import workflow, workflow_id
from .checks import check_suite_id
from .commits import simple_commit
from .places import node, page_of, url_of
from .pulls import minimal_pull
from .repositories import minimal_repository, repository

if TYPE_CHECKING:
    from ..repository import Repository


def run(held: Run) -> dict[str, Any]:
    """A run as its newest attempt is."""
    return attempt(held, held.attempt)


def attempt(held: Run, tried: Attempt | int) -> dict[str, Any]:
    """A run as one attempt was; a number picks the attempt."""
    tried = held.attempts[tried - 1] if isinstance(tried, int) else tried
    repo, box = held.repo, held.repo.box
    here, suite = url_of(repo, "actions/runs", held.id), check_suite_id(held)
    head = box.repositories.get(held.head_repository, repo)
    before = f"{here}/attempts/{tried.number - 1}" if tried.number > 1 else None
    return {
        "id": held.id,
        "name": held.name,
        "node_id": node("WFR", held.id),
        "head_branch": held.branch,
        "head_sha": held.sha,
        "path": held.workflow,
        "display_title": held.display_title,
        "run_number": held.number,
        "event": held.event,
        "status": tried.status,
        "conclusion": tried.conclusion,
        "workflow_id": workflow_id(repo, held.workflow),
        "check_suite_id": suite,
        "check_suite_node_id": node("CS", suite),
        "url": here,
        "html_url": page_of(repo, "actions/runs", held.id),
        "pull_requests": _pulls(held, head),
        "created_at": iso(held.created_at),
        "updated_at": iso(tried.updated_at),
        "actor": user(box, held.actor),
        "run_attempt": tried.number,
        "referenced_workflows": [],
        "run_started_at": iso(tried.started_at),
        "triggering_actor": user(box, tried.actor),
        **{f"{name}_url": f"{here}/{name}" for name in ("jobs", "logs", "artifacts", "cancel", "rerun")},
        "check_suite_url": url_of(repo, "check-suites", suite),
        "previous_attempt_url": before,
        "workflow_url": url_of(repo, "actions/workflows", workflow_id(repo, held.workflow)),
        "head_commit": simple_commit(head, held.sha),
        "repository": minimal_repository(repo),
        "head_repository": minimal_repository(head),
    }


def _pulls(held: Run, head: Repository) -> list[dict[str, Any]]:
    # Runs of a fork's branch name no pull request, as on GitHub.
    if head is not held.repo:
        return []
    return [
        minimal_pull(held.repo, issue)
        for issue in held.repo.pulls.values()
        if issue.state == "open" and issue.pull and issue.pull.head_repository == head.full_name
        and issue.pull.head == held.branch
    ]  # fmt: skip


def job(held: Job) -> dict[str, Any]:
    """A job of an attempt."""
    owner: Run = held.run
    repo, started = owner.repo, held.status != "queued"
    queued_at = held.created_at or 0.0
    return {
        "id": held.id,
        "run_id": owner.id,
        "workflow_name": owner.name,
        "head_branch": owner.branch,
        "run_url": url_of(repo, "actions/runs", owner.id),
        "run_attempt": held.attempt,
        "node_id": node("CR", held.id),
        "head_sha": owner.sha,
        "url": url_of(repo, "actions/jobs", held.id),
        "html_url": page_of(repo, "actions/runs", owner.id, "job", held.id),
        "status": held.status,
        "conclusion": held.conclusion,
        "created_at": iso(queued_at),
        "started_at": iso(held.started_at or queued_at),
        "completed_at": None if held.completed_at is None else iso(held.completed_at),
        "name": held.name,
        "steps": [_step(step, held) for step in held.steps],
        "check_run_url": url_of(repo, "check-runs", held.id),
        "labels": list(held.labels),
        "runner_id": 1 if started and held.runner_name else None,
        "runner_name": held.runner_name if started else None,
        "runner_group_id": 0 if started and held.runner_name else None,
        "runner_group_name": "GitHub Actions" if started and held.runner_name else None,
    }


def _step(step: Step, held: Job) -> dict[str, Any]:
    began, ended = step.started_at or held.started_at, step.completed_at or held.completed_at
    return {
        "name": step.name,
        "status": step.status,
        "conclusion": step.conclusion,
        "number": step.number,
        "started_at": None if began is None else iso(began),
        "completed_at": None if ended is None else iso(ended),
    }


def run_event(held: Run) -> dict[str, Any]:
    """What the event `workflow_run` tells beside its action."""
    repo = held.repo
    return {
        "workflow_run": run(held),
        "workflow": workflow(repo, held.workflow),
        "repository": repository(repo),
    }
