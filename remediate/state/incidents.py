"""`incidents.json`: every incident of late, the longest quiet left out first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from remediate.model.incident import Incident
from remediate.safety.moments import HOUR
from remediate.state.shapes import decode

NAME = "incidents.json"
MOST = 100
# What is over is kept so long, so that it is known when it comes back.
_KEPT = 30 * 24 * HOUR


class Incidents(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The document, in the order of the signatures."""

    schema: str = "remediate/incidents/1"
    incidents: tuple[Incident, ...] = ()


def read_incidents(data: bytes | None) -> Incidents:
    """The document, or an empty one."""
    return Incidents() if data is None else decode(NAME, data, Incidents)


def with_incidents(document: Incidents, changed: Iterable[Incident], now: float) -> Incidents:
    """With these as they are now; what is over for a month goes, and of too many what matters least."""
    known = {one.signature: one for one in (*document.incidents, *changed)}
    kept = [one for one in known.values() if one.status == "open" or one.seen > now - _KEPT]
    kept.sort(key=lambda one: (one.status == "open", one.escalated, one.seen), reverse=True)
    ordered = sorted(kept[:MOST], key=lambda one: one.signature)
    return msgspec.structs.replace(document, incidents=tuple(ordered))


def with_tickets(document: Incidents, tickets: Mapping[str, int]) -> Incidents:
    """With the numbers of their issues."""
    known = (
        msgspec.structs.replace(one, ticket=tickets.get(one.signature, one.ticket))
        for one in document.incidents
    )
    return msgspec.structs.replace(document, incidents=tuple(known))
