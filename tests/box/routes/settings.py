"""What an administrator set for Actions."""

from __future__ import annotations

from ..calls import Answer, Call, Refused, route


@route("GET", "~/actions/permissions", "administration")
def get_permissions(call: Call) -> Answer:
    held = call.repo.settings
    shown = {"enabled": held.actions_enabled, "sha_pinning_required": False}
    return Answer(200, {**shown, "allowed_actions": held.allowed_actions} if held.actions_enabled else shown)


@route("PUT", "~/actions/permissions", "administration")
def set_permissions(call: Call) -> Answer:
    held = call.repo.settings
    held.actions_enabled = call.given("enabled", held.actions_enabled)
    held.allowed_actions = call.given("allowed_actions", held.allowed_actions)
    return Answer(204)


@route("GET", "~/actions/permissions/workflow", "administration")
def get_workflow_permissions(call: Call) -> Answer:
    held = call.repo.settings
    return Answer(
        200,
        {
            "default_workflow_permissions": held.default_workflow_permissions,
            "can_approve_pull_request_reviews": held.can_approve_pull_request_reviews,
        },
    )


@route("PUT", "~/actions/permissions/workflow", "administration")
def set_workflow_permissions(call: Call) -> Answer:
    held = call.repo.settings
    for name in ("default_workflow_permissions", "can_approve_pull_request_reviews"):
        setattr(held, name, call.given(name, getattr(held, name)))
    return Answer(204)


@route("GET", "~/actions/permissions/selected-actions", "administration")
def get_selected_actions(call: Call) -> Answer:
    if call.repo.settings.allowed_actions != "selected":
        raise Refused(409, "Conflict: the repository does not allow selected actions only")
    patterns = list(call.repo.settings.selected_patterns)
    return Answer(
        200, {"github_owned_allowed": True, "verified_allowed": False, "patterns_allowed": patterns}
    )


@route("PUT", "~/actions/permissions/selected-actions", "administration")
def set_selected_actions(call: Call) -> Answer:
    call.repo.settings.selected_patterns = tuple(call.given("patterns_allowed", ()))
    return Answer(204)


@route("GET", "~/actions/permissions/artifact-and-log-retention", "administration")
def get_retention(call: Call) -> Answer:
    return Answer(200, {"days": call.repo.settings.retention_days, "maximum_allowed_days": 90})


@route("PUT", "~/actions/permissions/artifact-and-log-retention", "administration")
def set_retention(call: Call) -> Answer:
    call.repo.settings.retention_days = call.given("days", call.repo.settings.retention_days)
    return Answer(204)
