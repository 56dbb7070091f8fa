"""Repositories, those of an installation, and what the server says of itself."""

from __future__ import annotations

from .. import render
from ..calls import Answer, Call, Refused, route
from ..tokens import ROLES


@route("GET", "/repos/{owner}/{repo}")
def get_repository(call: Call) -> Answer:
    shown = render.repository(call.repo)
    if call.token and call.token.kind == "person":
        rank = ROLES.index(call.box.tokens.role(call.actor, call.repo))
        rights = {"pull": 1, "triage": 2, "push": 3, "maintain": 4, "admin": 5}
        shown["permissions"] = {name: rank >= least for name, least in rights.items()}
    return Answer(200, shown)


@route("GET", "/installation/repositories")
def list_repositories(call: Call) -> Answer:
    if call.token is None or call.token.kind == "person":
        raise Refused(
            403, "You must authenticate with an installation access token in order to list repositories."
        )
    found = [repo for name, repo in call.box.repositories.items() if call.token.repository in (None, name)]
    return call.page(found, render.repository, "repositories")


@route("GET", "/app")
def get_app(call: Call) -> Answer:
    raise Refused(401, "A JSON web token could not be decoded")


@route("GET", "/meta")
def get_meta(call: Call) -> Answer:
    return Answer(200, {"verifiable_password_authentication": False, "installed_version": "3.19.0"})
