"""Comments on issues and pull requests."""

from __future__ import annotations

from .. import render
from ..calls import Answer, Call, Refused, invalid, not_found, route
from ..clock import parse
from ..talk import Comment, Issue
from .issues import check_body, find_issue


def _all(call: Call) -> list[Comment]:
    return [comment for issue in call.repo.issues.values() for comment in issue.comments]


def find_comment(call: Call) -> tuple[Issue, Comment]:
    number = call.number("comment_id")
    found = next((comment for comment in _all(call) if comment.id == number), None)
    if found is None:
        raise not_found()
    issue = call.repo.issues[found.issue]
    if call.method != "GET" and issue.pull is None:
        call.needs("issues", "write")
    return issue, found


def _since(call: Call, held: list[Comment]) -> list[Comment]:
    since = call.query.get("since")
    return [one for one in held if since is None or one.updated_at >= parse(since)]


@route("GET", "~/issues/comments", "issues|pull_requests")
def list_comments(call: Call) -> Answer:
    found = _since(call, _all(call))
    by = call.query.get("sort", "created")
    found.sort(key=lambda one: (one.updated_at if by == "updated" else one.created_at, one.id))
    if call.query.get("direction", "asc") == "desc" and "sort" in call.query:
        found.reverse()
    return call.page(found, lambda one: render.comment(call.repo, one))


@route("GET", "~/issues/{issue_number}/comments", "issues|pull_requests")
def list_comments_of_issue(call: Call) -> Answer:
    return call.page(_since(call, find_issue(call).comments), lambda one: render.comment(call.repo, one))


@route("POST", "~/issues/{issue_number}/comments", "issues|pull_requests")
def create_comment(call: Call) -> Answer:
    issue, body = find_issue(call), call.given("body")
    if not body:
        raise invalid("IssueComment", "body", "missing_field")
    check_body("IssueComment", body)
    if issue.locked:
        raise Refused(403, "Unable to create comment because issue is locked.")
    made = call.repo.add_comment(issue.number, body, user=call.actor, fire=False)
    call.tell("issue_comment", action="created", **render.comment_event(call.repo, issue, made))
    shown = render.comment(call.repo, made)
    return Answer(201, shown, {"Location": shown["url"]})


@route("GET", "~/issues/comments/{comment_id}", "issues|pull_requests")
def get_comment(call: Call) -> Answer:
    return Answer(200, render.comment(call.repo, find_comment(call)[1]))


@route("PATCH", "~/issues/comments/{comment_id}", "issues|pull_requests")
def update_comment(call: Call) -> Answer:
    issue, held = find_comment(call)
    check_body("IssueComment", call.given("body"))
    held.body, held.updated_at = call.given("body", held.body), call.now
    call.box.heard(f"{call.repo.full_name}#{issue.number}", call.actor, held.body)
    call.tell("issue_comment", action="edited", **render.comment_event(call.repo, issue, held))
    return Answer(200, render.comment(call.repo, held))


@route("DELETE", "~/issues/comments/{comment_id}", "issues|pull_requests")
def delete_comment(call: Call) -> Answer:
    issue, held = find_comment(call)
    call.tell("issue_comment", action="deleted", **render.comment_event(call.repo, issue, held))
    issue.comments.remove(held)
    return Answer(204)
