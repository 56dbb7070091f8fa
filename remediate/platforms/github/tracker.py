"""Issues and comments: found by a mark, opened once, changed in place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from remediate.model.actions import Comment, Ticket
from remediate.platforms.github.desk import Part, quoted
from remediate.platforms.github.forge_shapes import CommentShape, IssueShape, PermissionShape
from remediate.platforms.github.shapes import UserShape, iso, parsed
from remediate.platforms.github.wire import Reply

_READ = "issues: read"
_WRITE = "issues: write"
_PAGES = 20
_WRITERS = ("admin", "write")


class Issues(Part):
    """Implements `Tracker`."""

    def may_write(self, user: str) -> bool:
        """Whether this person has write access."""
        path = f"{self._root}/collaborators/{quoted(user, '')}/permission"
        reply = self._calls.get(path, needs="metadata: read", accept=(404,), fresh=True)
        return reply.status == 200 and parsed(reply, PermissionShape, path).permission in _WRITERS

    def tickets(self, label: str) -> tuple[Ticket, ...]:
        """The issues with this label, open and closed."""
        return tuple(one.model() for one in self._issues(label))

    def open_ticket(self, *, title: str, body: str, labels: tuple[str, ...], mark: str) -> Ticket:
        """The issue whose body begins with this mark; opened where there is none."""
        label = labels[0] if labels else ""
        known = self._marked(label, mark)
        if known:
            return known
        path = f"{self._root}/issues"
        answer = self._calls.bring_about(
            "POST",
            path,
            {"title": title, "body": body, "labels": list(labels)},
            look=lambda: self._marked(label, mark),
            needs=_WRITE,
        )
        return parsed(answer, IssueShape, path).model() if isinstance(answer, Reply) else answer

    def edit_ticket(
        self, number: int, *, title: str | None = None, body: str | None = None, state: str | None = None
    ) -> None:
        """Changes what is given."""
        given = {"title": title, "body": body, "state": state}
        wanted = {name: value for name, value in given.items() if value is not None}
        if wanted and not self._is_so(number, wanted):
            self._calls.bring_about(
                "PATCH",
                f"{self._root}/issues/{number}",
                wanted,
                look=lambda: self._is_so(number, wanted),
                needs=_WRITE,
            )

    def comments(self, since: float) -> tuple[Comment, ...]:
        """The comments under all issues and pull requests since then, the oldest first."""
        path = f"{self._root}/issues/comments"
        # The newest first: where there are more than we read, those that are left out were heard before.
        query = {"since": iso(since), "sort": "created", "direction": "desc"}
        pages = self._calls.pages(path, query, needs=_READ, most=_PAGES)
        found = {one.id: one.model() for reply in pages for one in parsed(reply, list[CommentShape], path)}
        # GitHub goes by the last change: an old comment that was edited now is not a new word.
        return tuple(sorted((one for one in found.values() if one.created >= since), key=lambda one: one.id))

    def put_comment(self, number: int, body: str, mark: str) -> Comment:
        """The one comment of ours with this mark: opened, or changed where its body differs."""
        path = f"{self._root}/issues/{number}/comments"
        known = self._ours(number, mark)
        if known is not None and known.body == body:
            return known
        if known is None:
            method, place = "POST", path
        else:
            method, place = "PATCH", f"{self._root}/issues/comments/{known.id}"
        # What was opened may have been changed since: that its mark is there is enough.
        there = body if known else mark
        answer = self._calls.bring_about(
            method, place, {"body": body}, look=lambda: self._said(number, mark, there), needs=_WRITE
        )
        return parsed(answer, CommentShape, path).model() if isinstance(answer, Reply) else answer

    def _issues(self, label: str, *, fresh: bool = False) -> Iterator[IssueShape]:
        path = f"{self._root}/issues"
        query = {"state": "all", **({"labels": label} if label else {})}
        for reply in self._calls.pages(path, query, needs=_READ, most=_PAGES, fresh=fresh):
            yield from (one for one in parsed(reply, list[IssueShape], path) if one.pull_request is None)

    def _marked(self, label: str, mark: str) -> Ticket | None:
        """Another person may write our mark into an issue; what we have to say does not go there."""
        told = (one for one in self._issues(label, fresh=True) if mark in (one.body or ""))
        return next((one.model() for one in told if self._is_bot_or_us(one.user)), None)

    def _is_so(self, number: int, wanted: dict[str, Any]) -> bool | None:
        path = f"{self._root}/issues/{number}"
        reply = self._calls.get(path, needs=_READ, fresh=True)
        now = parsed(reply, IssueShape, path)
        seen = {"title": now.title, "body": now.body or "", "state": now.state}
        return True if all(seen[name] == value for name, value in wanted.items()) else None

    def _ours(self, number: int, mark: str) -> Comment | None:
        """Another person may write our mark into a comment; that one is not ours to change."""
        path = f"{self._root}/issues/{number}/comments"
        for reply in self._calls.pages(path, needs=_READ, most=_PAGES, fresh=True):
            for one in parsed(reply, list[CommentShape], path):
                if mark in (one.body or "") and self._is_us(one):
                    return one.model()
        return None

    def _is_us(self, one: CommentShape) -> bool:
        return one.user is not None and one.user.login == self._login if self._login else one.by_bot

    def _is_bot_or_us(self, user: UserShape | None) -> bool:
        """What was begun with the workflow's token goes on with a person's."""
        return user is not None and (user.type == "Bot" or user.login == self._login)

    @cached_property
    def _login(self) -> str:
        """Who we are; empty for a bot, which is not told."""
        reply = self._calls.get("/user", accept=(401, 403, 404), fresh=True)
        return parsed(reply, UserShape, "/user").login if reply.status == 200 else ""

    def _said(self, number: int, mark: str, there: str) -> Comment | None:
        found = self._ours(number, mark)
        return found if found is not None and there in found.body else None
