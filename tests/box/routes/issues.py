"""Issues, and the part of pull requests that is an issue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import render
from ..calls import Answer, Call, Refused, invalid, not_found, route
from ..clock import parse
from ..talk import Issue

MOST_BODY, MOST_TITLE = 65_536, 256
_SORTS: dict[str, Callable[[Issue], Any]] = {
    "created": lambda issue: (issue.created_at, issue.number),
    "updated": lambda issue: (issue.updated_at, issue.number),
    "comments": lambda issue: (len(issue.comments), issue.number),
}


def find_issue(call: Call) -> Issue:
    """The issue of the path; writing to one that is no pull request takes `issues`."""
    held = call.repo.issues.get(call.number("issue_number"))
    if held is None:
        raise not_found()
    if call.method != "GET" and held.pull is None:
        call.needs("issues", "write")
    return held


def check_body(resource: str, body: str | None) -> None:
    if body is not None and len(body) > MOST_BODY:
        raise invalid(resource, "body", "custom", f"body is too long (maximum is {MOST_BODY} characters)")


def check_title(title: object) -> None:
    if title is not None and not str(title).strip():
        raise invalid("Issue", "title", "missing_field")
    if len(str(title)) > MOST_TITLE:
        raise invalid("Issue", "title", "custom", f"title is too long (maximum is {MOST_TITLE} characters)")


def changed(call: Call, held: Issue, action: str) -> None:
    """Notes the change and tells of it."""
    held.updated_at = call.now
    if held.pull:
        call.tell("pull_request", action=action, **render.pull_event(call.repo, held))
    else:
        call.tell("issues", action=action, **render.issue_event(call.repo, held))


def _fits(held: Issue, query: dict[str, str]) -> bool:
    state, wanted = query.get("state", "open"), query.get("labels", "")
    names = {name.lower() for name in held.labels}
    assignee = query.get("assignee", "*" if held.assignees else "none")
    return (
        state in ("all", held.state)
        and all(name.strip().lower() in names for name in wanted.split(",") if name.strip())
        and query.get("creator", held.user) == held.user
        and (assignee in ("*", "none") or assignee in held.assignees)
        and ("since" not in query or held.updated_at >= parse(query["since"]))
    )


@route("GET", "~/issues", "issues|pull_requests")
def list_issues(call: Call) -> Answer:
    """Pull requests are among them, as on GitHub."""
    query = dict(call.query)
    found = [held for held in call.repo.issues.values() if _fits(held, query)]
    found.sort(key=_SORTS[query.get("sort", "created")], reverse=query.get("direction", "desc") == "desc")
    return call.page(found, lambda held: render.issue(call.repo, held))


@route("POST", "~/issues", "issues")
def create_issue(call: Call) -> Answer:
    title = call.given("title")
    if not call.repo.settings.has_issues:
        raise Refused(410, "Issues has been disabled in this repository.")
    if not title:
        raise invalid("Issue", "title", "missing_field")
    check_title(title)
    check_body("Issue", call.given("body"))
    names = [held if isinstance(held, str) else held["name"] for held in call.given("labels", [])]
    made = call.repo.add_issue(str(title), call.given("body"), user=call.actor, labels=names)
    made.assignees = list(call.given("assignees", []))
    call.tell("issues", action="opened", **render.issue_event(call.repo, made))
    shown = render.issue(call.repo, made)
    return Answer(201, shown, {"Location": shown["url"]})


@route("GET", "~/issues/{issue_number}", "issues|pull_requests")
def get_issue(call: Call) -> Answer:
    return Answer(200, render.issue(call.repo, find_issue(call)))


@route("PATCH", "~/issues/{issue_number}", "issues|pull_requests")
def update_issue(call: Call) -> Answer:
    held = find_issue(call)
    check_title(call.given("title", held.title))
    check_body("Issue", call.given("body"))
    rewrite(call, held)
    if call.has("labels"):
        given = call.given("labels", [])
        held.labels = [
            call.repo.add_label(one if isinstance(one, str) else one["name"]).name for one in given
        ]
    if call.has("assignees"):
        held.assignees = list(call.given("assignees", []))
    action = "edited"
    if call.given("state", held.state) != held.state:
        action = set_state(call, held, call.given("state"))
    elif call.has("state_reason"):
        held.state_reason = call.given("state_reason")
    changed(call, held, action)
    return Answer(200, render.issue(call.repo, held))


def rewrite(call: Call, held: Issue) -> None:
    """Gives it the title and the body of the request."""
    held.title = str(call.given("title", held.title))
    held.body = call.body["body"] if call.has("body") else held.body
    call.box.heard(f"{call.repo.full_name}#{held.number}", call.actor, call.given("body"))
    call.box.heard(f"{call.repo.full_name}#{held.number}", call.actor, call.given("title"))


def set_state(call: Call, held: Issue, state: str) -> str:
    """Closes or opens again; gives the name of the action."""
    held.state = state
    closes = state == "closed"
    held.state_reason = call.given("state_reason", "completed") if closes else "reopened"
    held.closed_at, held.closed_by = (call.now, call.actor) if closes else (None, None)
    return "closed" if closes else "reopened"


@route("POST", "~/issues/{issue_number}/assignees", "issues|pull_requests")
def add_assignees(call: Call) -> Answer:
    held = find_issue(call)
    held.assignees = list(dict.fromkeys([*held.assignees, *call.given("assignees", [])]))
    changed(call, held, "assigned")
    return Answer(201, render.issue(call.repo, held))


@route("PUT", "~/issues/{issue_number}/lock", "issues|pull_requests")
def lock_issue(call: Call) -> Answer:
    find_issue(call).locked = True
    return Answer(204)


@route("DELETE", "~/issues/{issue_number}/lock", "issues|pull_requests")
def unlock_issue(call: Call) -> Answer:
    find_issue(call).locked = False
    return Answer(204)
