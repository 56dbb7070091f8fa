"""Reactions to comments: how a command says that it was heard."""

from __future__ import annotations

from typing import Any

from .. import render
from ..calls import Answer, Call, route
from ..talk import Comment
from .comments import find_comment


def _shown(call: Call, held: Comment, at: int) -> dict[str, Any]:
    login, content = held.reactions[at]
    return {
        "id": held.id + at + 1,
        "node_id": render.node("REA", held.id + at),
        "user": render.user(call.box, login),
        "content": content,
        "created_at": call.box.clock.iso(),
    }


@route("GET", "~/issues/comments/{comment_id}/reactions", "issues|pull_requests")
def list_reactions(call: Call) -> Answer:
    _, held = find_comment(call)
    wanted = call.query.get("content")
    found = [at for at, (_, content) in enumerate(held.reactions) if wanted in (None, content)]
    return call.page(found, lambda at: _shown(call, held, at))


@route("POST", "~/issues/comments/{comment_id}/reactions", "issues|pull_requests")
def create_reaction(call: Call) -> Answer:
    """The same reaction of the same account is there only once."""
    _, held = find_comment(call)
    one = (call.actor, call.given("content"))
    known = one in held.reactions
    if not known:
        held.reactions.append(one)
    return Answer(200 if known else 201, _shown(call, held, held.reactions.index(one)))
