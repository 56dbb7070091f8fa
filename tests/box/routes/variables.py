"""Variables of the repository, which a workflow's own token cannot reach."""

from __future__ import annotations

import re

from .. import render
from ..calls import Answer, Call, Refused, not_found, route
from ..talk import Variable

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
MOST_SHOWN = 30
MOST_BYTES = 48 * 1024


def _find(call: Call) -> Variable:
    held = call.repo.variables.get(call.params["name"].upper())
    if held is None:
        raise not_found()
    return held


def _check(name: str, value: str) -> None:
    if not _NAME.fullmatch(name) or name.upper().startswith("GITHUB_"):
        raise Refused(
            422,
            "Variable names may only contain alphanumeric characters ([A-Z], [a-z], [0-9]) or underscores."
            " They may not begin with a number, nor with the `GITHUB_` prefix.",
        )
    if len(value.encode()) > MOST_BYTES:
        raise Refused(422, "Variable value is too large.")


@route("GET", "~/actions/variables", "variables")
def list_variables(call: Call) -> Answer:
    held = sorted(call.repo.variables.values(), key=lambda one: one.name)
    return call.page(held, render.variable, "variables", MOST_SHOWN)


@route("POST", "~/actions/variables", "variables")
def create_variable(call: Call) -> Answer:
    name, value = call.given("name", ""), call.given("value", "")
    _check(name, value)
    if name.upper() in call.repo.variables:
        raise Refused(409, "Already exists - Variable already exists")
    call.repo.set_variable(name, value)
    return Answer(201, {})


@route("GET", "~/actions/variables/{name}", "variables")
def get_variable(call: Call) -> Answer:
    return Answer(200, render.variable(_find(call)))


@route("PATCH", "~/actions/variables/{name}", "variables")
def update_variable(call: Call) -> Answer:
    held = _find(call)
    name, value = call.given("name", held.name), call.given("value", held.value)
    _check(name, value)
    if name.upper() != held.name:
        del call.repo.variables[held.name]
    call.repo.set_variable(name, value)
    return Answer(204)


@route("DELETE", "~/actions/variables/{name}", "variables")
def delete_variable(call: Call) -> Answer:
    del call.repo.variables[_find(call).name]
    return Answer(204)
