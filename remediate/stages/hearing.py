"""What maintainers ask for in comments: an approval, a reset; only those with write access are heard."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from remediate.errors import Unreachable
from remediate.incidents.words import word_in
from remediate.model.actions import Comment
from remediate.model.stage import Word
from remediate.safety.moments import HOUR
from remediate.stages.doors import Doors

# A comment whose event was lost is found for so long; doing again what it asks for changes nothing.
_BACK = 24 * HOUR
# For so long it also starts the other jobs by itself, once for each scheduled run.
_FRESH = 3 * HOUR


class _User(msgspec.Struct):
    login: str = ""


class _Comment(msgspec.Struct):
    id: int
    body: str | None = ""
    user: _User | None = None
    created_at: str = ""
    html_url: str = ""


class _Issue(msgspec.Struct):
    number: int


class _Event(msgspec.Struct):
    action: str = ""
    comment: _Comment | None = None
    issue: _Issue | None = None


def words_for(doors: Doors, *, waiting: bool) -> tuple[tuple[Word, ...], tuple[str, ...]]:
    """The words in the event that started us and, while cases wait, in comments of late; and notes.

    A token that may not read issues hears those of the event alone.
    """
    notes: list[str] = []
    comments = list(_told(doors))
    if waiting:
        try:
            comments += doors.tracker.comments(doors.clock.now() - _BACK)
        except Unreachable as problem:
            notes.append(f"comments could not be read, so only new ones are heard: {problem.message}")
    each = {comment.id: comment for comment in comments}
    return tuple(_words(doors, each.values())), tuple(notes)


def fresh(words: Iterable[Word], now: float) -> tuple[Word, ...]:
    """Those that are worth a run by themselves: older ones were obeyed, and are heard beside other things."""
    return tuple(word for word in words if word.at > now - _FRESH)


def _words(doors: Doors, comments: Iterable[Comment]) -> Iterator[Word]:
    may: dict[str, bool] = {}
    for comment in comments:
        word = word_in(comment.body)
        if word is None:
            continue
        verb, what = word
        if comment.author not in may:
            may[comment.author] = bool(comment.author) and doors.tracker.may_write(comment.author)
        heard = may[comment.author]
        yield Word(
            verb=verb,
            what=what,
            by=comment.author,
            comment=comment.id,
            number=comment.number,
            at=comment.created,
            heard=heard,
            reason="" if heard else f"{comment.author} has no write access",
        )


def _told(doors: Doors) -> Iterator[Comment]:
    """The comment whose making started us; an edited one is not heard."""
    if doors.event_name != "issue_comment":
        return
    try:
        event = msgspec.json.decode(doors.event, type=_Event)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return
    if event.action == "created" and event.comment and event.issue and event.comment.user:
        yield Comment(
            id=event.comment.id,
            number=event.issue.number,
            body=event.comment.body or "",
            author=event.comment.user.login,
            created=_seconds(event.comment.created_at),
            url=event.comment.html_url,
        )


def _seconds(text: str) -> float:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except ValueError:
        return 0.0
