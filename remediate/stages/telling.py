"""What a case tells the figures, the history and the rules' record when it is detected and when it ends."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from remediate.metrics.counting import Called, Detected, Ended, Happening
from remediate.metrics.learning import Decision
from remediate.model.account import Account, outcome_of
from remediate.model.cause import DEFECTS, UNCLASSIFIED
from remediate.model.policy import Policy
from remediate.model.record import OutcomeName, Record
from remediate.stages.bidding import bid_of
from remediate.state.history import line_of

_RETRIES = frozenset({"rerun", "retry-command"})


def happenings_of(account: Account, policy: Policy, began: float) -> Iterator[Happening]:
    """That it was detected, that a person was called, and that it ended; `began`: when this run of ours did.

    Whoever counts knows by the keys what was told before.
    """
    case = account.case
    if case.diagnosis:
        # What was found before was not diagnosed then: its log was late, or the calls were used up.
        diagnosed = case.found if account.new else began
        yield Detected(
            key=case.key,
            at=diagnosed,
            cause=case.diagnosis.cause,
            rule=case.diagnosis.rule or "",
            confidence=case.diagnosis.confidence,
            lag=max(0.0, diagnosed - case.run.updated),
        )
    if case.standing == "escalated":
        yield Called(key=case.key, at=case.closed or began)
    if case.open:
        return
    yield Ended(
        key=case.key,
        at=case.closed or case.found,
        standing=case.standing,
        outcome=outcome_of(case),
        strategies=tuple(deed.strategy for deed in case.deeds),
        gate=case.gate if case.standing in ("refused", "escalated") else "",
        lasted=max(0.0, case.run.updated - case.run.started),
        after=max(0.0, _seen_healed(account, policy) - case.run.updated),
    )


def record_of(account: Account, policy: Policy, now: float) -> Record | None:
    """A line of history for what ended without a recovery; of those with one the ledger has written."""
    case = account.case
    if case.open or case.deeds or case.standing not in ("refused", "escalated"):
        return None
    outcome: OutcomeName = "refused" if case.standing == "refused" else "escalated"
    line = line_of(bid_of(case, policy), outcome, case.closed or now, of=case.diagnosis, plan=case.plan)
    return msgspec.structs.replace(line, gate=case.gate, reason=case.reason)


def decision_of(account: Account, now: float) -> Decision | None:
    """What a later re-run by a person may show to be right or wrong: nothing was done, and a rule spoke.

    Only where the rule says that a mere retry helps, or that the code itself is wrong: of a failure that a
    repair would mend, another try says nothing.
    """
    case = account.case
    diagnosis = case.diagnosis
    if case.deeds or diagnosis is None or not diagnosis.rule or diagnosis.cause == UNCLASSIFIED:
        return None
    retries = diagnosis.recovery in _RETRIES
    if not retries and (diagnosis.transient or diagnosis.cause not in DEFECTS):
        return None
    return Decision(
        key=case.key,
        run=case.run.id,
        attempt=case.run.attempt,
        commit=case.run.commit,
        at=case.closed or now,
        rule=diagnosis.rule,
        transient=retries,
        strategy="rerun" if retries else "",
    )


def _seen_healed(account: Account, policy: Policy) -> float:
    """When it was first seen to be gone: the look after the delay only confirms that."""
    case = account.case
    if case.standing == "healed" and policy.health_delay and case.due:
        return case.due - policy.health_delay
    return case.closed
