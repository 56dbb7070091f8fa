"""The badge as shields.io reads it from an address of one's own."""

from __future__ import annotations

from typing import Literal

import msgspec

from remediate.metrics.figures import Metrics
from remediate.metrics.targets import healed_share

_LABEL = "healed by remediate"


class Badge(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """shields.io draws nothing where a key is not its own: there is no `schema` of ours in it."""

    schema_version: Literal[1] = 1
    label: str
    message: str
    color: str
    cache_seconds: int = 3600


def badge(metrics: Metrics) -> Badge:
    """How many recoveries healed; what waits for a person goes before it."""
    healed, tried = healed_share(metrics)
    waiting = metrics.now.escalated_incidents
    if waiting:
        return Badge(label=_LABEL, message=f"{healed} · {waiting} for a person", color="orange")
    if not tried:
        return Badge(label=_LABEL, message="nothing yet", color="lightgrey")
    colour = "brightgreen" if healed >= 0.9 * tried else "yellow" if healed >= 0.5 * tried else "red"
    return Badge(label=_LABEL, message=f"{healed} of {tried}", color=colour)
