"""From a request to its answer: what every operation goes through before and after its own handler."""

from __future__ import annotations

import hashlib
import json
import traceback
from typing import TYPE_CHECKING
from urllib.parse import unquote

from . import counting, routes  # noqa: F401 - enters the operations
from .bare import GitFailed
from .calls import DOCS, OPERATIONS, Answer, Call, Refused, Seen, query_of
from .description import Found

if TYPE_CHECKING:
    from .github import Box
    from .mischief import Trick
    from .repository import Repository

PREFIX = "/api/v3"


def respond(box: Box, seen: Seen) -> Answer:
    """The answer to one request, its effects done and its events told."""
    trick = box.mischief.pick(seen.method, seen.path, "fail", when="before")
    if trick:
        return _failing(box, seen, trick)
    if seen.path.startswith("/downloads/"):
        return box.downloads.get(seen.path, seen.authorization, seen.headers.get("host", ""))
    if not seen.path.startswith(PREFIX):
        return Refused(404, "Not Found").answer
    answer = _answer(box, seen)
    trick = box.mischief.pick(seen.method, seen.path, "fail", when="after")
    return _failing(box, seen, trick) if trick else answer


def _failing(box: Box, seen: Seen, trick: Trick) -> Answer:
    answer = trick.answer()
    if seen.path.startswith(PREFIX):
        counting.count(box, seen.token, answer, free=True)
    return answer


def _answer(box: Box, seen: Seen) -> Answer:
    path = _by_number(box, seen.path.removeprefix(PREFIX) or "/")
    moved = _moved(box, seen, path)
    if moved:
        return moved
    with box.lock:
        found = _operation(box, seen, path)
        answer, call = _handled(box, seen, path, found)
        _tag(answer, seen)
        unchanged = answer.status == 304 and seen.token is not None
        counting.count(box, seen.token, answer, free=path == "/rate_limit" or unchanged)
        _tell_rights(seen, found, answer)
        if found and box.checks and not answer.deliberate:
            box.faults.extend(box.checks.answer(found.operation, answer))
    for told in call.afterwards if call else ():
        told()
    return answer


def _by_number(box: Box, path: str) -> str:
    """`/repositories/17/…`, which redirects of renamed repositories lead to, as a path of today's name."""
    _, first, number, *rest = [*path.split("/", 3), "", ""][:4]
    found = next((repo for repo in box.repositories.values() if str(repo.id) == number), None)
    if first != "repositories" or found is None:
        return path
    return "/".join(["", "repos", found.full_name, *filter(None, rest)])


def _moved(box: Box, seen: Seen, path: str) -> Answer | None:
    parts = path.split("/")
    repo = box.moved.get("/".join(parts[2:4]).lower()) if parts[1:2] == ["repos"] else None
    if repo is None or not box.tokens.sees(seen.token, repo):
        return None
    place = "/".join([box.api, "repositories", str(repo.id), *parts[4:]]) + (
        f"?{seen.query}" if seen.query else ""
    )
    status = 301 if seen.method == "GET" else 307
    return Answer(
        status, {"message": "Moved Permanently", "url": place, "documentation_url": DOCS}, {"Location": place}
    )


def _operation(box: Box, seen: Seen, path: str) -> Found | None:
    """The described operation of the request; a fault when there is none, or it is not as described."""
    if box.checks is None:
        return _undescribed(seen.method, path)
    found = box.checks.description.find(seen.method, path)
    if found is None:
        box.faults.append(f"{seen.method} {path}: GitHub has no such operation")
    else:
        faults = list(box.checks.request(found, query_of(seen.query), seen.body))
        box.faults.extend(faults)
    return found


def _undescribed(method: str, path: str) -> Found | None:
    from .undescribed import find  # noqa: PLC0415 - only where the description is not installed

    return find(method, path)


