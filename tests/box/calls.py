"""A request to the box and its answer, and the table of the operations that the box knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

if TYPE_CHECKING:
    from .github import Box
    from .repository import Repository
    from .tokens import Token

DOCS = "https://docs.github.com/rest"


@dataclass
class Seen:
    """A request that reached the box, and the status that it got."""

    method: str
    path: str
    query: str
    token: Token | None
    authorization: str | None
    headers: Mapping[str, str]
    body: bytes
    status: int = 0

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


@dataclass
class Answer:
    """What goes back; `body` is bytes for downloads, JSON else, None for nothing."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    media: str = "application/json; charset=utf-8"
    # A misbehaviour that was asked for is not held against the description.
    deliberate: bool = False

    def bytes(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


class Refused(Exception):
    """An answer that ends a handler early."""

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.answer = Answer(
            status, {"message": message, "documentation_url": DOCS, "status": str(status), **more}
        )


def invalid(resource: str, field_name: str, code: str = "invalid", message: str | None = None) -> Refused:
    """GitHub's 422 with one error in it."""
    error = {"resource": resource, "field": field_name, "code": code}
    if message:
        error["message"] = message
    return Refused(422, "Validation Failed", errors=[error])


def not_found() -> Refused:
    return Refused(404, "Not Found")


@dataclass
class Call:
    """One request as a handler sees it: its parameters, and the repository that it names."""

    box: Box
    method: str
    path: str
    template: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    token: Token | None
    found_repo: Repository | None = None
    # What is to be told to the world once the lock is free.
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    @property
    def repo(self) -> Repository:
        if self.found_repo is None:
            raise not_found()
        return self.found_repo

    @property
    def actor(self) -> str:
        return self.token.actor if self.token else "ghost"

    @property
    def now(self) -> float:
        return self.box.clock.now()

    def number(self, name: str) -> int:
        """A parameter of the path that is a number."""
        text = self.params[name]
        if not text.isdigit():
            raise not_found()
        return int(text)

    def given(self, name: str, default: Any = None) -> Any:
        """A property of the body; null counts as not given."""
        value = self.body.get(name) if isinstance(self.body, dict) else None
        return default if value is None else value

    def has(self, name: str) -> bool:
        return isinstance(self.body, dict) and name in self.body

    def reaches(self, permission: str, level: str) -> bool:
        """Whether the token holds a permission to this level, and nobody denies it for now."""
        rank = "read" if (self.method, self.template) in OPEN_TO_READERS else level
        denied = self.box.mischief.denied(permission, level)
        return not denied and self.box.tokens.may(self.token, self.repo, permission, level, rank=rank)

    def needs(self, permission: str, level: str) -> None:
        """Ends with 403 when the token does not reach this far."""
        if not self.reaches(permission, level):
            person = self.token is not None and self.token.kind == "person"
            raise Refused(
                403,
                "Must have admin rights to Repository."
                if person
                else "Resource not accessible by integration",
            )

    def tell(self, event: str, **payload: Any) -> None:
        """Tells of an event once the answer stands; what the payload shows is fixed now."""
        repo, token = self.repo, self.token
        self.afterwards.append(lambda: repo.tell(event, payload, token))

    def pushed(self, ref: str, before: str, after: str) -> None:
        repo, token = self.repo, self.token
        self.afterwards.append(lambda: self.box.pushed(repo, ref, before, after, token))

    def page(
        self, items: Sequence[Any], render: Callable[[Any], Any], key: str | None = None, most: int = 100
    ) -> Answer:
        """The page that was asked for, with its Link header; `key` wraps it with the total."""
        size = min(_positive(self.query.get("per_page"), 30), most)
        at = _positive(self.query.get("page"), 1)
        shown = [render(item) for item in items[(at - 1) * size : at * size]]
        body = shown if key is None else {"total_count": len(items), key: shown}
        headers = self._links(at, max(1, -(-len(items) // size)))
        return Answer(200, body, headers)

    def _links(self, at: int, last: int) -> dict[str, str]:
        wanted = []
        if at > 1:
            wanted += [("prev", min(at - 1, last))]
        if at < last:
            wanted += [("next", at + 1), ("last", last)]
        if at > 1:
            wanted += [("first", 1)]
        rows = []
        for relation, page in wanted:
            query = urlencode({**self.query, "page": str(page)})
            rows.append(f'<{self.box.api}{self.path}?{query}>; rel="{relation}"')
        return {"Link": ", ".join(rows)} if rows else {}


def _positive(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() and int(text) > 0 else default


def query_of(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


Handler = Callable[[Call], Answer]
OPERATIONS: dict[tuple[str, str], tuple[Handler, str, str]] = {}
R = "/repos/{owner}/{repo}"
# What people do in any repository that they see.
OPEN_TO_READERS = {
    ("POST", f"{R}/issues"),
    ("POST", f"{R}/issues/{{issue_number}}/comments"),
    ("POST", f"{R}/issues/comments/{{comment_id}}/reactions"),
    ("POST", f"{R}/pulls"),
}


def route(
    method: str, template: str, permission: str = "metadata", level: str = ""
) -> Callable[[Handler], Handler]:
    """Enters a handler under an operation of the description. `a|b` as permission: one of the two is enough.

    A template that starts with `~` stands below a repository. The level is read for GET, else write.
    """
    whole = template.replace("~", R, 1) if template.startswith("~") else template

    def enter(handler: Handler) -> Handler:
        OPERATIONS[method, whole] = (handler, permission, level or ("read" if method == "GET" else "write"))
        return handler

    return enter
