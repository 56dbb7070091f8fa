"""What the state says about many cases, read at one moment: for decisions, which the ledger then confirms."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from remediate.model.case import Case
from remediate.model.plan import Plan
from remediate.model.policy import Policy
from remediate.ports import Clock, Documents, Store
from remediate.stages.deciding import bid_of
from remediate.state import approvals, attempts, circuits, recent
from remediate.state.ledger import Standing, standing


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """The documents that speak of the cases."""

    documents: Documents
    policy: Policy
    clock: Clock

    def standing(self, case: Case, plan: Plan | None) -> Standing:
        """What is said of one of them."""
        bid = bid_of(case, self.policy)
        return standing(self.documents, bid, self.policy, self.clock.now(), plan)


def look_around(store: Store, cases: Iterable[Case], policy: Policy, clock: Clock) -> Outlook:
    """One read for all of them."""
    names = {attempts.name_of(case.signature) for case in cases}
    documents = store.read(circuits.NAME, recent.NAME, approvals.NAME, *sorted(names))
    return Outlook(documents=documents, policy=policy, clock=clock)
