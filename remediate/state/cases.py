"""`cases/`: every failed run that was found, the open ones whole, the closed ones by the day of their run."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone

import msgspec

from remediate.model.case import Case, Closing
from remediate.ports import Documents, Store
from remediate.safety.moments import HOUR
from remediate.state.shapes import decode, encoded

OPEN = "cases/open.json"
_DAY = 24 * HOUR


class Open(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document of the open cases, in the order in which they were found."""

    schema: str = "remediate/cases/1"
    cases: tuple[Case, ...] = ()


class Day(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document of the cases that are closed, of the runs of one day."""

    schema: str = "remediate/closings/1"
    closings: tuple[Closing, ...] = ()


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """What was found so far: the open cases, and how the others were closed, both by key."""

    open: Mapping[str, Case]
    closed: Mapping[str, Closing]

    def knows(self, key: str) -> bool:
        """Whether this attempt was found before."""
        return key in self.open or key in self.closed


def day_of(created: float) -> str:
    """The document of the closed cases whose run was created then."""
    return f"cases/{datetime.fromtimestamp(created, timezone.utc):%Y-%m-%d}.json"


def read_register(store: Store, since: float, now: float, others: Iterable[float] = ()) -> Register:
    """The cases of the runs created since then, and of those created at the other times."""
    days = dict.fromkeys(day_of(at) for at in (*_each_day(since, now), *others))
    documents = store.read(OPEN, *days)
    closings = (closing for name in days for closing in _day(name, documents[name]).closings)
    return Register(
        open={case.key: case for case in _open(documents[OPEN]).cases},
        closed={closing.key: closing for closing in closings},
    )


class CaseBook:
    """The cases in a store; each change is whole. Raises `Unreachable` as the store does."""

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._owner = owner
        # Every keeping is another change, also when a process after this one keeps the same again.
        self._me, self._kept = secrets.token_hex(8), 0

    def claim(self, case: Case, now: float, until: float) -> Case | None:
        """The case as it stands now, and this owner's until then; None where it is another's or closed."""
        got: list[Case | None] = []

        def asked(documents: Documents) -> Documents:
            held = _claimed(documents, case, self._owner, now, until)
            got.append(held)
            return _with(documents, (held,)) if held else {}

        documents = self._store.change(
            f"claim {case.key} {self._owner} {now:.3f}", (OPEN, day_of(case.run.created)), asked
        )
        if got:
            return got[-1]
        found = {one.key: one for one in _open(documents[OPEN]).cases}.get(case.key)
        return found if found and found.owner == self._owner else None

    def keep(self, *cases: Case) -> None:
        """Writes the cases as they are now; a closed one leaves the open ones.

        What another has claimed meanwhile, or closed, is left as it is.
        """
        if not cases:
            return
        self._kept += 1
        names = (OPEN, *dict.fromkeys(day_of(case.run.created) for case in cases))

        def written(documents: Documents) -> Documents:
            mine = tuple(case for case in cases if self._may(documents, case))
            return _with(documents, mine)

        self._store.change(f"keep {self._owner} {self._me} {self._kept}", names, written)

    def _may(self, documents: Documents, case: Case) -> bool:
        day = day_of(case.run.created)
        if any(one.key == case.key for one in _day(day, documents[day]).closings):
            return False
        there = {one.key: one for one in _open(documents[OPEN]).cases}.get(case.key)
        return there is None or there.owner in ("", self._owner) or case.owner == there.owner


def _claimed(documents: Documents, case: Case, owner: str, now: float, until: float) -> Case | None:
    day = day_of(case.run.created)
    if any(one.key == case.key for one in _day(day, documents[day]).closings):
        return None
    there = {one.key: one for one in _open(documents[OPEN]).cases}.get(case.key)
    if there and there.owner != owner and there.claimed > now:
        return None
    # Another may have gone on with it since this one was read: what was done is never forgotten.
    deeds = there.deeds if there and len(there.deeds) >= len(case.deeds) else case.deeds
    if there and there.phase == "acting":
        case = there
    return msgspec.structs.replace(case, owner=owner, claimed=until, deeds=deeds)


def _with(documents: Documents, cases: Sequence[Case]) -> Documents:
    """The documents with these cases in their places."""
    if not cases:
        return {}
    by_key = {case.key: case for case in (*_open(documents[OPEN]).cases, *cases)}
    changed: dict[str, bytes | None] = {
        OPEN: encoded(Open(cases=tuple(case for case in by_key.values() if case.open)))
    }
    for name, closed in _by_day(cases).items():
        known = {one.key: one for one in _day(name, documents[name]).closings}
        known.update((case.key, closing_of(case)) for case in closed if case.key not in known)
        changed[name] = encoded(Day(closings=tuple(known.values())))
    return changed


def _by_day(cases: Iterable[Case]) -> dict[str, list[Case]]:
    days: dict[str, list[Case]] = {}
    for case in cases:
        if not case.open:
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


def clean(case: Case, veiled: Callable[[str], str]) -> Case:
    """Without what must not be kept: a title or a branch may hold anything."""
    run = msgspec.structs.replace(case.run, title=veiled(case.run.title))
    return msgspec.structs.replace(case, run=run, reason=veiled(case.reason))


def _each_day(since: float, now: float) -> Iterable[float]:
    at = since
    while at < now + _DAY:
        yield min(at, now)
        at += _DAY


def _open(data: bytes | None) -> Open:
    return Open() if data is None else decode(OPEN, data, Open)


def _day(name: str, data: bytes | None) -> Day:
    return Day() if data is None else decode(name, data, Day)
