"""Commits as GitHub's pages show them, comparisons, and the pull requests of a commit."""

from __future__ import annotations

from .. import render
from ..calls import Answer, Call, Refused, not_found, route
from ..clock import parse
from ..render.commits import facts


def find_commit(call: Call, name: str) -> str:
    sha = call.repo.git.commit_of(name)
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {name}")
    return sha


@route("GET", "~/commits", "contents")
def list_commits(call: Call) -> Answer:
    query = call.query
    start = call.repo.git.commit_of(query.get("sha") or call.repo.default_branch)
    if start is None:
        raise Refused(409, "Git Repository is empty.") if not call.repo.git.refs() else not_found()
    asked = [f"--since={int(parse(query['since']))}"] if "since" in query else []
    asked += [f"--until={int(parse(query['until']))}"] if "until" in query else []
    asked += ["--", query["path"]] if "path" in query else []
    found = call.repo.git.run("rev-list", start, *asked).decode().split()
    return call.page(found, lambda sha: render.commit(call.repo, sha))


@route("GET", "~/commits/{ref}", "contents")
def get_commit(call: Call) -> Answer:
    sha = find_commit(call, call.params["ref"])
    return Answer(200, render.commit(call.repo, sha, files=True))


@route("GET", "~/commits/{commit_sha}/pulls", "pull_requests")
def pulls_of_commit(call: Call) -> Answer:
    """Merged pull requests with the commit, else those whose head has it."""
    sha, git = call.repo.git.commit_of(call.params["commit_sha"]), call.repo.git
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {call.params['commit_sha']}")
    found = []
    for held in call.repo.pulls.values():
        pull = held.pull
        if (
            pull
            and git.contains(sha, f"refs/pull/{held.number}/head")
            and not git.contains(sha, pull.base_sha)
        ):
            found.append(held)
    return call.page(found, lambda held: render.simple_pull(call.repo, held))


@route("GET", "~/compare/{basehead}", "contents")
def compare(call: Call) -> Answer:
    base, _, head = call.params["basehead"].partition("...")
    repo = call.repo
    ours, theirs = repo.git.commit_of(base), repo.git.commit_of(head)
    if not ours or not theirs or not facts(repo, ours):
        raise not_found()
    middle = repo.git.run("merge-base", ours, theirs).decode().strip()
    ahead = repo.git.run("rev-list", "--reverse", f"{ours}..{theirs}").decode().split()
    behind = repo.git.run("rev-list", f"{theirs}..{ours}").decode().split()
    status = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
    here, page = render.url_of(repo, "compare", call.params["basehead"]), render.page_of(repo, "compare")
    return Answer(
        200,
        {
            "url": here,
            "html_url": f"{page}/{ours}...{theirs}",
            "permalink_url": f"{page}/{ours}...{theirs}",
            "diff_url": f"{page}/{ours}...{theirs}.diff",
            "patch_url": f"{page}/{ours}...{theirs}.patch",
            "base_commit": render.commit(repo, ours),
            "merge_base_commit": render.commit(repo, middle),
            "status": status,
            "ahead_by": len(ahead),
            "behind_by": len(behind),
            "total_commits": len(ahead),
            "commits": [render.commit(repo, sha) for sha in ahead],
            "files": render.diff_entries(repo, middle, theirs),
        },
    )
