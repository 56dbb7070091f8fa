"""How many recoveries there may be: rolling windows over the times at which they began."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from remediate.model.policy import RatePolicy
from remediate.safety.moments import CLOCKS_DIFFER, HOUR, moment

MINUTE = 60.0


class Begun(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recovery began; `owner` is who began it."""

    at: float
    signature: str
    owner: str = ""


class Within(msgspec.Struct, frozen=True, kw_only=True, tag="within"):
    """One more may begin."""


class Exceeded(msgspec.Struct, frozen=True, kw_only=True, tag="exceeded"):
    """No more before `until`."""

    until: float
    reason: str


def limit(begun: Iterable[Begun], policy: RatePolicy, signature: str, now: float) -> Within | Exceeded:
    """Whether one more may begin. What another clock dates into the near future counts as having been."""
    begun = [one for one in begun if one.at - now <= CLOCKS_DIFFER]
    known = [one.at for one in begun]
    same = [one.at for one in begun if one.signature == signature]
    for times, most, window, what in (
        (known, policy.per_minute, MINUTE, "a minute"),
        (same, policy.per_signature_and_hour, HOUR, "an hour for one signature"),
    ):
        inside = sorted(at for at in times if at > now - window)
        if len(inside) >= most:
            until = inside[len(inside) - most] + window if most > 0 else now + window
            reason = f"{most} recoveries {what} have begun; the next may from {moment(until)} on"
            return Exceeded(until=until, reason=reason)
    return Within()


def pruned(begun: Iterable[Begun], now: float) -> tuple[Begun, ...]:
    """Only those that can still matter; what lies further ahead than clocks differ came from a broken one."""
    return tuple(one for one in begun if now - HOUR - CLOCKS_DIFFER < one.at <= now + CLOCKS_DIFFER)