def _handled(box: Box, seen: Seen, path: str, found: Found | None) -> tuple[Answer, Call | None]:
    try:
        _authenticate(box, seen)
        call = _call(box, seen, path, found)
        _may(call)
        if seen.method != "GET":
            limited = box.mischief.limit_of_writes()
            if limited:
                return limited, None
            box.mischief.before_write()
        return OPERATIONS[seen.method, call.template][0](call), call
    except Refused as refused:
        return refused.answer, None
    except GitFailed as failed:
        return Answer(422, {"message": str(failed), "documentation_url": DOCS}), None
    except Exception:  # noqa: BLE001 - whatever the box does wrong is shown as its fault
        box.faults.append(f"{seen.method} {path}: the box itself failed: {traceback.format_exc()}")
        return Answer(500, {"message": "Server Error"}, deliberate=True), None


def _authenticate(box: Box, seen: Seen) -> None:
    if "user-agent" not in seen.headers:
        box.faults.append(f"{seen.method} {seen.path}: without a User-Agent")
        raise Refused(403, "Request forbidden by administrative rules.")
    if seen.authorization and seen.token is None:
        raise Refused(401, "Bad credentials")
    if seen.path != f"{PREFIX}/rate_limit" and counting.exceeded(box, seen.token):
        who = f"installation ID {1000 + len(seen.token.actor)}" if seen.token else "127.0.0.1"
        raise Refused(403, f"API rate limit exceeded for {who}.")


def _call(box: Box, seen: Seen, path: str, found: Found | None) -> Call:
    if found is None:
        raise Refused(404, "Not Found")
    template = found.operation.template
    if (seen.method, template) not in OPERATIONS:
        box.faults.append(f"{seen.method} {template}: the box does not have this operation")
        raise Refused(404, "Not Found")
    try:
        body = json.loads(seen.body) if seen.body.strip() else None
    except ValueError:
        raise Refused(400, "Problems parsing JSON") from None
    query = query_of(seen.query)
    call = Call(box, seen.method, path, template, found.params, query, body, seen.token)
    if "owner" in found.params and "repo" in found.params:
        call.found_repo = _repository(box, seen, found)
    return call


def _repository(box: Box, seen: Seen, found: Found) -> Repository | None:
    name = unquote(f"{found.params['owner']}/{found.params['repo']}")
    repo = box.find_repository(name)
    if repo is None or not box.tokens.sees(seen.token, repo):
        return None
    past = box.mischief.past(seen.method, seen.path) if seen.method == "GET" else None
    return past.get(repo.full_name, repo) if past else repo


def _may(call: Call) -> None:
    """Rights of the token: the first permission that reaches is enough, the last one words the refusal."""
    _, permission, level = OPERATIONS[call.method, call.template]
    if call.found_repo is None:
        if "{repo}" in call.template:
            raise Refused(404, "Not Found")
        return
    if call.token is None and level != "read":
        raise Refused(401, "Requires authentication")
    if call.token is None and not call.repo.private:
        return
    *others, last = permission.split("|")
    if call.method != "GET" and call.repo.settings.archived:
        raise Refused(403, "Repository was archived so is read-only.")
    if not any(call.reaches(name, level) for name in others):
        call.needs(last, level)


def _tell_rights(seen: Seen, found: Found | None, answer: Answer) -> None:
    """What the token may do, or would have to be allowed, in the headers that tell it."""
    if seen.token and seen.token.scopes is not None:
        answer.headers["X-OAuth-Scopes"] = seen.token.scopes
    elif seen.token and found and (seen.method, found.operation.template) in OPERATIONS:
        _, permission, level = OPERATIONS[seen.method, found.operation.template]
        wanted = "; ".join(f"{name}={level}" for name in permission.split("|"))
        answer.headers["X-Accepted-GitHub-Permissions"] = wanted


def _tag(answer: Answer, seen: Seen) -> None:
    """An ETag for what was read, another one for each token, and 304 for who has it already."""
    if seen.method != "GET" or answer.status != 200 or isinstance(answer.body, bytes):
        return
    asking = (seen.authorization or "").encode()
    tag = f'W/"{hashlib.sha256(asking + answer.bytes()).hexdigest()}"'
    answer.headers["ETag"] = tag
    answer.headers["Cache-Control"] = "private, max-age=60, s-maxage=60"
    if tag in seen.headers.get("if-none-match", ""):
        answer.status, answer.body = 304, None
