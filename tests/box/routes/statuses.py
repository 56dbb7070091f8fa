"""Commit statuses."""

from __future__ import annotations

from .. import render
from ..calls import Answer, Call, Refused, invalid, route
from ..talk import Status
from .commits import find_commit

MOST_DESCRIPTION = 140


@route("POST", "~/statuses/{sha}", "statuses")
def create_status(call: Call) -> Answer:
    sha = call.params["sha"]
    if call.repo.git.kind(sha) != "commit":
        raise Refused(422, f"No commit found for SHA: {sha}")
    told = call.given("description")
    if told and len(told) > MOST_DESCRIPTION:
        raise invalid(
            "Status", "description", "custom", "description is too long (maximum is 140 characters)"
        )
    held = Status(
        call.box.next_id(), sha, call.given("state"), call.given("context", "default"), told,
        call.given("target_url"), call.actor, call.now,
    )  # fmt: skip
    call.repo.statuses.append(held)
    shown = render.status(call.repo, held)
    call.tell("status", sha=sha, state=held.state, context=held.context)
    return Answer(201, shown, {"Location": shown["url"]})


@route("GET", "~/commits/{ref}/status", "statuses")
def combined(call: Call) -> Answer:
    return Answer(200, render.combined_status(call.repo, find_commit(call, call.params["ref"])))


@route("GET", "~/commits/{ref}/statuses", "statuses")
def list_statuses(call: Call) -> Answer:
    sha = find_commit(call, call.params["ref"])
    found = [held for held in reversed(call.repo.statuses) if held.sha == sha]
    return call.page(found, lambda held: render.status(call.repo, held))
