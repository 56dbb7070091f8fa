"""A person's word that a plan may be carried out: bound to the plan, and lapsing with it."""

from __future__ import annotations

import msgspec

from remediate.model.plan import Plan

# How far two machines' clocks may be apart before an approval from the future is doubted.
_SKEW = 300.0


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """Who approved what, and when."""

    plan_hash: str
    approver: str
    given_at: float
    commit: str
    run: str


def approve(plan: Plan, approver: str, now: float) -> Approval:
    """The approval of this plan, for its commit and its run."""
    return Approval(
        plan_hash=plan.hash,
        approver=approver,
        given_at=now,
        commit=plan.subject.commit,
        run=plan.subject.run,
    )


def lapse(approval: Approval, plan: Plan, now: float, lasts: float) -> str:
    """Why the approval does not hold for this plan now; empty where it does."""
    if not approval.approver:
        return "it does not say who gave it"
    if approval.commit != plan.subject.commit:
        return "the commit has changed since"
    if approval.run != plan.subject.run:
        return "it was given for another run"
    if approval.plan_hash != plan.hash:
        return "the plan has changed since"
    age = now - approval.given_at
    # Negated, so that a time that is no number closes too.
    if not age >= -_SKEW:
        return "it was given in the future: a clock is wrong"
    if not age < lasts:
        return f"it was given {age / 3600:.1f} hours ago and holds for {lasts / 3600:.1f}"
    return ""
