"""Issues, comments and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..clock import iso
from ..talk import Comment, Issue, Label
from .accounts import app, user
from .places import node, page_of, url_of

if TYPE_CHECKING:
    from ..repository import Repository

_REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")


def label(repo: Repository, held: Label) -> dict[str, Any]:
    return {
        "id": held.id,
        "node_id": node("LA", held.id),
        "url": url_of(repo, "labels", held.name),
        "name": held.name,
        "description": held.description or "",
        "color": held.color,
        "default": False,
    }


def association(repo: Repository, login: str) -> str:
    """What somebody is to a repository."""
    if login == repo.owner:
        return "OWNER"
    role = repo.box.tokens.roles.get((login, repo.full_name))
    return "COLLABORATOR" if role in ("triage", "write", "maintain", "admin") else "NONE"


def labels_of(repo: Repository, held: Issue) -> list[dict[str, Any]]:
    return [label(repo, repo.labels[name.lower()]) for name in held.labels if name.lower() in repo.labels]


def _made_by(repo: Repository, login: str) -> dict[str, Any] | None:
    return app(repo.box, login.removesuffix("[bot]")) if login.endswith("[bot]") else None


def issue(repo: Repository, held: Issue) -> dict[str, Any]:
    """An issue, or the issue that a pull request is."""
    here = url_of(repo, "issues", held.number)
    people = [user(repo.box, login) for login in held.assignees]
    made = {
        "url": here,
        "repository_url": url_of(repo),
        "labels_url": f"{here}/labels{{/name}}",
        "comments_url": f"{here}/comments",
        "events_url": f"{here}/events",
        "html_url": page_of(repo, "pull" if held.pull else "issues", held.number),
        "id": held.id,
        "node_id": node("I", held.id),
        "number": held.number,
        "title": held.title,
        "user": user(repo.box, held.user),
        "labels": labels_of(repo, held),
        "state": held.state,
        "state_reason": held.state_reason,
        "locked": held.locked,
        "assignee": people[0] if people else None,
        "assignees": people,
        "milestone": None,
        "comments": len(held.comments),
        "created_at": iso(held.created_at),
        "updated_at": iso(held.updated_at),
        "closed_at": None if held.closed_at is None else iso(held.closed_at),
        "closed_by": user(repo.box, held.closed_by) if held.closed_by else None,
        "author_association": association(repo, held.user),
        "active_lock_reason": None,
        "body": held.body,
        "timeline_url": f"{here}/timeline",
        "performed_via_github_app": _made_by(repo, held.user),
    }
    return {**made, "pull_request": _pull(repo, held), "draft": held.pull.draft} if held.pull else made


def _pull(repo: Repository, held: Issue) -> dict[str, Any]:
    page = page_of(repo, "pull", held.number)
    merged = held.pull.merged_at if held.pull else None
    return {
        "url": url_of(repo, "pulls", held.number),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "merged_at": None if merged is None else iso(merged),
    }


def comment(repo: Repository, held: Comment) -> dict[str, Any]:
    kind = "pull" if repo.issues[held.issue].pull else "issues"
    here = url_of(repo, "issues/comments", held.id)
    counts = {name: sum(content == name for _, content in held.reactions) for name in _REACTIONS}
    return {
        "url": here,
        "html_url": page_of(repo, kind, f"{held.issue}#issuecomment-{held.id}"),
        "issue_url": url_of(repo, "issues", held.issue),
        "id": held.id,
        "node_id": node("IC", held.id),
        "user": user(repo.box, held.user),
        "created_at": iso(held.created_at),
        "updated_at": iso(held.updated_at),
        "author_association": association(repo, held.user),
        "body": held.body,
        "reactions": {"url": f"{here}/reactions", "total_count": len(held.reactions), **counts},
        "performed_via_github_app": _made_by(repo, held.user),
    }


def issue_event(repo: Repository, held: Issue) -> dict[str, Any]:
    return {"issue": issue(repo, held)}


def comment_event(repo: Repository, held: Issue, said: Comment) -> dict[str, Any]:
    return {"issue": issue(repo, held), "comment": comment(repo, said)}
