"""Pull requests and the refs that GitHub keeps for them: `refs/pull/N/head` and `refs/pull/N/merge`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .bare import NOTHING, GitFailed
from .talk import Issue, Pull

if TYPE_CHECKING:
    from .repository import Repository
    from .tokens import Token


def open_pull(
    repo: Repository, head: str, base: str | None, *, title: str, body: str | None, user: str,
    head_repository: str | None = None, draft: bool = False, fire: bool = False, token: Token | None = None,
) -> Issue:  # fmt: skip
    """A new pull request, numbered among the issues."""
    base, where = base or repo.default_branch, head_repository or repo.full_name
    source = repo.box.repositories[where]
    head_sha, base_sha = source.git.head(head), repo.git.head(base)
    if head_sha is None or base_sha is None:
        raise GitFailed(f"no branch {head} in {where}, or no {base} in {repo.full_name}")
    with repo.box.lock:
        issue = repo.add_issue(title, body, user=user)
        issue.pull = Pull(repo.box.next_id(), where, head, base, head_sha, base_sha, draft)
    keep_refs(repo, issue)
    if fire:
        repo.tell("pull_request", {"action": "opened", **repo.box.render.pull_event(repo, issue)}, token)
    return issue


def keep_refs(repo: Repository, issue: Issue) -> None:
    """Brings `refs/pull/N/head` and `merge` to where the head stands."""
    pull = issue.pull
    assert pull is not None
    if pull.head_repository != repo.full_name:
        source = repo.box.repositories[pull.head_repository]
        repo.git.run(
            "fetch", "--quiet", str(source.path), f"+refs/heads/{pull.head}:refs/pull/{issue.number}/head"
        )
    repo.git.move(f"refs/pull/{issue.number}/head", pull.head_sha)
    tree = repo.git.merge_tree(pull.base_sha, pull.head_sha)
    if tree:
        said = f"Merge {pull.head_sha} into {pull.base_sha}"
        repo.git.move(
            f"refs/pull/{issue.number}/merge",
            repo.git.commit_tree(tree, [pull.base_sha, pull.head_sha], said),
        )


def moved(repo: Repository, ref: str, after: str) -> list[tuple[Repository, Issue]]:
    """The open pull requests whose head is this branch, and where they are, brought to its new commit."""
    branch = ref.removeprefix("refs/heads/")
    found = []
    for target, issue, pull in _open(repo):
        here = (pull.head_repository, pull.head) == (repo.full_name, branch)
        if here and after not in (NOTHING, pull.head_sha):
            pull.head_sha, pull.base_sha = after, target.git.head(pull.base) or pull.base_sha
            issue.updated_at = repo.box.clock.now()
            keep_refs(target, issue)
            found.append((target, issue))
    return found


def ended_by_push(repo: Repository, ref: str, after: str) -> list[tuple[Repository, Issue]]:
    """The open pull requests that this push ends: their head was removed, or is in their base now."""
    branch, now = ref.removeprefix("refs/heads/"), repo.box.clock.now()
    ended = []
    for target, issue, pull in _open(repo):
        gone = after == NOTHING and (pull.head_repository, pull.head) == (repo.full_name, branch)
        based = target is repo and pull.base == branch and after != NOTHING
        merged = based and repo.git.contains(pull.head_sha, after)
        if gone or merged:
            issue.state, issue.closed_at, issue.updated_at = "closed", now, now
            pull.merged_at, pull.merge_commit = (now, after) if merged else (None, None)
            ended.append((target, issue))
    return ended


def _open(repo: Repository) -> Iterator[tuple[Repository, Issue, Pull]]:
    for target in list(repo.box.repositories.values()):
        for issue in target.pulls.values():
            if issue.state == "open" and issue.pull:
                yield target, issue, issue.pull


def mergeable(repo: Repository, issue: Issue) -> bool:
    pull = issue.pull
    assert pull is not None
    base = repo.git.head(pull.base)
    return base is not None and repo.git.merge_tree(base, pull.head_sha) is not None


def merge(repo: Repository, issue: Issue, user: str, title: str) -> str | None:
    """Merges the head into the base; None when they are in conflict."""
    pull = issue.pull
    assert pull is not None
    base = repo.git.head(pull.base)
    tree = base and repo.git.merge_tree(base, pull.head_sha)
    if not tree or not base:
        return None
    sha = repo.git.commit_tree(tree, [base, pull.head_sha], title)
    repo.git.move(f"refs/heads/{pull.base}", sha, base)
    now = repo.box.clock.now()
    pull.merged_at, pull.merged_by, pull.merge_commit = now, user, sha
    issue.state, issue.closed_at, issue.closed_by, issue.updated_at = "closed", now, user, now
    return sha
