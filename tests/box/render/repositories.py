"""Repositories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..clock import iso
from .accounts import user
from .places import node, page_of, url_of

if TYPE_CHECKING:
    from ..repository import Repository

_BELOW = {
    "archive_url": "{archive_format}{/ref}",
    "assignees_url": "assignees{/user}",
    "blobs_url": "git/blobs{/sha}",
    "branches_url": "branches{/branch}",
    "collaborators_url": "collaborators{/collaborator}",
    "comments_url": "comments{/number}",
    "commits_url": "commits{/sha}",
    "compare_url": "compare/{base}...{head}",
    "contents_url": "contents/{+path}",
    "contributors_url": "contributors",
    "deployments_url": "deployments",
    "downloads_url": "downloads",
    "events_url": "events",
    "forks_url": "forks",
    "git_commits_url": "git/commits{/sha}",
    "git_refs_url": "git/refs{/sha}",
    "git_tags_url": "git/tags{/sha}",
    "hooks_url": "hooks",
    "issue_comment_url": "issues/comments{/number}",
    "issue_events_url": "issues/events{/number}",
    "issues_url": "issues{/number}",
    "keys_url": "keys{/key_id}",
    "labels_url": "labels{/name}",
    "languages_url": "languages",
    "merges_url": "merges",
    "milestones_url": "milestones{/number}",
    "notifications_url": "notifications{?since,all,participating}",
    "pulls_url": "pulls{/number}",
    "releases_url": "releases{/id}",
    "stargazers_url": "stargazers",
    "statuses_url": "statuses/{sha}",
    "subscribers_url": "subscribers",
    "subscription_url": "subscription",
    "tags_url": "tags",
    "teams_url": "teams",
    "trees_url": "git/trees{/sha}",
}


def minimal_repository(repo: Repository) -> dict[str, Any]:
    """The form that stands inside other things."""
    here = url_of(repo)
    return {
        "id": repo.id,
        "node_id": node("R", repo.id),
        "name": repo.name,
        "full_name": repo.full_name,
        "private": repo.private,
        "owner": user(repo.box, repo.owner),
        "html_url": page_of(repo),
        "description": None,
        "fork": repo.fork_of is not None,
        "url": here,
        **{name: f"{here}/{rest}" for name, rest in _BELOW.items()},
    }


def repository(repo: Repository) -> dict[str, Any]:
    """The full form."""
    box, born = repo.box, iso(repo.created_at)
    open_issues = sum(issue.state == "open" for issue in repo.issues.values())
    counts = (
        "forks",
        "forks_count",
        "stargazers_count",
        "watchers",
        "watchers_count",
        "network_count",
        "subscribers_count",
    )
    return {
        **minimal_repository(repo),
        **dict.fromkeys(counts, 0),
        **dict.fromkeys(("mirror_url", "homepage", "language", "license")),
        **dict.fromkeys(("has_projects", "has_wiki", "has_downloads"), True),
        **dict.fromkeys(("has_pages", "has_discussions", "disabled", "is_template"), False),
        "clone_url": f"{box.address}/{repo.full_name}.git",
        "git_url": f"git://127.0.0.1/{repo.full_name}.git",
        "ssh_url": f"git@127.0.0.1:{repo.full_name}.git",
        "svn_url": page_of(repo),
        "has_issues": repo.settings.has_issues,
        "archived": repo.settings.archived,
        "default_branch": repo.default_branch,
        "open_issues": open_issues,
        "open_issues_count": open_issues,
        "size": 1,
        "topics": [],
        "visibility": "private" if repo.private else "public",
        "created_at": born,
        "updated_at": born,
        "pushed_at": born,
    }
