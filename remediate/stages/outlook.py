"""What the state says about many cases, read at one moment: for decisions, which the ledger then confirms."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from remediate.metrics.learning import RulesRecord, demoted
from remediate.model.case import Case
from remediate.model.plan import Plan
from remediate.model.policy import Policy
from remediate.ports import Clock, Documents, Store
from remediate.stages.bidding import bid_of
from remediate.state import approvals, attempts, circuits, recent, rules_record
from remediate.state.ledger import Standing, standing


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """The documents that speak of the cases."""

    documents: Documents
    policy: Policy
    clock: Clock

    record: RulesRecord

    def standing(self, case: Case, plan: Plan | None = None) -> Standing:
        """What is said of one of them."""
        bid = bid_of(case, self.policy)
        return standing(self.documents, bid, self.policy, self.clock.now(), plan)

    def demotion(self, rule: str, strategy: str) -> str:
        """Why they may only suggest; empty where they may act."""
        return demoted(self.record, rule, strategy)


def look_around(store: Store, cases: Iterable[Case], policy: Policy, clock: Clock) -> Outlook:
    """One read for all of them."""
    names = {attempts.name_of(case.signature) for case in cases}
    documents = store.read(circuits.NAME, recent.NAME, approvals.NAME, rules_record.NAME, *sorted(names))
    record = rules_record.read_rules(documents[rules_record.NAME])
    return Outlook(documents=documents, policy=policy, clock=clock, record=record)
