"""What is left of a plan when its steps have been looked at where they would take place."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from remediate.model.plan import Escalation, Plan
from remediate.model.preview import Offer, Preview, Unfit


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """A plan all of whose steps fit, and the preview of each; `left_out` says why others are gone."""

    plan: Plan
    previews: tuple[Preview, ...]
    left_out: tuple[Unfit, ...] = ()


def fit(plan: Plan, offers: Sequence[Offer]) -> Fitted | Escalation:
    """The plan without its optional steps that do not fit; a person's where a needed one does not.

    `offers` are those of the plan's steps, in their order.
    """
    looked_at = list(zip(plan.steps, offers, strict=True))
    unfit = [(step, offer) for step, offer in looked_at if isinstance(offer, Unfit)]
    for step, offer in unfit:
        if not step.optional:
            return Escalation(reason=f"{offer.strategy}: {offer.reason}", path=plan.path)
    remaining = iter(not isinstance(offer, Unfit) for offer in offers)
    groups = [tuple(step for step in group if next(remaining)) for group in plan.groups]
    kept = tuple(group for group in groups if group)
    if not kept:
        return Escalation(reason="; ".join(offer.reason for _, offer in unfit), path=plan.path)
    previews = tuple(offer for offer in offers if isinstance(offer, Preview))
    whole = msgspec.structs.replace(plan, groups=kept) if unfit else plan
    return Fitted(plan=whole, previews=previews, left_out=tuple(offer for _, offer in unfit))
