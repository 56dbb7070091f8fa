"""A repository of GitHub in memory: the doors Platform, Forge and Tracker, which behave as the real ones."""

from __future__ import annotations

from typing import Any

import msgspec
from fakes.fake_doors import Killed
from fakes.fake_forge import FakeForge

from remediate.model.actions import Comment, Ticket

__all__ = ["FakeGitHub", "Killed"]

LONGEST_BODY = 65_536


class FakeGitHub(FakeForge):
    """All three doors; `writers` are the people with write access."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.writers: set[str] = set()
        self.issues: list[Ticket] = []
        self.said: list[Comment] = []
        self.us = "github-actions[bot]"

    # For the test.

    def add_comment(self, number: int, body: str, author: str) -> Comment:
        made = Comment(
            id=len(self.said) + 1, number=number, body=body, author=author, created=self.clock.now()
        )
        self.said.append(made)
        return made

    def add_issue(self, title: str, body: str, labels: tuple[str, ...], author: str) -> Ticket:
        number = len(self.issues) + 1
        made = Ticket(number=number, title=title, body=body, state="open", labels=labels, author=author)
        self.issues.append(made)
        return made

    # The door.

    def may_write(self, user: str) -> bool:
        self.enter(f"may_write {user}")
        return user in self.writers

    def tickets(self, label: str) -> tuple[Ticket, ...]:
        self.enter(f"tickets {label}")
        return tuple(ticket for ticket in self.issues if label in ticket.labels)

    def open_ticket(self, *, title: str, body: str, labels: tuple[str, ...], mark: str) -> Ticket:
        self.enter(f"open_ticket {mark}")
        for ticket in self.issues:
            # A mark in what someone else wrote is no mark.
            if ticket.body.lstrip().startswith(mark) and ticket.author == self.us:
                return ticket
        _fits(body)
        assert mark in body, "the body must hold the mark, or it is never found again"
        made = self.add_issue(title, body, labels, self.us)
        self.happened(f"open_ticket {made.number}")
        return made

    def edit_ticket(
        self, number: int, *, title: str | None = None, body: str | None = None, state: str | None = None
    ) -> None:
        self.enter(f"edit_ticket {number}")
        _fits(body or "")
        changes = {"title": title, "body": body, "state": state}
        given = {name: value for name, value in changes.items() if value is not None}
        for place, ticket in enumerate(self.issues):
            changed = msgspec.structs.replace(ticket, **given)
            if ticket.number == number and changed != ticket:
                self.issues[place] = changed
                self.happened(f"edit_ticket {number}")

    def comments(self, since: float) -> tuple[Comment, ...]:
        self.enter("comments")
        return tuple(sorted((c for c in self.said if c.created >= since), key=lambda c: c.created))

    def put_comment(self, number: int, body: str, mark: str) -> Comment:
        self.enter(f"put_comment {number} {mark}")
        _fits(body)
        assert mark in body, "the body must hold the mark, or it is never found again"
        for place, comment in enumerate(self.said):
            if (comment.number, comment.author) == (number, self.us) and mark in comment.body:
                if comment.body != body:
                    self.said[place] = msgspec.structs.replace(comment, body=body)
                    self.happened(f"edit_comment {comment.id}")
                return self.said[place]
        self.happened(f"comment {number}")
        return self.add_comment(number, body, self.us)


def _fits(body: str) -> None:
    assert len(body) <= LONGEST_BODY, f"{len(body)} characters: GitHub refuses it"
