"""`attempts/<signature>.json`: which recoveries of a failure have begun, and how they ended."""

from __future__ import annotations

import re

import msgspec

from remediate.model.digest import digest_of
from remediate.model.subject import Subject
from remediate.safety.moments import CLOCKS_DIFFER, HOUR
from remediate.state.bid import Bid
from remediate.state.shapes import decode, schema_of

# What was tried longer ago says nothing about today: the service is another, the cache is another.
COUNTS_FOR = 24 * HOUR
# And so long a person may want to see it.
KEPT = 7 * 24 * HOUR
MOST = 200
FOLDER = "attempts/"


class Attempt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recovery that began; `outcome` is empty until it ends."""

    owner: str
    at: float
    repository: str = ""
    branch: str = ""
    commit: str = ""
    run: str = ""
    outcome: str = ""


class Attempts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document, in the order in which they began."""

    schema: str = schema_of("attempts/any.json")
    signature: str
    attempts: tuple[Attempt, ...] = ()


def name_of(signature: str) -> str:
    """The document of a signature; one that is no plain word is named by its digest."""
    plain = re.fullmatch(r"[A-Za-z0-9_-]{1,64}", signature)
    return f"{FOLDER}{signature if plain else digest_of((ascii(signature),)).hex()[:32]}.json"


def read_attempts(data: bytes | None, signature: str) -> Attempts:
    """The document, or an empty one."""
    return Attempts(signature=signature) if data is None else decode(name_of(signature), data, Attempts)


def read_document(name: str, data: bytes | None) -> Attempts:
    """The document of this name, whosever it is."""
    return Attempts(signature="") if data is None else decode(name, data, Attempts)


def count(made: Attempts, subject: Subject, now: float) -> int:
    """How many were made for this commit in this run, since one healed it; one that was killed counts."""
    number = 0
    for one in made.attempts:
        if _subject(one) == _identity(subject) and abs(now - one.at) < COUNTS_FOR + CLOCKS_DIFFER:
            number = 0 if one.outcome == "recovered" else number + 1
    return number


def begun(made: Attempts, bid: Bid, now: float) -> Attempts:
    """With one more, unless it is there already, and without what is too old to be told."""
    if has(made, bid):
        return made
    late = (one for one in made.attempts if not _is_old(one, now))
    repository, branch, commit, run = _identity(bid.subject)
    one = Attempt(owner=bid.owner, at=now, repository=repository, branch=branch, commit=commit, run=run)
    return msgspec.structs.replace(made, attempts=(*late, one)[-MOST:])


def ended(made: Attempts, bid: Bid, outcome: str) -> Attempts:
    """With the outcome of the bid's own."""
    new = tuple(
        msgspec.structs.replace(one, outcome=outcome) if one.owner == bid.owner else one
        for one in made.attempts
    )
    return msgspec.structs.replace(made, attempts=new)


def taken_back(made: Attempts, bid: Bid) -> Attempts:
    """Without the bid's own: it never did anything."""
    return msgspec.structs.replace(
        made, attempts=tuple(one for one in made.attempts if one.owner != bid.owner)
    )


def has(made: Attempts, bid: Bid) -> bool:
    """Whether the bid's own has begun."""
    return any(one.owner == bid.owner for one in made.attempts)


def is_over(made: Attempts, now: float) -> bool:
    """Whether all of them are too old to count or to be told."""
    return all(_is_old(one, now) for one in made.attempts)


def _is_old(one: Attempt, now: float) -> bool:
    """What a clock ahead of ours has dated is not."""
    return one.at < now - KEPT - CLOCKS_DIFFER


def _subject(one: Attempt) -> tuple[str, str, str, str]:
    return (one.repository, one.branch, one.commit, one.run)


def _identity(subject: Subject) -> tuple[str, str, str, str]:
    return (subject.repository, subject.branch, subject.commit, subject.run)
