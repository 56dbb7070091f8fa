"""What recoveries must remember: asks and answers over the documents of a store, each change whole."""

from __future__ import annotations

import secrets

import msgspec

from remediate.decision.approval import Approval
from remediate.logs.redaction import Redactor
from remediate.model.plan import Plan
from remediate.model.policy import Policy
from remediate.model.record import Record
from remediate.ports import Clock, Documents, Shelf
from remediate.safety.circuit import Held, Permit
from remediate.safety.moments import HOUR
from remediate.safety.rates import Exceeded, limit
from remediate.state import approvals, attempts, circuits, history, recent, retention
from remediate.state.bid import Bid
from remediate.state.shapes import encoded


class Exhausted(msgspec.Struct, frozen=True, kw_only=True, tag="exhausted"):
    """As many recoveries have been made as may be."""

    reason: str


Verdict = Permit | Held | Exceeded | Exhausted


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the state says about a bid before it begins; the `…holds` are empty where nothing holds it.

    `successes` is for `safety.health.judge`, `changes` for `safety.anomaly.Intended.earlier`.
    """

    attempts: int
    circuit_holds: str = ""
    circuit_hint: str = ""
    circuit_until: float = 0.0
    rate_holds: str = ""
    successes: tuple[bool, ...] = ()
    changes: tuple[float, ...] = ()
    approval: Approval | None = None


class Ledger:
    """Raises `Unreachable` where the state cannot be read or written: then nothing may be done."""

    def __init__(self, store: Shelf, clock: Clock, policy: Policy, redactor: Redactor | None = None) -> None:
        self._store = store
        self._clock = clock
        self._policy = policy
        self._redactor = redactor or Redactor()
        # Who was refused, or withdrew, may ask again later: that is another change.
        self._me, self._asked = secrets.token_hex(8), 0

    def look(self, bid: Bid, plan: Plan | None = None) -> Standing:
        """What holds the bid now, without a change: for a dry run, and for the gates."""
        return standing(self._store.read(*_names(bid), approvals.NAME), bid, self._policy, self._now(), plan)

    def sight(self, *bids: Bid) -> None:
        """Notes where failures were seen, all at once: one on many branches opens a wider circuit."""

        def seen(documents: Documents) -> Documents:
            book = circuits.read_circuits(documents[circuits.NAME])
            for bid in bids:
                book = circuits.sight(book, bid, self._policy, self._now())
            return {circuits.NAME: encoded(book)}

        self._store.change(self._id("sight"), [circuits.NAME], seen)

    def begin(self, bid: Bid, *, lasts: float = HOUR) -> Verdict:
        """Counts the recovery and takes the lease of a probe, or says what holds it.

        One that has begun goes on, whoever asks again. The time is read once the store is this process's own,
        not before it waited for that.
        """
        verdicts: list[Verdict] = []

        def asked(documents: Documents) -> Documents:
            changed, verdict = begun(documents, bid, self._policy, self._now(), lasts)
            verdicts.append(verdict)
            return changed

        self._store.change(self._id(f"begin {bid.owner}"), _names(bid), asked)
        return verdicts[-1]

    def end(self, bid: Bid, record: Record) -> None:
        """How a recovery that began ended; once for each bid."""

        def told(documents: Documents) -> Documents:
            return ended(documents, bid, self._policy, record, self._redactor)

        self._store.change(f"end {bid.owner}", [*_names(bid), history.name_of(record.at)], told)

    def withdraw(self, bid: Bid) -> None:
        """The recovery that began is given up before it did anything: nothing of it counts."""
        self._store.change(
            self._id(f"withdraw {bid.owner}"), _names(bid), lambda documents: withdrawn(documents, bid)
        )

    def approve(self, plan: str, by: str) -> None:
        """Remembers a person's word for the plan of this hash."""
        now = self._now()

        def given(documents: Documents) -> Documents:
            book = approvals.read_approvals(documents[approvals.NAME])
            return {approvals.NAME: encoded(approvals.give(book, plan, by, now))}

        self._store.change(f"approve {plan} {now:.3f}", [approvals.NAME], given)

    def note(self, bid: Bid, record: Record) -> None:
        """A line of history for what never began: a refusal, an escalation."""
        name = history.name_of(record.at)
        self._store.change(
            f"note {bid.owner}",
            [name],
            lambda documents: {name: history.appended(documents[name], record, self._redactor)},
        )

    def forget(self, chance: float) -> None:
        """Removes what is kept no longer, where nobody collects; `chance` as in `retention.outdated`."""
        now = self._now()
        names = retention.outdated(self._store, now, chance)
        if retention.gone(self._store.read(*names), names, now):
            self._store.change(
                self._id("forget"), names, lambda documents: retention.gone(documents, names, now)
            )

    def _id(self, what: str) -> str:
        self._asked += 1
        return f"{what} {self._me} {self._asked}"

    def _now(self) -> float:
        return self._clock.now()


