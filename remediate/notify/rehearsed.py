"""A tracker that only reads, and says what would have been written."""

from __future__ import annotations

from remediate.model.actions import Comment, Ticket
from remediate.ports import Tracker


class RehearsedTracker:
    """The door `Tracker` of a dry run."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self.lines: list[str] = []

    def may_write(self, user: str) -> bool:
        return self._tracker.may_write(user)

    def tickets(self, label: str) -> tuple[Ticket, ...]:
        return self._tracker.tickets(label)

    def open_ticket(self, *, title: str, body: str, labels: tuple[str, ...], mark: str) -> Ticket:  # noqa: ARG002
        self.lines.append(f"[DRY-RUN] an issue would be opened: {title}")
        return Ticket(number=0, title=title, body=body, state="open", labels=labels)

    def edit_ticket(
        self,
        number: int,
        *,
        title: str | None = None,  # noqa: ARG002 - as the door has it
        body: str | None = None,  # noqa: ARG002
        state: str | None = None,
    ) -> None:
        what = f"become {state}" if state else "be rewritten"
        self.lines.append(f"[DRY-RUN] issue {number} would {what}")

    def comments(self, since: float) -> tuple[Comment, ...]:
        return self._tracker.comments(since)

    def put_comment(self, number: int, body: str, mark: str) -> Comment:  # noqa: ARG002
        self.lines.append(f"[DRY-RUN] there would be a comment on {number}")
        return Comment(id=0, number=number, body=body, author="", created=0.0)
