"""Collect: how every case stands is counted, once, and what was learned from it is remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec

from remediate.errors import Unreachable
from remediate.incidents.lifecycle import Moment, concerns, met, settled
from remediate.logs.cutting import cut
from remediate.logs.visible import for_terminal
from remediate.metrics.badge import badge
from remediate.metrics.counting import Ended, Happening
from remediate.metrics.learning import RulesRecord, awaited, judged, labelled, labels, precision
from remediate.metrics.targets import targets
from remediate.model.account import Account, accounts_of, outcome_of
from remediate.model.actions import WorkflowRun
from remediate.model.case import Case
from remediate.model.digest import digest_of
from remediate.model.incident import Incident
from remediate.model.stage import Head, Tally, Verdicts
from remediate.ports import Documents
from remediate.safety.circuit import Closed
from remediate.stages.doors import Doors
from remediate.stages.telling import decision_of, happenings_of, record_of
from remediate.state import circuits, history, incidents, metrics_store, rules_record
from remediate.state.cases import OPEN, UNTOLD, Open, without_told
from remediate.state.metrics_store import BADGE, METRICS, TALLIED
from remediate.state.retention import gone, outdated
from remediate.state.shapes import decode, encoded

# How many decisions are looked up in one run of ours, and how long after they were made.
_LOOKED_UP, _NOT_BEFORE, _EACH = 5, 3600.0, 600.0
_LONGEST = 300
# Incidents that are handed on: more than people can be told of at once.
_TOLD, _SETTLED = 40, 3 * 86400.0


def collect(verdicts: Verdicts, doors: Doors) -> Tally:
    """One change of the state; told twice, it is counted once. A dry run changes nothing and says so."""
    head = verdicts.recoveries.findings.agenda.head
    # Another machine may have begun, by a clock a little ahead: nothing is dated before that.
    accounts, now = accounts_of(verdicts), max(doors.clock.now(), head.at)
    standings = Counter(account.case.standing for account in accounts)
    counting = _Counting(head, accounts, doors, now)
    if head.dry_run:
        found = doors.store.read(*counting.names)
        after, book = dict(found), counting.applied(found)[incidents.NAME]
    else:
        counting.look_up()
        after = dict(doors.store.change(counting.change_id, counting.names, counting.applied))
        book = after[incidents.NAME]
    return Tally(
        verdicts=verdicts,
        standings=dict(sorted(standings.items())),
        metrics=msgspec.Raw(after[METRICS] or b"{}"),
        incidents=_to_tell(incidents.read_incidents(book), accounts, now),
    )


class _Counting:
    """The change, as a function of the documents alone: a lost race applies it again."""

    def __init__(self, head: Head, accounts: Sequence[Account], doors: Doors, now: float) -> None:
        self._head = head
        self._accounts = accounts
        self._doors = doors
        self._now = now
        self._reruns: tuple[WorkflowRun, ...] = tuple(account.case.run for account in accounts)
        look_back = head.settings.policy.look_back
        self._old = () if head.dry_run else outdated(doors.store, now, doors.random(), look_back)
        records = {account.key: record_of(account, head.settings.policy, now) for account in accounts}
        self._records = {key: record for key, record in records.items() if record}
        self._told = frozenset(account.key for account in accounts if not account.case.open)
        months = dict.fromkeys(history.name_of(record.at) for record in self._records.values())
        told = (msgspec.json.encode(account.case).decode() for account in accounts)
        self.change_id = f"collect {doors.owner} {digest_of(told).hex()[:16]}"
        self.names = (
            *(METRICS, BADGE, TALLIED, circuits.NAME, incidents.NAME, rules_record.NAME, OPEN, UNTOLD),
            *months,
            *self._old,
        )

    def look_up(self) -> None:
        """Re-runs that people made of what was decided on: what they show is worth a few requests, no more.

        A token that may not read runs sees those of this run of ours alone.
        """
        try:
            record = rules_record.read_rules(self._doors.store.read(rules_record.NAME)[rules_record.NAME])
            due = [one for one in record.awaiting if one.at < self._now - _NOT_BEFORE]
            # Others each time, for most are never re-run.
            first = int(self._now // _EACH) * _LOOKED_UP % max(1, len(due))
            runs = [self._doors.platform.run(one.run) for one in due[first : first + _LOOKED_UP]]
        except Unreachable:
            return
        self._reruns += tuple(run for run in runs if run and run.ended)

    def applied(self, documents: Documents) -> Documents:
        """The documents after this run of ours."""
        tallied = metrics_store.read_tallied(documents[TALLIED])
        happened = [
            one
            for account in self._accounts
            for one in happenings_of(account, self._head.settings.policy, self._head.at)
        ]
        fresh = metrics_store.fresh(tallied, happened)
        record = self._learned(rules_record.read_rules(documents[rules_record.NAME]), fresh)
        book, waiting = self._incidents(documents), _open_cases(documents[OPEN])
        metrics = metrics_store.all_counted(metrics_store.read_metrics(documents[METRICS]), fresh)
        held = circuits.read_circuits(documents[circuits.NAME])
        metrics, tallied = metrics_store.with_circuits(
            metrics, tallied, (entry.circuit for entry in held.circuits)
        )
        metrics = msgspec.structs.replace(
            metrics,
            rules=precision(record.rules),
            strategies=precision(record.strategies),
            now=msgspec.structs.replace(
                metrics.now,
                open_incidents=sum(one.status == "open" for one in book.incidents),
                escalated_incidents=sum(one.status == "open" and one.escalated for one in book.incidents),
                open_cases=len(waiting),
            ),
        )
        metrics = msgspec.structs.replace(metrics, targets=targets(metrics))
        needed = {case.signature for case in waiting}
        return {
            **gone(documents, self._old, self._now, needed),
            METRICS: encoded(metrics),
            BADGE: metrics_store.encoded_badge(badge(metrics)),
            TALLIED: encoded(metrics_store.remembered(tallied, happened)),
            incidents.NAME: encoded(book),
            rules_record.NAME: encoded(record),
            UNTOLD: without_told(documents[UNTOLD], self._told),
            **self._history(documents, fresh),
        }

    def _learned(self, record: RulesRecord, fresh: Sequence[Happening]) -> RulesRecord:
        record = labelled(record, labels(record.awaiting, self._reruns))
        ended = {one.key for one in fresh if isinstance(one, Ended)}
        for account in self._accounts:
            if account.key not in ended:
                continue
            outcome = outcome_of(account.case)
            decision = decision_of(account, self._now)
            if outcome:
                strategies = [deed.strategy for deed in account.case.deeds]
                rule = (account.case.diagnosis and account.case.diagnosis.rule) or ""
                record = judged(record, rule=rule, strategies=strategies, right=outcome == "recovered")
            elif decision:
                record = awaited(record, decision, self._now)
        return record

    def _incidents(self, documents: Documents) -> incidents.Incidents:
        book = incidents.read_incidents(documents[incidents.NAME])
        known = {one.signature: one for one in book.incidents}
        held = circuits.read_circuits(documents[circuits.NAME])
        changed: dict[str, Incident] = {}
        for account in self._accounts:
            signature = account.case.signature
            before = changed.get(signature) or known.get(signature)
            if concerns(account, before):
                changed[signature] = met(before, account, self._moment(held, signature))
        over = [settled(one, self._moment(held, one.signature)) for one in changed.values()]
        return incidents.with_incidents(book, over, self._now)

    def _moment(self, held: circuits.Circuits, signature: str) -> Moment:
        keys = tuple(
            entry.circuit.key
            for entry in held.circuits
            if not isinstance(entry.circuit.state, Closed) and entry.signature in ("", signature)
        )
        return Moment(
            at=self._now, default_branch=self._head.default_branch, clean=self._clean, circuits=keys
        )

    def _clean(self, text: str) -> str:
        return cut(for_terminal(self._doors.redactor.redact(text)), _LONGEST)

    def _history(self, documents: Documents, fresh: Sequence[Happening]) -> dict[str, bytes | None]:
        ended = {one.key for one in fresh if isinstance(one, Ended)}
        changed: dict[str, bytes | None] = {}
        for key, record in self._records.items():
            if key in ended:
                name = history.name_of(record.at)
                before = changed.get(name, documents[name])
                changed[name] = history.appended(before, record, self._doors.redactor)
        return changed


def _open_cases(data: bytes | None) -> tuple[Case, ...]:
    return () if data is None else decode(OPEN, data, Open).cases


def _to_tell(book: incidents.Incidents, accounts: Sequence[Account], now: float) -> tuple[Incident, ...]:
    """What was met by this run of ours, waits for a person, or was settled of late.

    Of too many that wait, others each time: one that is never handed on would never have an issue.
    """
    signatures = {account.case.signature for account in accounts}
    met_now = [one for one in book.incidents if one.signature in signatures]
    others = [
        one
        for one in book.incidents
        if one.signature not in signatures and one.escalated and (one.status == "open" or _late(one, now))
    ]
    met_now.sort(key=lambda one: (one.escalated, one.status == "open", one.seen), reverse=True)
    met_now = met_now[:_TOLD]
    return (*met_now, *_some(others, _TOLD - len(met_now), now))


def _some(many: Sequence[Incident], most: int, now: float) -> list[Incident]:
    """That many of them, all in the course of time."""
    if len(many) <= most:
        return list(many)
    first = int(now // _EACH) * most % len(many)
    return [*many[first:], *many[:first]][:most]


def _late(one: Incident, now: float) -> bool:
    """What could not be told at once is told for so long."""
    return any(event.at > now - _SETTLED for event in one.events[-1:])
