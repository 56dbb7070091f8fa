"""What the figures should be, and whether they are."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from remediate.metrics.figures import BOUNDS, Durations, Metrics, Target

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


class _Aim(msgspec.Struct, frozen=True):
    name: str
    meaning: str
    target: str
    measure: Callable[[Metrics], tuple[str, bool] | None]


def targets(metrics: Metrics) -> tuple[Target, ...]:
    """Each with what was measured."""
    return tuple(_target(aim, metrics) for aim in _AIMS)


def median(durations: Durations) -> int | None:
    """The bound under which at least half of them are; None where there are none, or half are above all."""
    half, reached = durations.count / 2, 0
    if not durations.count:
        return None
    for bound in BOUNDS:
        reached += durations.buckets.get(str(bound), 0)
        if reached >= half:
            return bound
    return None


def worded(seconds: float) -> str:
    """A duration as a person says it, in its largest unit."""
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return "0 s"


def healed_share(metrics: Metrics) -> tuple[int, int]:
    """How many recoveries healed, of how many."""
    outcomes = metrics.recoveries.by_outcome
    return outcomes.get("recovered", 0), metrics.recoveries.total


def _target(aim: _Aim, metrics: Metrics) -> Target:
    got = aim.measure(metrics)
    words, met = got if got else ("nothing yet", None)
    return Target(name=aim.name, meaning=aim.meaning, target=aim.target, measured=words, met=met)


def _within(durations: Durations, most: int) -> tuple[str, bool] | None:
    if not durations.count:
        return None
    bound = median(durations)
    if bound is None:
        return f"over {worded(BOUNDS[-1])}", False
    return f"within {worded(bound)}", bound <= most


def _share(part: int, whole: int, least: float) -> tuple[str, bool] | None:
    return (f"{part / whole:.1%} of {whole}", part / whole >= least) if whole else None


def _known(metrics: Metrics) -> tuple[str, bool] | None:
    found = metrics.detections
    return _share(found.total - found.by_cause.get("unclassified", 0), found.total, 0.8)


def _undone(metrics: Metrics) -> tuple[str, bool] | None:
    partial = metrics.rollbacks.get("partial", 0)
    whole = metrics.rollbacks.get("complete", 0) + partial
    return (f"{whole - partial} of {whole}", partial == 0) if whole else None


def _worth(metrics: Metrics) -> tuple[str, bool] | None:
    spent, spared = metrics.minutes.spent, metrics.minutes.spared
    if not spent + spared:
        return None
    return f"{worded(spent)} spent, {worded(spared)} spared", spared >= spent


_AIMS: tuple[_Aim, ...] = (
    _Aim(
        "time-to-detect",
        "half of all failures are diagnosed so soon after they happened",
        "within 15 min",
        lambda metrics: _within(metrics.detections.time_to_detect, 900),
    ),
    _Aim(
        "time-to-recover",
        "half of all healed failures were healed so soon after they happened",
        "within 1 h",
        lambda metrics: _within(metrics.recoveries.time_to_recover, 3600),
    ),
    _Aim("known-causes", "failures whose cause was named", "80%", _known),
    _Aim(
        "recoveries-that-heal",
        "recoveries after which the failure was gone",
        "90%",
        lambda metrics: _share(*healed_share(metrics), 0.9),
    ),
    _Aim("rollbacks-complete", "rollbacks that left nothing behind", "all", _undone),
    _Aim("worth-it", "minutes spared against minutes spent on re-runs that failed", "more spared", _worth),
)
