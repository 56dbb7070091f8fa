"""Commits in the three forms that GitHub shows, their changed files, and the protection of branches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..bare import GitFailed
from ..clock import iso, parse
from .places import node, page_of, url_of

if TYPE_CHECKING:
    from ..repository import Repository

_FORMAT = "%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B"
_KINDS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}
_UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}
Facts = dict[str, Any]
_KNOWN: dict[tuple[str, str], Facts | None] = {}


def facts(repo: Repository, sha: str) -> Facts | None:
    """What git knows of a commit; commits never change, so each is asked for once."""
    key = (str(repo.path), sha)
    if key not in _KNOWN:
        found = _ask(repo, sha)
        if found is None:
            return None
        _KNOWN[key] = found
    return _KNOWN[key]


def _ask(repo: Repository, sha: str) -> Facts | None:
    try:
        text = repo.git.run(
            "show", "-s", f"--format={_FORMAT}", "--end-of-options", f"{sha}^{{commit}}"
        ).decode()
    except GitFailed:
        return None
    held = text.split("\0", 9)
    author = {"name": held[3], "email": held[4], "date": iso(parse(held[5]))}
    committer = {"name": held[6], "email": held[7], "date": iso(parse(held[8]))}
    return {
        "sha": held[0],
        "tree": held[1],
        "parents": held[2].split(),
        "author": author,
        "committer": committer,
        "message": held[9].strip("\n"),
    }


def subject(repo: Repository, sha: str) -> str | None:
    """The first line of a commit's message."""
    known = facts(repo, sha)
    return known["message"].partition("\n")[0] if known else None


def simple_commit(repo: Repository, sha: str) -> dict[str, Any] | None:
    known = facts(repo, sha)
    if known is None:
        return None
    people = {
        role: {part: known[role][part] for part in ("name", "email")} for role in ("author", "committer")
    }
    moment = known["committer"]["date"]
    return {"id": sha, "tree_id": known["tree"], "message": known["message"], "timestamp": moment, **people}


def git_commit(repo: Repository, sha: str) -> dict[str, Any] | None:
    """The form of `git/commits`."""
    known = facts(repo, sha)
    if known is None:
        return None
    return {
        "sha": known["sha"],
        "node_id": node("C", known["sha"]),
        "url": url_of(repo, "git/commits", known["sha"]),
        "html_url": page_of(repo, "commit", known["sha"]),
        "author": known["author"],
        "committer": known["committer"],
        "message": known["message"],
        "tree": {"sha": known["tree"], "url": url_of(repo, "git/trees", known["tree"])},
        "parents": [_parent(repo, sha, "git/commits") for sha in known["parents"]],
        "verification": _UNSIGNED,
    }


def commit(repo: Repository, sha: str, *, files: bool = False) -> dict[str, Any] | None:
    """The form of `commits`, with the changed files when asked."""
    known = facts(repo, sha)
    if known is None:
        return None
    held = git_commit(repo, sha) or {}
    inner = {name: held[name] for name in ("author", "committer", "message", "tree", "verification")}
    made = {
        "sha": sha,
        "node_id": node("C", sha),
        "commit": {**inner, "url": held["url"], "comment_count": 0},
        "url": url_of(repo, "commits", sha),
        "html_url": page_of(repo, "commit", sha),
        "comments_url": url_of(repo, "commits", sha, "comments"),
        "author": {},
        "committer": {},
        "parents": [_parent(repo, parent, "commits") for parent in known["parents"]],
    }
    return {**made, "files": diff_entries(repo, (known["parents"] or [""])[0], sha)} if files else made


def _parent(repo: Repository, sha: str, kind: str) -> dict[str, Any]:
    return {"sha": sha, "url": url_of(repo, kind, sha), "html_url": page_of(repo, "commit", sha)}


def diff_entries(repo: Repository, before: str, after: str) -> list[dict[str, Any]]:
    """The files that differ between two commits; from nothing when `before` is empty."""
    start = before or repo.git.run("hash-object", "-t", "tree", "--stdin").decode().strip()
    rows = (
        repo.git.run("diff", "--raw", "--numstat", "--abbrev=40", "--no-renames", "-z", start, after)
        .decode()
        .split("\0")
    )
    kinds, counts = {}, {}
    at = 0
    while at < len(rows) and rows[at]:
        if rows[at].startswith(":"):
            _, _, _, blob, kind = rows[at].split(" ")
            kinds[rows[at + 1]] = (_KINDS[kind[0]], blob)
            at += 2
        else:
            added, removed, path = rows[at].split("\t", 2)
            counts[path] = (0, 0) if added == "-" else (int(added), int(removed))
            at += 1
    return [
        _entry(repo, (start, after), path, kinds[path], counts.get(path, (0, 0))) for path in sorted(kinds)
    ]


def _entry(
    repo: Repository, span: tuple[str, str], path: str, change: tuple[str, str], counts: tuple[int, int]
) -> dict[str, Any]:
    (before, after), (kind, blob), (more, less) = span, change, counts
    text = repo.git.run("diff", "--no-renames", before, after, "--", path).decode(errors="replace")
    patch = text[text.index("@@") :].rstrip("\n") if "\n@@" in text else None
    return {
        "sha": blob,
        "filename": path,
        "status": kind,
        "additions": more,
        "deletions": less,
        "changes": more + less,
        "blob_url": page_of(repo, "blob", after, path),
        "raw_url": page_of(repo, "raw", after, path),
        "contents_url": url_of(repo, "contents", path) + f"?ref={after}",
        **({"patch": patch} if patch else {}),
    }


def branch_protection(repo: Repository, branch: str) -> dict[str, Any]:
    """The protection of a branch, as its endpoint shows it."""
    here = url_of(repo, "branches", branch, "protection")
    rules = [rule for rule in repo.rules.of(branch) if rule.via == "branch"]
    made: dict[str, Any] = {
        "url": here,
        "enforce_admins": {
            "url": f"{here}/enforce_admins",
            "enabled": any(rule.enforce_admins for rule in rules),
        },
        "allow_force_pushes": {"enabled": all(rule.allow_force for rule in rules)},
        "allow_deletions": {"enabled": all(rule.allow_delete for rule in rules)},
    }
    if any(rule.require_pull for rule in rules):
        reviews = f"{here}/required_pull_request_reviews"
        made["required_pull_request_reviews"] = {
            "url": reviews,
            "dismiss_stale_reviews": False,
            "require_code_owner_reviews": False,
            "required_approving_review_count": 1,
        }
    checks = [name for rule in rules for name in rule.required_checks]
    if checks:
        made["required_status_checks"] = {
            "url": f"{here}/required_status_checks",
            "strict": False,
            "contexts": checks,
            "contexts_url": f"{here}/required_status_checks/contexts",
            "checks": [{"context": name, "app_id": None} for name in checks],
        }
    return made
