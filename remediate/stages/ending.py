"""How a case stands after a decision: refusals, escalations and pauses, each with its reason."""

from __future__ import annotations

import msgspec

from remediate.model.case import Case, Standing
from remediate.model.plan import GateName, Refusal
from remediate.model.policy import Policy

# Guards that open again by themselves: the case waits for them, as long as a proof may take.
_PAUSES: dict[GateName, float] = {"rate": 900.0, "health": 900.0, "state": 900.0}
# What a person has to look at; the others are refused, and that is all.
_ESCALATED: frozenset[GateName] = frozenset({"attempts", "anomaly", "constraint"})


def held(case: Case, refusal: Refusal, policy: Policy, now: float, until: float = 0.0) -> Case:
    """A gate stayed shut before the case; a circuit says until when."""
    case = msgspec.structs.replace(case, gate=refusal.gate, reason=refusal.reason)
    over = now - case.found >= policy.proof_within
    if refusal.gate == "approval":
        return _asked(case, policy, now)
    if refusal.gate in _PAUSES and not over:
        return waiting(case, now + _PAUSES[refusal.gate], refusal.reason)
    if refusal.gate == "circuit" and not over:
        # Told to people once; when the circuit lets a probe through, this may be it.
        due = max(until, now + policy.repository_circuit.open_for)
        return msgspec.structs.replace(case, standing="escalated", phase="waiting", due=due)
    ends: Standing = "escalated" if refusal.gate in (*_ESCALATED, "circuit") else "refused"
    return closed(case, ends, refusal.reason, now)


def _asked(case: Case, policy: Policy, now: float) -> Case:
    """A person is asked once, and has as long as an approval would hold."""
    if case.phase == "approval" and case.due <= now:
        return closed(case, "refused", f"nobody approved it in time: {case.reason}", now)
    due = case.due if case.phase == "approval" else now + policy.approval_lasts
    return msgspec.structs.replace(case, standing="pending", phase="approval", due=due)


def waiting(case: Case, due: float, reason: str) -> Case:
    """Something is done about it later."""
    return msgspec.structs.replace(
        case, standing="pending", phase="waiting", due=due, reason=reason, claimed=0.0
    )


def escalated(case: Case, reason: str, now: float) -> Case:
    """A person's from here on."""
    return closed(case, "escalated", reason, now)


def closed(case: Case, standing: Standing, reason: str, now: float) -> Case:
    """Nothing more is done about it."""
    return msgspec.structs.replace(
        case, standing=standing, phase="closed", reason=reason, closed=now, claimed=0.0
    )