def standing(
    documents: Documents, bid: Bid, policy: Policy, now: float, plan: Plan | None = None
) -> Standing:
    """What the documents say about a bid; pure."""
    book, made, late = _read(documents, bid)
    _, circuit = circuits.begin(book, bid, policy, now)
    rate = limit(late.begun, policy.rates, bid.signature, now)
    given = approvals.read_approvals(documents.get(approvals.NAME))
    return Standing(
        attempts=attempts.count(made, bid.subject, now),
        circuit_holds=circuit.reason if isinstance(circuit, Held) else "",
        circuit_hint=circuit.hint if isinstance(circuit, Held) else "",
        circuit_until=circuit.until if isinstance(circuit, Held) else 0.0,
        rate_holds=rate.reason if isinstance(rate, Exceeded) else "",
        successes=recent.successes(late),
        changes=recent.changes(late),
        approval=approvals.approval_of(given, plan) if plan else None,
    )


def begun(
    documents: Documents, bid: Bid, policy: Policy, now: float, lasts: float = HOUR
) -> tuple[Documents, Verdict]:
    """The documents after a bid was let through, or held; pure."""
    book, made, late = _read(documents, bid)
    if attempts.has(made, bid):
        return {}, Permit(probe=True, seconds=lasts)
    number = attempts.count(made, bid.subject, now)
    new_book, verdict = circuits.begin(book, bid, policy, now, lasts)
    if isinstance(verdict, Held):
        return {circuits.NAME: encoded(new_book)}, verdict
    rate = limit(late.begun, policy.rates, bid.signature, now)
    if isinstance(rate, Exceeded):
        return {}, rate
    if number >= policy.max_attempts:
        return {}, Exhausted(reason=f"{number} recoveries of this failure were made already")
    return _documents(
        bid, new_book, attempts.begun(made, bid, now), recent.with_begun(late, bid, now)
    ), verdict


def ended(documents: Documents, bid: Bid, policy: Policy, record: Record, redactor: Redactor) -> Documents:
    """The documents after a recovery ended; pure."""
    book, made, late = _read(documents, bid)
    name = history.name_of(record.at)
    return {
        **_documents(
            bid,
            circuits.end(book, bid, policy, record.at, record.succeeded),
            attempts.ended(made, bid, record.outcome),
            recent.with_ended(late, record),
        ),
        name: history.appended(documents[name], record, redactor),
    }


def withdrawn(documents: Documents, bid: Bid) -> Documents:
    """The documents as if the bid had not begun; pure."""
    book, made, late = _read(documents, bid)
    return _documents(
        bid, circuits.give_up(book, bid), attempts.taken_back(made, bid), recent.without(late, bid)
    )


def _names(bid: Bid) -> tuple[str, str, str]:
    return (circuits.NAME, attempts.name_of(bid.signature), recent.NAME)


def _read(documents: Documents, bid: Bid) -> tuple[circuits.Circuits, attempts.Attempts, recent.Recent]:
    book, made, late = (documents[name] for name in _names(bid))
    return (
        circuits.read_circuits(book),
        attempts.read_attempts(made, bid.signature),
        recent.read_recent(late),
    )


def _documents(
    bid: Bid, book: circuits.Circuits, made: attempts.Attempts, late: recent.Recent
) -> dict[str, bytes | None]:
    return dict(zip(_names(bid), map(encoded, (book, made, late)), strict=True))
