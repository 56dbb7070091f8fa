"""`metrics.json`, `badge.json`, and `tallied.json`: the figures, and what is in them already."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from remediate.metrics.badge import Badge
from remediate.metrics.counting import Happening, counted
from remediate.metrics.figures import Metrics
from remediate.safety.circuit import Circuit, Closed, Open
from remediate.state.shapes import decode

METRICS, BADGE, TALLIED = "metrics.json", "badge.json", "tallied.json"
# A thing is told twice only by a run that was repeated, or that took up what another left: soon after.
REMEMBERED = 2000


class Tallied(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was counted of late, the oldest first, and the circuits that stood open then, each since when."""

    schema: str = "remediate/tallied/1"
    keys: tuple[str, ...] = ()
    open_circuits: tuple[str, ...] = ()


def read_metrics(data: bytes | None) -> Metrics:
    """The document, or an empty one."""
    return Metrics() if data is None else decode(METRICS, data, Metrics)


def read_tallied(data: bytes | None) -> Tallied:
    """The document, or an empty one."""
    return Tallied() if data is None else decode(TALLIED, data, Tallied)


def encoded_badge(badge: Badge) -> bytes:
    """As shields.io reads it: the one document without a schema of ours."""
    return msgspec.json.encode(badge) + b"\n"


def fresh(tallied: Tallied, happenings: Iterable[Happening]) -> tuple[Happening, ...]:
    """Those that were not counted before."""
    known = set(tallied.keys)
    return tuple(one for one in happenings if _key(one) not in known)


def all_counted(metrics: Metrics, happenings: Iterable[Happening]) -> Metrics:
    """With all of them."""
    for one in happenings:
        metrics = counted(metrics, one)
    return metrics


def remembered(tallied: Tallied, happenings: Iterable[Happening]) -> Tallied:
    """With these told now: what goes on being told is not forgotten."""
    now = dict.fromkeys(map(_key, happenings))
    keys = (*(key for key in tallied.keys if key not in now), *now)[-REMEMBERED:]
    return msgspec.structs.replace(tallied, keys=keys)


def with_circuits(metrics: Metrics, tallied: Tallied, known: Iterable[Circuit]) -> tuple[Metrics, Tallied]:
    """With the circuits that stand open now; one that opens again, after a probe or a reset, counts again."""
    states = {circuit.key: circuit.state for circuit in known if not isinstance(circuit.state, Closed)}
    openings = tuple(
        sorted(f"{key} {state.since:.0f}" for key, state in states.items() if isinstance(state, Open))
    )
    opened = len(set(openings) - set(tallied.open_circuits))
    return (
        msgspec.structs.replace(
            metrics,
            circuits_opened=metrics.circuits_opened + opened,
            now=msgspec.structs.replace(metrics.now, open_circuits=len(states)),
        ),
        msgspec.structs.replace(tallied, open_circuits=openings),
    )


def _key(one: Happening) -> str:
    return f"{type(one).__name__[0].lower()} {one.key}"
