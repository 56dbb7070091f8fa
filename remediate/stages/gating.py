"""What the gates are told about a plan, wherever it is to be carried out."""

from __future__ import annotations

from remediate.decision.gates import Circumstances
from remediate.model.plan import Plan, Refusal
from remediate.model.policy import Policy
from remediate.model.preview import Preview
from remediate.safety.anomaly import Intended, inspect
from remediate.safety.circuit import Permit
from remediate.safety.edits import Edit
from remediate.safety.health import Vitals, judge
from remediate.safety.rates import Exceeded
from remediate.state.ledger import Exhausted, Standing, Verdict

# What a recovery of this cause is to mend must not be what forbids it.
_MENDS = {"disk-full": ("disk",), "out-of-memory": ("memory",)}


def circumstances(  # noqa: PLR0913 - all that is known, from as many places
    plan: Plan,
    standing: Standing,
    offers: tuple[Preview, ...],
    *,
    policy: Policy,
    vitals: Vitals,
    now: float,
) -> Circumstances:
    """What is known when the plan is about to be carried out."""
    health = judge(vitals, standing.successes, policy.health, aside=_MENDS.get(plan.cause, ()))
    return Circumstances(
        policy=policy,
        now=now,
        anomaly_holds=_anomaly(offers, standing, policy, now),
        circuit_holds=standing.circuit_holds,
        attempts=standing.attempts,
        rate_holds=standing.rate_holds,
        health_holds="; ".join(health.reasons) if health.refuses else "",
        approval=standing.approval,
    )


def _anomaly(offers: tuple[Preview, ...], standing: Standing, policy: Policy, now: float) -> str:
    """As far as it can be known beforehand: which files, and how many changes of late.

    What the changes hold is looked at by the engine, which takes them back where it is unusual.
    """
    touched = {path for offer in offers for path in offer.touches}
    edits = tuple(Edit(path=path, before=None, after="") for path in sorted(touched))
    allowed = tuple(touched)
    found = inspect(Intended(edits=edits, allowed=allowed, earlier=standing.changes), policy.anomaly, now)
    return found.reason if found.refuses else ""


def refusal_by(verdict: Verdict) -> Refusal | None:
    """What the ledger says at the last moment: another process may have begun since the gates were asked."""
    match verdict:
        case Permit():
            return None
        case Exceeded():
            return Refusal(gate="rate", reason=verdict.reason)
        case Exhausted():
            return Refusal(gate="attempts", reason=verdict.reason)
        case _:
            return Refusal(gate="circuit", reason=verdict.reason, hint=verdict.hint)
