"""Repository dispatches: an event of one's own."""

from __future__ import annotations

import json

from ..calls import Answer, Call, Refused, route

MOST_PROPERTIES = 10
MOST_BYTES = 65535


@route("POST", "~/dispatches", "contents")
def dispatch(call: Call) -> Answer:
    payload = call.given("client_payload", {})
    if len(payload) > MOST_PROPERTIES:
        raise Refused(
            422, f"No more than {MOST_PROPERTIES} properties are allowed; {len(payload)} were supplied."
        )
    if len(json.dumps(payload)) > MOST_BYTES:
        raise Refused(422, "client_payload is too large.")
    kind = call.given("event_type")
    call.repo.dispatches.append({"event_type": kind, "client_payload": payload, "actor": call.actor})
    call.tell("repository_dispatch", action=kind, branch=call.repo.default_branch, client_payload=payload)
    return Answer(204)
