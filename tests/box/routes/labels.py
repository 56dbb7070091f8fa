"""Labels of the repository and of its issues."""

from __future__ import annotations

from .. import render
from ..calls import Answer, Call, invalid, not_found, route
from ..talk import Issue, Label
from .issues import changed, find_issue

MOST_NAME, MOST_DESCRIPTION = 50, 100


def _find(call: Call) -> Label:
    held = call.repo.labels.get(call.params["name"].lower())
    if held is None:
        raise not_found()
    return held


def _check(call: Call) -> None:
    if len(call.given("name", "")) > MOST_NAME:
        raise invalid("Label", "name", "custom", f"name is too long (maximum is {MOST_NAME} characters)")
    if len(call.given("description", "")) > MOST_DESCRIPTION:
        told = f"description is too long (maximum is {MOST_DESCRIPTION} characters)"
        raise invalid("Label", "description", "custom", told)


@route("GET", "~/labels", "issues|pull_requests")
def list_labels(call: Call) -> Answer:
    return call.page(list(call.repo.labels.values()), lambda held: render.label(call.repo, held))


@route("POST", "~/labels", "issues|pull_requests")
def create_label(call: Call) -> Answer:
    _check(call)
    name = call.given("name")
    if name.lower() in call.repo.labels:
        raise invalid("Label", "name", "already_exists")
    held = call.repo.add_label(name, call.given("color", "ededed"), call.given("description"))
    return Answer(201, render.label(call.repo, held), {"Location": render.url_of(call.repo, "labels", name)})


@route("GET", "~/labels/{name}", "issues|pull_requests")
def get_label(call: Call) -> Answer:
    return Answer(200, render.label(call.repo, _find(call)))


@route("PATCH", "~/labels/{name}", "issues|pull_requests")
def update_label(call: Call) -> Answer:
    _check(call)
    held = _find(call)
    old = held.name
    held.name = call.given("new_name", held.name)
    held.color = call.given("color", held.color)
    held.description = call.given("description", held.description)
    call.repo.labels[held.name.lower()] = call.repo.labels.pop(old.lower())
    for issue in call.repo.issues.values():
        issue.labels = [held.name if name == old else name for name in issue.labels]
    return Answer(200, render.label(call.repo, held))


@route("DELETE", "~/labels/{name}", "issues|pull_requests")
def delete_label(call: Call) -> Answer:
    held = _find(call)
    del call.repo.labels[held.name.lower()]
    for issue in call.repo.issues.values():
        issue.labels = [name for name in issue.labels if name != held.name]
    return Answer(204)


def _labels_given(call: Call) -> list[str]:
    given = call.body.get("labels", []) if isinstance(call.body, dict) else call.body or []
    return [held if isinstance(held, str) else held["name"] for held in given]


def _put(call: Call, issue: Issue, names: list[str]) -> Answer:
    issue.labels = list(dict.fromkeys(call.repo.add_label(name).name for name in names))
    changed(call, issue, "labeled")
    return Answer(200, [render.label(call.repo, call.repo.labels[name.lower()]) for name in issue.labels])


@route("GET", "~/issues/{issue_number}/labels", "issues|pull_requests")
def list_labels_of_issue(call: Call) -> Answer:
    held = find_issue(call)
    return call.page(held.labels, lambda name: render.label(call.repo, call.repo.labels[name.lower()]))


@route("POST", "~/issues/{issue_number}/labels", "issues|pull_requests")
def add_labels(call: Call) -> Answer:
    held = find_issue(call)
    return _put(call, held, [*held.labels, *_labels_given(call)])


@route("PUT", "~/issues/{issue_number}/labels", "issues|pull_requests")
def set_labels(call: Call) -> Answer:
    return _put(call, find_issue(call), _labels_given(call))


@route("DELETE", "~/issues/{issue_number}/labels", "issues|pull_requests")
def remove_labels(call: Call) -> Answer:
    find_issue(call).labels = []
    return Answer(204)


@route("DELETE", "~/issues/{issue_number}/labels/{name}", "issues|pull_requests")
def remove_label(call: Call) -> Answer:
    held, name = find_issue(call), call.params["name"].lower()
    if name not in [one.lower() for one in held.labels]:
        raise not_found()
    held.labels = [one for one in held.labels if one.lower() != name]
    changed(call, held, "unlabeled")
    return Answer(200, [render.label(call.repo, call.repo.labels[one.lower()]) for one in held.labels])
