"""Whether a diagnosis is ground enough to act on, before any tree is asked."""

from __future__ import annotations

from remediate.model.cause import CAUSES, DEFECTS, REASONS, UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis
from remediate.model.plan import Refusal
from remediate.model.policy import Policy


def refusal_of(diagnosis: Diagnosis, policy: Policy) -> Refusal | None:
    """The first reason not to act; a real defect is one whatever the configuration says."""
    reason, hint = _reason(diagnosis, policy)
    return Refusal(gate="confidence", reason=reason, hint=hint) if reason else None


def _reason(diagnosis: Diagnosis, policy: Policy) -> tuple[str, str]:
    cause, sure, wanted = diagnosis.cause, diagnosis.confidence, policy.confidence_threshold
    if cause == UNCLASSIFIED or cause not in CAUSES:
        return f"the cause is not known: {REASONS.get(diagnosis.reason or '', 'no rule knows it')}", ""
    if cause in DEFECTS:
        return f"`{cause}` is a real defect, which only a person can mend", diagnosis.hint or ""
    if cause in policy.never:
        return f"`never` excludes the cause `{cause}`", "Take it out of `never` to have it recovered."
    if policy.only and cause not in policy.only:
        return f"`only` does not name the cause `{cause}`", "Add it to `only` to have it recovered."
    if diagnosis.withheld:
        return f"the recovery is withheld: {diagnosis.withheld}", diagnosis.hint or ""
    if diagnosis.recovery is None:
        return f"the rule recommends no recovery for this `{cause}` failure", diagnosis.hint or ""
    # `not >=`, so that a confidence that is no number closes too.
    if not sure >= wanted:
        return f"the confidence is {sure:.2f}, below `confidence-threshold` ({wanted:.2f})", ""
    return "", ""
