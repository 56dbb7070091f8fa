"""What the payload of an event has beside the objects that REST gives: each event has its own oddities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .github import Box
    from .repository import Repository

INSTALLATION = {"id": 1, "node_id": "MDIzOkludGVncmF0aW9uSW5zdGFsbGF0aW9uMQ=="}


def filled(box: Box, repo: Repository, event: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with what only it has."""
    made = dict(payload)
    if made.get("action") == "edited":
        made.setdefault("changes", {})
    if event == "repository_dispatch":
        made.setdefault("installation", INSTALLATION)
    if event == "deployment":
        made = {"workflow": None, "workflow_run": None, **made}
    if event == "deployment_status":
        status = made["deployment_status"]
        made["deployment_status"] = {
            key: held for key, held in status.items() if held != "" or key != "log_url"
        }
    return {**of_status(box, repo, made), **made} if event == "status" else made


def of_status(box: Box, repo: Repository, payload: Mapping[str, Any]) -> dict[str, Any]:
    """A commit status stands in its payload itself, with its commit and the branches that it heads."""
    held = next(
        status
        for status in reversed(repo.statuses)
        if (status.sha, status.context) == (payload["sha"], payload["context"])
    )
    shown = box.render.status(repo, held)
    told = {
        key: shown[key]
        for key in ("id", "avatar_url", "target_url", "description", "created_at", "updated_at")
    }
    commit = box.render.commit(repo, held.sha)
    people = {role: commit[role] or None for role in ("author", "committer")}  # nobody's account is none here
    return {**told, "name": repo.full_name, "commit": {**commit, **people}, "branches": []}
