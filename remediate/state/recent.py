"""`recent.json`: what began and ended of late, for rates, anomaly and health; it does not grow."""

from __future__ import annotations

import msgspec

from remediate.model.record import Record
from remediate.safety.rates import Begun, pruned
from remediate.state.bid import Bid
from remediate.state.shapes import decode, schema_of

NAME = "recent.json"
_ENDED = 50


class Ended(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recovery ended; `changed` is whether it wrote files."""

    at: float
    succeeded: bool
    changed: bool


class Recent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document, the oldest first."""

    schema: str = schema_of(NAME)
    begun: tuple[Begun, ...] = ()
    ended: tuple[Ended, ...] = ()


def read_recent(data: bytes | None) -> Recent:
    """The document, or an empty one."""
    return Recent() if data is None else decode(NAME, data, Recent)


def with_begun(recent: Recent, bid: Bid, now: float) -> Recent:
    """With one more that began, and without what no window reaches any more."""
    others = (one for one in pruned(recent.begun, now) if one.owner != bid.owner)
    new = Begun(at=now, signature=bid.signature, owner=bid.owner)
    return msgspec.structs.replace(recent, begun=(*others, new))


def with_ended(recent: Recent, record: Record) -> Recent:
    """With one more that ended."""
    one = Ended(at=record.at, succeeded=record.succeeded, changed=record.changed)
    return msgspec.structs.replace(recent, ended=(*recent.ended, one)[-_ENDED:])


def without(recent: Recent, bid: Bid) -> Recent:
    """Without one that never did anything."""
    return msgspec.structs.replace(recent, begun=tuple(one for one in recent.begun if one.owner != bid.owner))


def successes(recent: Recent) -> tuple[bool, ...]:
    """How the recoveries of late ended, for `safety.health.judge`."""
    return tuple(one.succeeded for one in recent.ended)


def changes(recent: Recent) -> tuple[float, ...]:
    """When files were changed, for `safety.anomaly.Intended.earlier`."""
    return tuple(one.at for one in recent.ended if one.changed)
