"""Commit statuses, one by one and together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..clock import iso
from ..talk import Status
from .accounts import user
from .places import node, url_of
from .repositories import minimal_repository

if TYPE_CHECKING:
    from ..repository import Repository


def status(repo: Repository, held: Status) -> dict[str, Any]:
    who, moment = user(repo.box, held.creator), iso(held.created_at)
    return {
        "url": url_of(repo, "statuses", held.sha),
        "avatar_url": who["avatar_url"],
        "id": held.id,
        "node_id": node("SC", held.id),
        "state": held.state,
        "description": held.description,
        "target_url": held.target_url,
        "context": held.context,
        "created_at": moment,
        "updated_at": moment,
        "creator": who,
    }


def combined_status(repo: Repository, sha: str) -> dict[str, Any]:
    """The newest status of each context, and the worst of them."""
    newest = {held.context: held for held in repo.statuses if held.sha == sha}
    states = {held.state for held in newest.values()}
    state = "failure" if states & {"failure", "error"} else "success" if states == {"success"} else "pending"
    shown = [
        {name: part for name, part in status(repo, held).items() if name != "creator"}
        for held in newest.values()
    ]
    return {
        "state": state,
        "statuses": shown,
        "sha": sha,
        "total_count": len(shown),
        "repository": minimal_repository(repo),
        "commit_url": url_of(repo, "commits", sha),
        "url": url_of(repo, "commits", sha, "status"),
    }
