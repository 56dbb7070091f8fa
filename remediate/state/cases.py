"""`cases/`: every failed run that was found, the open ones whole, the closed ones by the day of their run."""

from __future__ import annotations

import secrets
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime, timezone

import msgspec

from remediate.errors import Unreachable
from remediate.logs.neutral import for_terminal
from remediate.model.actions import WorkflowRun
from remediate.model.case import Case, Closing
from remediate.ports import Documents, Store
from remediate.safety.moments import HOUR
from remediate.state.shapes import Unreadable, decode, encoded

OPEN = "cases/open.json"
# Closed and not counted yet: a run of ours that closes a case may die before it has told of it.
UNTOLD = "cases/untold.json"
_DAY = 24 * HOUR
# The year 9999 is the last that a date can have.
_NEVER = 253_402_300_800.0


class Open(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document of the open cases, in the order in which they were found."""

    schema: str = "remediate/cases/1"
    cases: tuple[Case, ...] = ()


class Day(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document of the cases that are closed, of the runs of one day."""

    schema: str = "remediate/closings/1"
    closings: tuple[Closing, ...] = ()


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """What was found so far: the open cases, and how the others were closed, both by key.

    `untold` are of the closed ones those that nobody has counted yet.
    """

    open: Mapping[str, Case]
    closed: Mapping[str, Closing]
    untold: tuple[Case, ...] = ()

    def knows(self, key: str) -> bool:
        """Whether this attempt was found before."""
        return key in self.open or key in self.closed


def day_of(created: float) -> str:
    """The document of the closed cases whose run was created then."""
    return f"cases/{datetime.fromtimestamp(created, timezone.utc):%Y-%m-%d}.json"


def read_register(store: Store, since: float, now: float, others: Iterable[float] = ()) -> Register:
    """The cases of the runs created since then, and of those created at the other times."""
    days = dict.fromkeys(day_of(at) for at in (*_each_day(since, now), *others))
    documents = store.read(OPEN, UNTOLD, *days)
    closings = (closing for name in days for closing in _day(name, documents[name]).closings)
    return Register(
        open={case.key: case for case in _open(documents[OPEN]).cases},
        closed={closing.key: closing for closing in closings},
        untold=_open(documents[UNTOLD], UNTOLD).cases,
    )


def without_told(data: bytes | None, told: Container[str]) -> bytes | None:
    """The document of the untold cases without these."""
    cases = _open(data, UNTOLD).cases
    left = tuple(case for case in cases if case.key not in told)
    return data if len(left) == len(cases) else encoded(Open(cases=left))


def open_cases(store: Store) -> tuple[Case, ...]:
    """All that are not settled, due or not."""
    return _open(store.read(OPEN)[OPEN]).cases


class Displaced(Unreachable):
    """The case is in other hands."""


class CaseBook:
    """The cases in a store; each change is whole. Raises `Unreachable` as the store does."""

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._owner = owner
        # Every keeping is another change, also when a process after this one keeps the same again.
        self._me, self._kept = secrets.token_hex(8), 0
        self._revisions: dict[str, int] = {}

    def claim(self, case: Case, now: float, until: float) -> Case | None:
        """The case as it stands now, and this owner's until then.

        None where it is another's, is closed, or has changed since it was read.
        """
        got: list[Case | None] = []

        def asked(documents: Documents) -> Documents:
            there = _there(documents, case)
            free = there is None or there.owner == self._owner or there.claimed <= now
            held = None
            if free and self._may(documents, case):
                held = msgspec.structs.replace(case, owner=self._owner, claimed=until)
                held = msgspec.structs.replace(held, revision=self._expected(case) + 1)
            got.append(held)
            return _with(documents, (held,)) if held else {}

        self._store.change(self._id("claim"), (OPEN, day_of(case.run.created)), asked)
        held = got[-1]
        if held:
            self._revisions[case.key] = held.revision
        return held

    def record(self, case: Case) -> None:
        """Writes the case, or raises: what is to happen next must not happen unrecorded."""
        if not self.keep(case):
            raise Displaced(
                f"run {case.key}: another run of Remediate has taken this case up",
                hint="Nothing has to be done: it goes on there.",
            )

    def keep(self, *cases: Case) -> int:
        """Writes the cases as they are now, and how many were; a closed one leaves the open ones.

        One that has been closed, or has changed since it was read, is left as it is.
        """
        if not cases:
            return 0
        names = (OPEN, UNTOLD, *dict.fromkeys(day_of(case.run.created) for case in cases))
        mine: list[tuple[Case, ...]] = []

        def written(documents: Documents) -> Documents:
            may = (case for case in cases if self._may(documents, case))
            mine.append(
                tuple(msgspec.structs.replace(case, revision=self._expected(case) + 1) for case in may)
            )
            return _with(documents, mine[-1])

        self._store.change(self._id("keep"), names, written)
        self._revisions.update((case.key, case.revision) for case in mine[-1])
        return len(mine[-1])

    def kept(self, case: Case) -> bool:
        """Whether this book has written it, or claimed it, at any time."""
        return case.key in self._revisions

    def signature_of(self, run: WorkflowRun) -> str | None:
        """Of the failure of an attempt, empty where that is not known; None as long as nobody has looked."""
        there = read_register(self._store, run.created, run.created)
        found: Case | Closing | None = there.open.get(run.key) or there.closed.get(run.key)
        waits = found is None or (isinstance(found, Case) and found.diagnosis is None)
        return None if waits or found is None else found.signature

    def stamped(self, case: Case) -> Case:
        """The case with the revision under which this book has kept it last."""
        return msgspec.structs.replace(case, revision=self._expected(case))

    def _may(self, documents: Documents, case: Case) -> bool:
        day = day_of(case.run.created)
        if any(one.key == case.key for one in _day(day, documents[day]).closings):
            return False
        there = _there(documents, case)
        return (there.revision if there else 0) == self._expected(case)

    def _expected(self, case: Case) -> int:
        return self._revisions.get(case.key, case.revision)

    def _id(self, verb: str) -> str:
        self._kept += 1
        return f"{verb} {self._owner} {self._me} {self._kept}"


def _there(documents: Documents, case: Case) -> Case | None:
    return next((one for one in _open(documents[OPEN]).cases if one.key == case.key), None)


def _with(documents: Documents, cases: Sequence[Case]) -> Documents:
    """The documents with these cases in their places."""
    if not cases:
        return {}
    by_key = {case.key: case for case in (*_open(documents[OPEN]).cases, *cases)}
    changed: dict[str, bytes | None] = {
        OPEN: encoded(Open(cases=tuple(case for case in by_key.values() if case.open)))
    }
    ended = tuple(case for case in cases if not case.open)
    if ended:
        changed[UNTOLD] = encoded(Open(cases=(*_open(documents[UNTOLD], UNTOLD).cases, *ended)))
    for name, closed in _by_day(ended).items():
        known = {one.key: one for one in _day(name, documents[name]).closings}
        known.update((case.key, closing_of(case)) for case in closed if case.key not in known)
        changed[name] = encoded(Day(closings=tuple(known.values())))
    return changed


def _by_day(cases: Iterable[Case]) -> dict[str, list[Case]]:
    days: dict[str, list[Case]] = {}
    for case in cases:
        days.setdefault(day_of(case.run.created), []).append(case)
    return days


def closing_of(case: Case) -> Closing:
    """What stays of it."""
    return Closing(
        key=case.key,
        standing=case.standing,
        reason=case.reason,
        at=case.closed,
        workflow=case.run.workflow,
        branch=case.run.branch,
        cause=case.diagnosis.cause if case.diagnosis else "",
        signature=case.signature,
    )


def _each_day(since: float, now: float) -> Iterable[float]:
    at = since
    while at < now + _DAY:
        yield min(at, now)
        at += _DAY


def _open(data: bytes | None, name: str = OPEN) -> Open:
    document = Open() if data is None else decode(name, data, Open)
    for case in document.cases:
        times = (case.run.created, case.run.updated, case.found, case.due, case.closed)
        if any(not 0 <= at < _NEVER for at in times):
            raise Unreadable(
                for_terminal(f"{name}: the case {case.key} has a time that no clock has"),
                hint="It was left as it is. Restore the document, or take the case out of it.",
            )
    return document


def _day(name: str, data: bytes | None) -> Day:
    return Day() if data is None else decode(name, data, Day)
