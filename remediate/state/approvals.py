"""`approvals.json`: who has approved which plan."""

from __future__ import annotations

import re

import msgspec

from remediate.decision.approval import Approval
from remediate.errors import UsageProblem
from remediate.model.plan import Plan
from remediate.safety.moments import CLOCKS_DIFFER, HOUR
from remediate.state.shapes import decode, schema_of

NAME = "approvals.json"
# No configuration lets an approval hold for longer than `approval-lasts` may be.
KEPT = 366 * 24 * HOUR
# People give them one by one: so many are never awaited at once.
MOST = 1000


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's word for the plan of this hash, which stands for its commit and its run too."""

    plan: str
    by: str
    at: float


class Approvals(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document, the oldest first."""

    schema: str = schema_of(NAME)
    approvals: tuple[Given, ...] = ()


def read_approvals(data: bytes | None) -> Approvals:
    """The document, or an empty one."""
    return Approvals() if data is None else decode(NAME, data, Approvals)


def give(approvals: Approvals, plan: str, by: str, now: float) -> Approvals:
    """With one more; the hash must be one that a plan can have."""
    check_hash(plan)
    if not by.strip():
        raise UsageProblem("--by: an approval needs the name of who gives it")
    kept = (one for one in approvals.approvals if one.plan != plan and one.at > now - KEPT - CLOCKS_DIFFER)
    given = (*kept, Given(plan=plan, by=by.strip(), at=now))[-MOST:]
    return msgspec.structs.replace(approvals, approvals=given)


def revoke(approvals: Approvals, plan: str) -> Approvals:
    """Without the one of this plan."""
    return msgspec.structs.replace(
        approvals, approvals=tuple(one for one in approvals.approvals if one.plan != plan)
    )


def approval_of(approvals: Approvals, plan: Plan) -> Approval | None:
    """The approval of exactly this plan, which its gate then judges."""
    for one in approvals.approvals:
        if one.plan == plan.hash:
            return Approval(
                plan_hash=one.plan,
                approver=one.by,
                given_at=one.at,
                commit=plan.subject.commit,
                run=plan.subject.run,
            )
    return None


def check_hash(plan: str) -> None:
    """Raises where no plan can have this hash."""
    if not re.fullmatch(r"[0-9a-f]{16}", plan):
        raise UsageProblem(
            f"{plan}: not the hash of a plan",
            hint="It has 16 characters, 0 to 9 and a to f; the plan shows it.",
        )
