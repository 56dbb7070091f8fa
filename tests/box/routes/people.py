"""Who asks, who else there is, and how many requests are left."""

from __future__ import annotations

from typing import Any

from .. import render
from ..calls import Answer, Call, Refused, not_found, route
from ..counting import figures
from ..tokens import ROLES

_OLD_NAMES = {"triage": "read", "maintain": "write"}


@route("GET", "/user")
def get_user(call: Call) -> Answer:
    if call.token is None:
        raise Refused(401, "Requires authentication")
    if call.token.kind != "person":
        raise Refused(403, "Resource not accessible by integration")
    counts = ("private_gists", "total_private_repos", "owned_private_repos", "disk_usage", "collaborators")
    private: dict[str, Any] = {**dict.fromkeys(counts, 0), "two_factor_authentication": True}
    return Answer(200, {**render.detailed_user(call.box, call.actor), **private})


@route("GET", "/users/{username}")
def get_account(call: Call) -> Answer:
    if call.params["username"] not in call.box.users:
        raise not_found()
    return Answer(200, render.detailed_user(call.box, call.params["username"]))


@route("GET", "~/collaborators", "metadata", "read")
def list_collaborators(call: Call) -> Answer:
    roles = {
        login: role for (login, name), role in call.box.tokens.roles.items() if name == call.repo.full_name
    }
    roles[call.repo.owner] = "admin"
    return call.page(
        sorted(login for login in roles if roles[login] != "none"), lambda login: _collaborator(call, login)
    )


def _collaborator(call: Call, login: str) -> dict[str, Any]:
    role = call.box.tokens.role(login, call.repo)
    rank = ROLES.index(role)
    rights = {"pull": 1, "triage": 2, "push": 3, "maintain": 4, "admin": 5}
    permissions = {name: rank >= least for name, least in rights.items()}
    return {**render.user(call.box, login), "permissions": permissions, "role_name": role}


@route("GET", "~/collaborators/{username}", "metadata", "read")
def is_collaborator(call: Call) -> Answer:
    known = (call.params["username"], call.repo.full_name) in call.box.tokens.roles
    if not known and call.params["username"] != call.repo.owner:
        raise not_found()
    return Answer(204)


@route("GET", "~/collaborators/{username}/permission", "metadata", "read")
def get_permission(call: Call) -> Answer:
    """`permission` knows four levels only; `role_name` says the rest."""
    login = call.params["username"]
    if login not in call.box.users:
        raise Refused(404, f"{login} is not a user")
    role = call.box.tokens.role(login, call.repo)
    user = {**_collaborator(call, login), "email": None, "name": None}
    return Answer(200, {"permission": _OLD_NAMES.get(role, role), "role_name": role, "user": user})


@route("GET", "/rate_limit")
def rate_limit(call: Call) -> Answer:
    core = figures(call.box, call.token)
    other = {**core, "limit": 30, "remaining": 30, "used": 0}
    resources = dict.fromkeys(("search", "graphql"), other)
    return Answer(200, {"resources": {"core": core, **resources}, "rate": core})
