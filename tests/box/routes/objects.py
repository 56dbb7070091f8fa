"""Objects of the git repository: commits, trees, blobs; read, and made from their parts."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from .. import render
from ..bare import GitFailed
from ..calls import Answer, Call, Refused, not_found, route
from ..clock import parse


def _of_kind(call: Call, sha: str, *kinds: str) -> str:
    found = call.repo.git.find(sha) if call.repo.git.kind(sha) in kinds else None
    if found is None:
        raise not_found()
    return found


@route("GET", "~/git/commits/{commit_sha}", "contents")
def get_commit(call: Call) -> Answer:
    return Answer(200, render.git_commit(call.repo, _of_kind(call, call.params["commit_sha"], "commit")))


@route("POST", "~/git/commits", "contents")
def create_commit(call: Call) -> Answer:
    git, parents = call.repo.git, call.given("parents", [])
    tree = call.given("tree", "")
    if git.kind(tree) != "tree" or any(git.kind(sha) != "commit" for sha in parents):
        raise Refused(422, "Tree SHA or parent does not exist")
    author = call.given("author", {})
    who = {
        "GIT_AUTHOR_NAME": author.get("name", call.actor),
        "GIT_AUTHOR_EMAIL": author.get("email", f"{call.actor}@users.noreply.example"),
        "GIT_AUTHOR_DATE": f"{int(parse(author['date']) if 'date' in author else call.now)} +0000",
    }
    sha = git.commit_tree(tree, parents, call.given("message", ""), **who)
    shown = render.git_commit(call.repo, sha)
    return Answer(201, shown, {"Location": render.url_of(call.repo, "git/commits", sha)})


@route("GET", "~/git/trees/{tree_sha}", "contents")
def get_tree(call: Call) -> Answer:
    git, name = call.repo.git, call.params["tree_sha"]
    sha = git.find(f"{git.commit_of(name) or name}^{{tree}}")
    if sha is None:
        raise not_found()
    return Answer(200, _tree(call, sha, recursive="recursive" in call.query))


def _tree(call: Call, sha: str, *, recursive: bool) -> dict[str, Any]:
    deep = ["-r", "-t"] if recursive else []
    text = call.repo.git.run("ls-tree", "-z", "-l", *deep, sha).decode(errors="replace")
    rows = [_entry(call, row) for row in text.split("\0") if row]
    return {"sha": sha, "url": render.url_of(call.repo, "git/trees", sha), "tree": rows, "truncated": False}


def _entry(call: Call, row: str) -> dict[str, Any]:
    told, path = row.split("\t", 1)
    mode, kind, sha, size = told.split()
    place = render.url_of(call.repo, f"git/{kind}s", sha)
    entry = {"path": path, "mode": mode, "type": kind, "sha": sha, "url": place}
    return entry if size == "-" else {**entry, "size": int(size)}


@route("POST", "~/git/trees", "contents")
def create_tree(call: Call) -> Answer:
    """Entries laid over a base tree; a null hash removes a path."""
    git = call.repo.git
    index = {"GIT_INDEX_FILE": str(git.path / f"index-{call.box.next_id()}")}
    base = call.given("base_tree")
    git.run("read-tree", *([base] if base else ["--empty"]), environment=index)
    rows = []
    for entry in call.given("tree", []):
        sha = git.write_blob(entry["content"].encode()) if "content" in entry else entry.get("sha")
        if sha is not None and git.kind(sha) is None:
            raise Refused(422, f"tree.sha {sha} is not a valid object")
        rows.append(f"{entry.get('mode', '100644') if sha else '0'} {sha or '0' * 40}\t{entry['path']}")
    git.run(
        "update-index",
        "-z",
        "--index-info",
        given="".join(f"{row}\0" for row in rows).encode(),
        environment=index,
    )
    sha = git.run("write-tree", environment=index).decode().strip()
    (git.path / index["GIT_INDEX_FILE"]).unlink(missing_ok=True)
    shown = _tree(call, sha, recursive=False)
    return Answer(201, shown, {"Location": shown["url"]})


@route("GET", "~/git/blobs/{file_sha}", "contents")
def get_blob(call: Call) -> Answer:
    sha = _of_kind(call, call.params["file_sha"], "blob")
    content = call.repo.git.run("cat-file", "blob", sha)
    return Answer(
        200,
        {
            "sha": sha,
            "node_id": render.node("B", sha),
            "size": len(content),
            "url": render.url_of(call.repo, "git/blobs", sha),
            "content": base64.encodebytes(content).decode(),
            "encoding": "base64",
        },
    )


@route("POST", "~/git/blobs", "contents")
def create_blob(call: Call) -> Answer:
    text = call.given("content", "")
    try:
        content = base64.b64decode(text) if call.given("encoding") == "base64" else text.encode()
    except binascii.Error:
        raise Refused(422, "content is not valid Base64") from None
    sha = call.repo.git.write_blob(content)
    place = render.url_of(call.repo, "git/blobs", sha)
    return Answer(201, {"sha": sha, "url": place}, {"Location": place})


@route("GET", "~/git/tags/{tag_sha}", "contents")
def get_tag(call: Call) -> Answer:
    sha = _of_kind(call, call.params["tag_sha"], "tag")
    try:
        text = call.repo.git.run("cat-file", "tag", sha).decode(errors="replace")
    except GitFailed:
        raise not_found() from None
    head, _, message = text.partition("\n\n")
    fields = dict(row.split(" ", 1) for row in head.splitlines())
    target, kind = fields["object"], fields["type"]
    return Answer(
        200,
        {
            "node_id": render.node("T", sha),
            "tag": fields["tag"],
            "sha": sha,
            "url": render.url_of(call.repo, "git/tags", sha),
            "message": message,
            "tagger": {"name": "Ada", "email": "ada@example.org", "date": call.box.clock.iso()},
            "object": {"type": kind, "sha": target, "url": render.url_of(call.repo, f"git/{kind}s", target)},
        },
    )
