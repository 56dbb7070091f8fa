"""Files of a branch: read, written, removed through REST."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from .. import render
from ..bare import NOTHING, GitFailed
from ..calls import Answer, Call, Refused, not_found, route

# Above this a file's content is left out of its answer.
MOST_SHOWN = 1024 * 1024


def _commit(call: Call) -> str:
    sha = call.repo.git.commit_of(call.query.get("ref") or call.repo.default_branch)
    if sha is None:
        raise Refused(404, "No commit found for the ref " + call.query.get("ref", call.repo.default_branch))
    return sha


def _addresses(call: Call, path: str, ref: str, kind: str, sha: str) -> dict[str, Any]:
    here = render.url_of(call.repo, "contents", path) + f"?ref={ref}"
    git = render.url_of(call.repo, "git", "trees" if kind == "dir" else "blobs", sha)
    page = render.page_of(call.repo, "tree" if kind == "dir" else "blob", ref, path)
    raw = None if kind == "dir" else render.page_of(call.repo, "raw", ref, path)
    links = {"self": here, "git": git, "html": page}
    return {"url": here, "git_url": git, "html_url": page, "download_url": raw, "_links": links}


def _entry(call: Call, path: str, ref: str, *, kind: str, sha: str, size: int) -> dict[str, Any]:
    name = path.rsplit("/", 1)[-1]
    made = {"name": name, "path": path, "sha": sha, "size": size, "type": kind}
    return {**made, **_addresses(call, path, ref, kind, sha)}


def _file(call: Call, path: str, ref: str, content: bytes, *, shown: bool = True) -> dict[str, Any]:
    sha = call.repo.git.find(f"{ref}:{path}") or ""
    made = _entry(call, path, call.query.get("ref", ref), kind="file", sha=sha, size=len(content))
    if not shown:
        return made
    small = len(content) <= MOST_SHOWN
    text = base64.encodebytes(content).decode() if small else ""
    return {**made, "content": text, "encoding": "base64" if small else "none"}


@route("GET", "~/contents/{path}", "contents")
def get_contents(call: Call) -> Answer:
    path, ref = call.params["path"].strip("/"), _commit(call)
    content = call.repo.git.read(ref, path)
    if content is not None:
        return Answer(200, _file(call, path, ref, content))
    try:
        rows = call.repo.git.run("ls-tree", "-z", "-l", f"{ref}:{path}").decode().split("\0")
    except GitFailed:
        raise not_found() from None
    shown = []
    for row in filter(None, rows):
        told, name = row.split("\t", 1)
        _, kind, sha, size = told.split()
        kind = {"tree": "dir", "blob": "file", "commit": "submodule"}[kind]
        shown.append(
            _entry(call, f"{path}/{name}", ref, kind=kind, sha=sha, size=0 if size == "-" else int(size))
        )
    return Answer(200, shown)


def _writable(call: Call, path: str) -> tuple[str, str | None]:
    """The branch to write to and its head; refuses what GitHub would."""
    branch = call.given("branch", call.query.get("branch", call.repo.default_branch))
    head = call.repo.git.head(branch)
    if head is None and call.repo.git.refs("refs/heads/"):
        raise Refused(404, f"Branch {branch} not found")
    reason = call.repo.rules.refusal(f"refs/heads/{branch}", call.token)
    if reason:
        raise Refused(409, "Repository rule violations found\n\n" + reason.rpartition("error: ")[2])
    if path.startswith(".github/workflows/") and not _may_write_workflows(call):
        raise Refused(403, "Resource not accessible by integration")
    return branch, head


def _may_write_workflows(call: Call) -> bool:
    token = call.token
    return token is None or token.kind == "person" or token.permissions.get("workflows") == "write"


def _expected(call: Call, head: str | None, path: str) -> str | None:
    """The blob that is there now; a wrong or missing `sha` is a lost race."""
    held = call.repo.git.find(f"{head}:{path}") if head else None
    given = call.given("sha")
    if held and not given:
        raise Refused(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if given and given != held:
        raise Refused(409, f"{path} does not match {given}")
    return held


def _write(call: Call, content: bytes | None) -> Answer:
    path = call.params["path"]
    branch, head = _writable(call, path)
    held = _expected(call, head, path)
    if content is None and held is None:
        raise not_found()
    who = call.given(
        "author", call.given("committer", {"name": call.actor, "email": f"{call.actor}@example.org"})
    )
    sha = call.repo.git.commit(
        {path: content},
        branch=branch,
        message=call.given("message", ""),
        author=f"{who['name']} <{who['email']}>",
    )
    call.pushed(f"refs/heads/{branch}", head or NOTHING, sha)
    shown = None if content is None else _file(call, path, sha, content, shown=False)
    return Answer(200 if held else 201, {"content": shown, "commit": render.git_commit(call.repo, sha)})


@route("PUT", "~/contents/{path}", "contents")
def put_contents(call: Call) -> Answer:
    try:
        content = base64.b64decode(call.given("content", ""), validate=False)
    except binascii.Error:
        raise Refused(422, "content is not valid Base64") from None
    return _write(call, content)


@route("DELETE", "~/contents/{path}", "contents")
def delete_contents(call: Call) -> Answer:
    return _write(call, None)
