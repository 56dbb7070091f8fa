"""Deployments and their statuses."""

from __future__ import annotations

from .. import render
from ..calls import Answer, Call, Refused, not_found, route
from ..talk import Deployment, DeploymentStatus


def _find(call: Call) -> Deployment:
    held = call.repo.deployments.get(call.number("deployment_id"))
    if held is None:
        raise not_found()
    return held


@route("GET", "~/deployments", "deployments")
def list_deployments(call: Call) -> Answer:
    """The newest first."""
    wanted = {name: call.query[name] for name in ("sha", "ref", "task", "environment") if name in call.query}
    found = [
        held
        for held in call.repo.deployments.values()
        if all(value in ("none", getattr(held, name)) for name, value in wanted.items())
    ]
    found.sort(key=lambda held: held.id, reverse=True)
    return call.page(found, lambda held: render.deployment(call.repo, held))


@route("POST", "~/deployments", "deployments")
def create_deployment(call: Call) -> Answer:
    repo, ref = call.repo, call.given("ref")
    sha = repo.git.commit_of(ref)
    if sha is None:
        raise Refused(422, f"No ref found for: {ref}")
    wanted = call.given("required_contexts")
    states = {held.context: held.state for held in repo.statuses if held.sha == sha}
    missing = [name for name in (states if wanted is None else wanted) if states.get(name) != "success"]
    if missing:
        raise Refused(409, "Conflict: Commit status checks failed for " + ref)
    environment = call.given("environment", "production")
    held = Deployment(
        call.box.next_id(), sha, ref, call.given("task", "deploy"), environment, call.given("description"),
        call.given("payload", {}), call.actor, call.now,
        bool(call.given("production_environment", environment == "production")),
        bool(call.given("transient_environment", False)),
    )  # fmt: skip
    repo.deployments[held.id] = held
    shown = render.deployment(repo, held)
    call.tell("deployment", action="created", deployment=shown)
    return Answer(201, shown, {"Location": shown["url"]})


@route("GET", "~/deployments/{deployment_id}", "deployments")
def get_deployment(call: Call) -> Answer:
    return Answer(200, render.deployment(call.repo, _find(call)))


@route("DELETE", "~/deployments/{deployment_id}", "deployments")
def delete_deployment(call: Call) -> Answer:
    held = _find(call)
    if len(call.repo.deployments) > 1 and held.statuses and held.statuses[-1].state != "inactive":
        raise Refused(
            422,
            "We cannot delete an active deployment unless it is the only deployment in a given environment.",
        )
    del call.repo.deployments[held.id]
    return Answer(204)


@route("GET", "~/deployments/{deployment_id}/statuses", "deployments")
def list_statuses(call: Call) -> Answer:
    held = _find(call)
    return call.page(held.statuses[::-1], lambda one: render.deployment_status(call.repo, held, one))


@route("GET", "~/deployments/{deployment_id}/statuses/{status_id}", "deployments")
def get_status(call: Call) -> Answer:
    held, number = _find(call), call.number("status_id")
    found = next((one for one in held.statuses if one.id == number), None)
    if found is None:
        raise not_found()
    return Answer(200, render.deployment_status(call.repo, held, found))


@route("POST", "~/deployments/{deployment_id}/statuses", "deployments")
def create_status(call: Call) -> Answer:
    held = _find(call)
    made = DeploymentStatus(
        call.box.next_id(), call.given("state"), call.actor, call.given("description", ""),
        call.given("environment", held.environment), call.given("environment_url", ""),
        call.given("log_url", call.given("target_url", "")), call.now,
    )  # fmt: skip
    held.statuses.append(made)
    if made.state == "success" and call.given("auto_inactive", True):
        _retire(call, held)
    shown = render.deployment_status(call.repo, held, made)
    call.tell(
        "deployment_status",
        action="created",
        deployment_status=shown,
        deployment=render.deployment(call.repo, held),
    )
    return Answer(201, shown, {"Location": shown["url"]})


def _retire(call: Call, newest: Deployment) -> None:
    """A success makes the earlier deployments of the environment inactive, but for those of production."""
    for held in call.repo.deployments.values():
        lasting = (
            held is newest or held.environment != newest.environment or held.production or held.transient
        )
        if not lasting and held.statuses and held.statuses[-1].state == "success":
            held.statuses.append(
                DeploymentStatus(
                    call.box.next_id(), "inactive", call.actor, "", held.environment, "", "", call.now
                )
            )
