"""Pull requests in their three forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..clock import iso
from ..pulling import mergeable
from ..talk import Issue, Pull
from .accounts import user
from .issues import association, labels_of
from .places import node, page_of, url_of
from .repositories import repository

if TYPE_CHECKING:
    from ..repository import Repository


def _pull_of(held: Issue) -> Pull:
    assert held.pull is not None
    return held.pull


def minimal_pull(repo: Repository, held: Issue) -> dict[str, Any]:
    """The form that stands inside a run."""
    pull = _pull_of(held)
    here = {"id": repo.id, "url": url_of(repo), "name": repo.name}
    return {
        "id": pull.id,
        "number": held.number,
        "url": url_of(repo, "pulls", held.number),
        "head": {"ref": pull.head, "sha": pull.head_sha, "repo": here},
        "base": {"ref": pull.base, "sha": pull.base_sha, "repo": here},
    }


def simple_pull(repo: Repository, held: Issue) -> dict[str, Any]:
    """The form of lists."""
    pull, box = _pull_of(held), repo.box
    here, page = url_of(repo, "pulls", held.number), page_of(repo, "pull", held.number)
    links = _links(repo, held, pull)
    people = [user(box, login) for login in held.assignees]
    merge = repo.git.find(f"refs/pull/{held.number}/merge")
    return {
        "url": here,
        "id": pull.id,
        "node_id": node("PR", pull.id),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": links["issue"],
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "number": held.number,
        "state": held.state,
        "locked": held.locked,
        "title": held.title,
        "user": user(box, held.user),
        "body": held.body,
        "labels": labels_of(repo, held),
        "milestone": None,
        "active_lock_reason": None,
        "created_at": iso(held.created_at),
        "updated_at": iso(held.updated_at),
        "closed_at": None if held.closed_at is None else iso(held.closed_at),
        "merged_at": None if pull.merged_at is None else iso(pull.merged_at),
        "merge_commit_sha": pull.merge_commit or merge,
        "assignee": people[0] if people else None,
        "assignees": people,
        "requested_reviewers": [],
        "requested_teams": [],
        "head": _end(box.repositories.get(pull.head_repository, repo), pull.head, pull.head_sha),
        "base": _end(repo, pull.base, pull.base_sha),
        "_links": {name: {"href": address} for name, address in links.items()},
        "author_association": association(repo, held.user),
        "auto_merge": None,
        "draft": pull.draft,
    }


def _links(repo: Repository, held: Issue, pull: Pull) -> dict[str, str]:
    here, issue = url_of(repo, "pulls", held.number), url_of(repo, "issues", held.number)
    return {
        "self": here,
        "html": page_of(repo, "pull", held.number),
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{here}/comments",
        "review_comment": url_of(repo, "pulls/comments") + "{/number}",
        "commits": f"{here}/commits",
        "statuses": url_of(repo, "statuses", pull.head_sha),
    }


def _end(repo: Repository, branch: str, sha: str) -> dict[str, Any]:
    who = user(repo.box, repo.owner)
    return {
        "label": f"{repo.owner}:{branch}",
        "ref": branch,
        "sha": sha,
        "user": who,
        "repo": repository(repo),
    }


def pull(repo: Repository, held: Issue) -> dict[str, Any]:
    """The full form."""
    inner = _pull_of(held)
    open_ = held.state == "open"
    clean = open_ and mergeable(repo, held)
    more, less, files, commits = _size(repo, held)
    return {
        **simple_pull(repo, held),
        "merged": inner.merged_at is not None,
        "mergeable": clean if open_ else None,
        "rebaseable": clean if open_ else None,
        "mergeable_state": "clean" if clean else "dirty" if open_ else "unknown",
        "merged_by": user(repo.box, inner.merged_by) if inner.merged_by else None,
        "comments": len(held.comments),
        "review_comments": 0,
        "maintainer_can_modify": inner.maintainer_can_modify,
        "commits": commits,
        "additions": more,
        "deletions": less,
        "changed_files": files,
    }


def _size(repo: Repository, held: Issue) -> tuple[int, int, int, int]:
    inner = _pull_of(held)
    git, head = repo.git, f"refs/pull/{held.number}/head"
    rows = git.run("diff", "--numstat", f"{inner.base_sha}...{head}").decode().splitlines()
    counts = [row.split("\t")[:2] for row in rows]
    more, less = (sum(int(row[at]) for row in counts if row[at] != "-") for at in (0, 1))
    commits = int(git.run("rev-list", "--count", f"{inner.base_sha}..{head}"))
    return more, less, len(rows), commits


def pull_event(repo: Repository, held: Issue) -> dict[str, Any]:
    return {"number": held.number, "pull_request": pull(repo, held)}
