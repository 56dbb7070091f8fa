"""Refs of the git repository."""

from __future__ import annotations

from typing import Any

from .. import render
from ..bare import NOTHING
from ..calls import Answer, Call, Refused, not_found, route


def _shown(call: Call, ref: str, sha: str) -> dict[str, Any]:
    kind = call.repo.git.kind(sha) or "commit"
    place = render.url_of(call.repo, f"git/{kind}s", sha)
    return {
        "ref": ref,
        "node_id": render.node("REF", ref),
        "url": render.url_of(call.repo, "git", ref),
        "object": {"sha": sha, "type": kind, "url": place},
    }


def _find(call: Call) -> tuple[str, str]:
    ref = "refs/" + call.params["ref"]
    sha = call.repo.git.refs().get(ref)
    if sha is None:
        raise not_found() if call.method == "GET" else Refused(422, "Reference does not exist")
    return ref, sha


def _protected(call: Call, ref: str, **change: bool) -> None:
    if ref.startswith("refs/pull/"):
        raise Refused(422, "Reference update failed: refs of pull requests are GitHub's own")
    reason = call.repo.rules.refusal(ref, call.token, **change)
    if reason:
        raise Refused(422, reason.rpartition("error: ")[2])


@route("GET", "~/git/ref/{ref}", "contents")
def get_ref(call: Call) -> Answer:
    return Answer(200, _shown(call, *_find(call)))


@route("GET", "~/git/matching-refs/{ref}", "contents")
def matching_refs(call: Call) -> Answer:
    """Every ref that begins so, also in the middle of a name."""
    prefix = "refs/" + call.params["ref"]
    return Answer(200, [_shown(call, ref, sha) for ref, sha in call.repo.git.refs(prefix).items()])


@route("POST", "~/git/refs", "contents")
def create_ref(call: Call) -> Answer:
    ref, sha = str(call.given("ref", "")), str(call.given("sha", ""))
    git = call.repo.git
    if not ref.startswith("refs/") or ref.count("/") < 2:
        raise Refused(422, "Reference name must start with 'refs/' and have at least two slashes.")
    if git.kind(sha) is None:
        raise Refused(422, "Object does not exist")
    if ref in git.refs():
        raise Refused(422, "Reference already exists")
    _protected(call, ref, create=True)
    git.move(ref, sha, NOTHING)
    call.pushed(ref, NOTHING, sha)
    shown = _shown(call, ref, sha)
    return Answer(201, shown, {"Location": shown["url"]})


@route("PATCH", "~/git/refs/{ref}", "contents")
def update_ref(call: Call) -> Answer:
    ref, before = _find(call)
    git, sha = call.repo.git, str(call.given("sha", ""))
    if git.kind(sha) is None:
        raise Refused(422, "Object does not exist")
    forward = git.contains(before, sha)
    if not forward and not call.given("force", False):
        raise Refused(422, "Update is not a fast forward")
    _protected(call, ref, force=not forward)
    git.move(ref, sha, before)
    call.pushed(ref, before, sha)
    return Answer(200, _shown(call, ref, sha))


@route("DELETE", "~/git/refs/{ref}", "contents")
def delete_ref(call: Call) -> Answer:
    ref, before = _find(call)
    _protected(call, ref, delete=True)
    if ref == f"refs/heads/{call.repo.default_branch}":
        raise Refused(422, "Cannot delete the default branch")
    call.repo.git.move(ref, NOTHING, before)
    call.pushed(ref, before, NOTHING)
    return Answer(204)
