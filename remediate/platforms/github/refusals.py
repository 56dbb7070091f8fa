"""Turns an answer of GitHub that is no success into the error that names the place and the way out."""

from __future__ import annotations

import msgspec

from remediate.errors import Unreachable
from remediate.logs.cutting import cut
from remediate.logs.visible import for_terminal
from remediate.platforms.github.wire import Reply

_LONGEST = 300
_DOCS = "docs/github.md"
# What no `permissions:` of a workflow can give.
_OF_APPS = ("variables", "actions-variables", "administration", "workflows")
_UNPERMITTED = ("resource not accessible", "must have admin", "must have push", "must be a collaborator")

_LATER = "Try again later; see whether GitHub has an incident."
_UNKNOWN = "This server does not take the request: see whether it is a GitHub, and not too old a one."
_RENAMED = "The repository has another name now: use that."
_WAYS_OUT = {
    307: _RENAMED,
    308: _RENAMED,
    410: "It was deleted, has expired, or is switched off in the repository's settings.",
    422: "GitHub took the request for wrong; if you cannot see why, report it.",
    451: "GitHub has blocked it for legal reasons; nothing can be done here.",
}
# By what GitHub says; else a permission is missing.
_FORBIDDEN = {
    "archived": "The repository is archived, which makes it read-only: unarchive it or switch us off there.",
    "ip allow list": "The organization lets only listed addresses in: run on a runner that has one.",
    "locked": "The conversation is locked: unlock it, or look at the job's summary instead.",
}


class _Problem(msgspec.Struct, frozen=True):
    message: str = ""
    errors: msgspec.Raw = msgspec.Raw(b"[]")


class _Detail(msgspec.Struct, frozen=True):
    message: str = ""
    field: str = ""
    code: str = ""


def words_of(reply: Reply) -> str:
    """What GitHub said, as one harmless line."""
    try:
        problem = msgspec.json.decode(reply.body, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return f"status {reply.status}"
    said = [problem.message, *_details(problem.errors)]
    return cut(for_terminal("; ".join(part for part in said if part)), _LONGEST) or f"status {reply.status}"


def unpermitted(reply: Reply) -> bool:
    """Whether a permission of the token is missing, and not the thing itself refused."""
    words = words_of(reply).lower()
    return reply.status == 401 or (reply.status == 403 and any(part in words for part in _UNPERMITTED))


def refusal(reply: Reply, place: str, needs: str) -> Unreachable:
    """`place` is what was asked of whom, `needs` the permission for it, as a workflow writes it."""
    words = words_of(reply)
    return Unreachable(f"{place}: {reply.status}, {words}", hint=_way_out(reply, words, needs), docs=_DOCS)


def unanswered(place: str, reason: str) -> Unreachable:
    """The error for a request that got no answer as often as it was tried."""
    return Unreachable(f"{place}: {reason}", hint=_LATER, docs=_DOCS)


def _way_out(reply: Reply, words: str, needs: str) -> str:
    lower = words.lower()
    match reply.status:
        case 401:
            return "The token is wrong or has expired: give another in GH_TOKEN or GITHUB_TOKEN."
        case 403 | 404 if "saml" in lower or "x-github-sso" in reply.headers:
            return "The organization wants single sign-on: authorize the token for it in its settings."
        case 403:
            named = (way_out for part, way_out in _FORBIDDEN.items() if part in lower)
            return next(named, _permission(reply, needs))
        case 404:
            return f"It is not there, or this token may not see it: {_permission(reply, needs)}"
        case status:
            return _WAYS_OUT.get(status, _UNKNOWN if status in range(400, 500) else _LATER)


def _permission(reply: Reply, needs: str) -> str:
    asked = reply.headers.get("x-accepted-github-permissions", "").replace("=", ": ").replace("_", "-")
    wanted = for_terminal(cut(asked, 100)).replace("; ", "` or `") or needs
    if not wanted:
        return "Check what the token may do."
    if wanted.startswith(_OF_APPS):
        return f"This needs `{wanted}`, which only an App's token or a person's can have: give one of those."
    return f"This needs `{wanted}`: add it to `permissions:` of the job, or to what the token may do."


def _details(errors: msgspec.Raw) -> list[str]:
    try:
        many = msgspec.json.decode(errors, type=list[_Detail | str])
    except msgspec.DecodeError:
        return []
    return [one if isinstance(one, str) else one.message or f"{one.field} {one.code}".strip() for one in many]
