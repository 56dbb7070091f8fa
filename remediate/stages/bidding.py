"""What a case is to the ledger: who bids for what."""

from __future__ import annotations

from remediate.model.case import Case
from remediate.model.policy import Policy
from remediate.model.subject import Subject
from remediate.state.bid import Bid


def bid_of(case: Case, policy: Policy) -> Bid:
    """The same whenever the case is taken up again."""
    return Bid(subject=subject_of(case, policy), signature=case.signature, owner=f"run-{case.key}")


def subject_of(case: Case, policy: Policy) -> Subject:
    """What a recovery of the case is for."""
    run = case.run
    return Subject(
        repository=run.repository,
        branch=run.branch,
        commit=run.commit,
        workflow=run.workflow,
        run=str(run.id),
        environment=policy.environment,
        trusted=case.trusted,
    )
