"""`circuits.json`: every circuit, and which branches a failure was seen on of late."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec

from remediate.model.digest import digest_of
from remediate.model.policy import CircuitPolicy, Policy
from remediate.safety.circuit import (
    Circuit,
    Closed,
    HalfOpen,
    Held,
    Lease,
    Open,
    Permit,
    ask,
    record,
    reset,
    trip,
    withdraw,
)
from remediate.safety.moments import CLOCKS_DIFFER, HOUR
from remediate.state.bid import Bid
from remediate.state.shapes import decode, schema_of

NAME = "circuits.json"
# Seen on so many branches within so long: that is one incident.
AT_ONCE = HOUR
# Nothing can be re-run after 30 days: what has been silent for so long beyond that comes as a new failure.
KEPT = 35 * 24 * HOUR

Scope = Literal["branch", "signature", "repository"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A circuit and what it guards: a signature on a branch, a signature everywhere, or all of it."""

    scope: Scope
    repository: str
    branch: str = ""
    signature: str = ""
    circuit: Circuit


class Sighting(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A failure on a branch in a workflow, not healed since."""

    at: float
    repository: str
    branch: str
    signature: str
    workflow: str = ""


class Circuits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document. A circuit that is not in it is closed and has seen no failure."""

    schema: str = schema_of(NAME)
    circuits: tuple[Entry, ...] = ()
    sightings: tuple[Sighting, ...] = ()


def read_circuits(data: bytes | None) -> Circuits:
    """The document, or an empty one."""
    return Circuits() if data is None else decode(NAME, data, Circuits)


def sight(book: Circuits, bid: Bid, policy: Policy, now: float) -> Circuits:
    """Notes where the failure was seen; on many branches at once it opens the signature's own circuit."""
    subject = bid.subject
    sighting = Sighting(
        at=now,
        repository=subject.repository,
        branch=subject.branch,
        signature=bid.signature,
        workflow=subject.workflow,
    )
    kept = [
        one
        for one in book.sightings
        if not _same(one, sighting) and abs(now - one.at) < AT_ONCE + CLOCKS_DIFFER
    ]
    book = msgspec.structs.replace(book, sightings=(*kept, sighting))
    book = _pruned(book, policy, now)
    near = [one for one in book.sightings if _alike(one, bid) and one.at > now - AT_ONCE]
    if len({(one.branch, one.workflow) for one in near}) < policy.wide_circuit_branches:
        return book
    wide = next(entry for entry in entries(book, bid) if entry.scope == "signature")
    return _with(book, (msgspec.structs.replace(wide, circuit=trip(wide.circuit, now)),))


def begin(
    book: Circuits, bid: Bid, policy: Policy, now: float, lasts: float = HOUR
) -> tuple[Circuits, Permit | Held]:
    """Whether all circuits let the recovery begin; a lease is taken of all or of none."""
    book = sight(book, bid, policy, now)
    asked: list[Entry] = []
    permit = Permit()
    for entry in entries(book, bid):
        circuit, verdict = ask(entry.circuit, _policy(entry, policy), now, bid.owner, lasts=lasts)
        if isinstance(verdict, Held):
            return book, verdict
        permit = verdict if verdict.probe else permit
        asked.append(msgspec.structs.replace(entry, circuit=circuit))
    return _with(book, asked), permit


def end(book: Circuits, bid: Bid, policy: Policy, now: float, succeeded: bool) -> Circuits:
    """How the recovery ended. What is healed on a branch no longer counts as seen there."""
    done: list[Entry] = []
    forget_all = False
    for entry in entries(book, bid):
        circuit = record(entry.circuit, _policy(entry, policy), now, bid.owner, succeeded)
        closes = isinstance(circuit.state, Closed) and not isinstance(entry.circuit.state, Closed)
        forget_all |= closes and entry.scope == "signature"
        done.append(msgspec.structs.replace(entry, circuit=circuit))
    book = _pruned(_with(book, done), policy, now)
    kept = tuple(
        one
        for one in book.sightings
        if not (_alike(one, bid) and (forget_all or (succeeded and one.branch == bid.subject.branch)))
    )
    return msgspec.structs.replace(book, sightings=kept)


def give_up(book: Circuits, bid: Bid) -> Circuits:
    """The recovery ended before it did anything."""
    left = [
        msgspec.structs.replace(one, circuit=withdraw(one.circuit, bid.owner)) for one in entries(book, bid)
    ]
    return _with(book, left)


def close(book: Circuits, key: str, who: str, now: float) -> Circuits:
    """A person resets a circuit; the branches it was seen on are forgotten, for they would open it again.

    One that has gone meanwhile is closed already.
    """
    entry = next((one for one in book.circuits if one.circuit.key == key), None)
    return _let_go(book, entry, reset(entry.circuit, who, now)) if entry else book


def half_open(book: Circuits, key: str, who: str, now: float) -> Circuits:
    """A person lets one probe through; a closed circuit stays so."""
    entry = next(one for one in book.circuits if one.circuit.key == key)
    if isinstance(entry.circuit.state, Closed):
        return book
    return _let_go(book, entry, msgspec.structs.replace(reset(entry.circuit, who, now), state=HalfOpen()))


def _let_go(book: Circuits, entry: Entry, circuit: Circuit) -> Circuits:
    """With the circuit so, and without the branches that would open it again."""
    book = _with(book, (msgspec.structs.replace(entry, circuit=circuit),))
    kept = tuple(
        one
        for one in book.sightings
        if (one.repository, one.signature) != (entry.repository, entry.signature)
    )
    return msgspec.structs.replace(book, sightings=kept)


def entries(book: Circuits, bid: Bid) -> Iterator[Entry]:
    """The three circuits of a recovery, the narrowest first; a new one where the book has none."""
    subject = bid.subject
    known = {entry.circuit.key: entry for entry in book.circuits}
    wanted: tuple[tuple[Scope, str, str], ...] = (
        ("branch", subject.branch, bid.signature),
        ("signature", "", bid.signature),
        ("repository", "", ""),
    )
    for scope, branch, signature in wanted:
        key = key_of(scope, subject.repository, branch, signature)
        yield known.get(key) or Entry(
            scope=scope,
            repository=subject.repository,
            branch=branch,
            signature=signature,
            circuit=Circuit(key=key),
        )


def key_of(scope: Scope, repository: str, branch: str, signature: str) -> str:
    """What a person types to name the circuit."""
    names = msgspec.json.encode((scope, repository, branch, signature)).decode()
    return digest_of((names,)).hex()[:12]


def _policy(entry: Entry, policy: Policy) -> CircuitPolicy:
    return policy.circuit if entry.scope == "branch" else policy.repository_circuit


def _with(book: Circuits, new: Sequence[Entry]) -> Circuits:
    """With these in their places, but for those that say no more than that there is none."""
    by_key = {entry.circuit.key: entry for entry in (*book.circuits, *new)}
    kept = (entry for entry in by_key.values() if _says_something(entry.circuit))
    return msgspec.structs.replace(book, circuits=tuple(sorted(kept, key=lambda entry: entry.circuit.key)))


def _says_something(circuit: Circuit) -> bool:
    return not isinstance(circuit.state, Closed) or bool(circuit.state.failures or circuit.reset_by)


def _pruned(book: Circuits, policy: Policy, now: float) -> Circuits:
    """Without those that nobody has come back to for long, however they stand."""
    kept = tuple(one for one in book.circuits if one.circuit.seen > now - KEPT - _holds(one, policy))
    return msgspec.structs.replace(book, circuits=kept)


def _holds(entry: Entry, policy: Policy) -> float:
    """How long it may hold recoveries back without being asked: the time that it is open, or is leased."""
    match entry.circuit.state:
        case Open():
            return _policy(entry, policy).open_for
        case HalfOpen(lease=Lease(ends=ends)):
            return max(0.0, ends - entry.circuit.seen)
    return 0.0


def _alike(one: Sighting, bid: Bid) -> bool:
    return (one.repository, one.signature) == (bid.subject.repository, bid.signature)


def _same(one: Sighting, other: Sighting) -> bool:
    return msgspec.structs.replace(one, at=other.at) == other
