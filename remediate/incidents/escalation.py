"""Brings the issues in line with the incidents: one for each signature, changed rather than repeated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from remediate.errors import Unreachable
from remediate.incidents.ticket import (
    LABELS,
    body_of,
    calls_anew,
    comment_mark,
    comment_of,
    mark_of,
    title_of,
    untold,
)
from remediate.model.actions import Ticket
from remediate.model.cause import SEVERITIES
from remediate.model.incident import Event, Incident
from remediate.ports import Tracker

# So many new issues and so many changes at once: the rest follows with the next run of ours.
MOST_NEW, MOST_CHANGED = 5, 20
_COMMENTED = frozenset({"asked", "healed", "came-back", "escalated"})


class Escalated(msgspec.Struct, frozen=True, kw_only=True):
    """The issues by signature, what was told, and what could not be."""

    tickets: dict[str, int] = {}
    lines: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


class Escalation:
    """New to people is what an issue's text does not hold yet: what one run cannot tell, the next does."""

    def __init__(self, tracker: Tracker, repository: str) -> None:
        self._tracker = tracker
        self._repository = repository
        self._tickets: dict[str, int] = {}
        self._lines: list[str] = []
        self._problems: list[str] = []
        self._new = 0
        self._changed = 0

    def bring(self, incidents: Sequence[Incident]) -> Escalated:
        """The worst first; what fails is noted, and the rest goes on."""
        calling = [one for one in incidents if one.escalated]
        if calling:
            self._bring_all(calling)
        return Escalated(tickets=self._tickets, lines=tuple(self._lines), problems=tuple(self._problems))

    def _bring_all(self, incidents: Sequence[Incident]) -> None:
        try:
            there = self._tracker.tickets(LABELS[-1])
        except Unreachable as problem:
            self._problems.append(f"the issues could not be read, so none was opened: {problem.message}")
            return
        left = 0
        for incident in sorted(incidents, key=_rank):
            if self._new >= MOST_NEW or self._changed >= MOST_CHANGED:
                left += 1
                continue
            try:
                self._bring(incident, _ticket_of(incident, there))
            except Unreachable as problem:
                self._problems.append(f"the issue of {incident.signature}: {problem.message}")
        if left:
            self._lines.append(f"{left} more incidents are told with the next runs, to spare you a flood")

    def _bring(self, incident: Incident, ticket: Ticket | None) -> None:
        body = body_of(incident, self._repository)
        if ticket is None:
            if incident.status == "open":
                self._open(incident, body)
            return
        self._tickets[incident.signature] = ticket.number
        if ticket.state == "closed" and not (incident.status == "open" and calls_anew(incident, ticket.body)):
            # A person closed it, or it is over: it rests until the failure calls anew.
            return
        if _plain(ticket.body) == _plain(body) and ticket.state == _state(incident):
            # All of it was told: comments go before the text.
            return
        for event in _last_of_each(untold(incident, ticket.body)):
            self._tracker.put_comment(
                ticket.number, comment_of(incident, event), comment_mark(incident, event)
            )
        self._edit(incident, ticket, body)

    def _open(self, incident: Incident, body: str) -> None:
        self._new += 1
        ticket = self._tracker.open_ticket(
            title=title_of(incident), body=body, labels=LABELS, mark=mark_of(incident.signature)
        )
        self._tickets[incident.signature] = ticket.number
        if _plain(ticket.body) == _plain(body) and ticket.state == "open":
            self._lines.append(f"issue {ticket.number} opened for {incident.signature}")
        else:
            # It was there, and had lost its label.
            self._edit(incident, ticket, body)

    def _edit(self, incident: Incident, ticket: Ticket, body: str) -> None:
        state, title = _state(incident), title_of(incident)
        same = _plain(ticket.body) == _plain(body)
        self._changed += 1
        self._tracker.edit_ticket(
            ticket.number,
            title=title if ticket.title != title else None,
            body=None if same else body,
            state=state if ticket.state != state else None,
        )
        how = "changed" if ticket.state == state else "opened again" if state == "open" else "closed"
        self._lines.append(f"issue {ticket.number} {how} for {incident.signature}")


def _ticket_of(incident: Incident, there: Iterable[Ticket]) -> Ticket | None:
    """The one that begins with the mark, an open one first: elsewhere in a text anybody may have put it."""
    mark = mark_of(incident.signature)
    mine = [ticket for ticket in there if ticket.body.lstrip().startswith(mark)]
    return min(mine, key=lambda ticket: (ticket.state != "open", ticket.number), default=None)


def _state(incident: Incident) -> str:
    return "open" if incident.status == "open" else "closed"


def _plain(body: str) -> str:
    """Without what a platform may change of a text on its way."""
    return body.replace("\r\n", "\n").rstrip()


def _last_of_each(events: Iterable[Event]) -> list[Event]:
    return list({event.kind: event for event in events if event.kind in _COMMENTED}.values())


def _rank(incident: Incident) -> tuple[bool, int, float]:
    grades = list(SEVERITIES)
    grade = grades.index(incident.severity) if incident.severity in grades else len(grades)
    return incident.status != "open", grade, -incident.seen
