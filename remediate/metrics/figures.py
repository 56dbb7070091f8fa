"""`metrics.json`: what was detected, what was done about it and how that ended, in figures that add up.

Everything is a whole number that only grows, or is bounded in number: to count one more failure costs the
same whatever was counted before.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

# Upper bounds in seconds; what is longer than the last is in the bucket `more`.
BOUNDS = (60, 300, 900, 3600, 14400, 86400, 259200)
MORE = "more"
SHARES = tuple(f"{tenth / 10:.1f}" for tenth in range(1, 11))
DAYS, WEEKS = 35, 53

Number = Annotated[int, Meta(ge=0)]
Counts = dict[str, Number]
Share = Annotated[float, Meta(ge=0, le=1)]


class Durations(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """How long something took: `buckets` by their upper bound in seconds, each counting its own alone."""

    count: Number = 0
    seconds: Number = 0
    buckets: Counts = {}


class Detections(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """The failures that were diagnosed. `confidence` counts by the upper bound of a tenth."""

    total: Number = 0
    by_cause: Counts = {}
    by_rule: Counts = {}
    confidence: Counts = {}
    time_to_detect: Durations = Durations()


class Recoveries(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """What was done: outcomes of all recoveries, and of each strategy that had a part in them."""

    total: Number = 0
    by_outcome: Counts = {}
    by_strategy: dict[str, Counts] = {}
    time_to_recover: Durations = Durations()


class Minutes(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """What healing cost and saved; a re-run is taken to last as long as the attempt that failed.

    `spent` are the seconds of re-runs that failed again, `spared` those of re-runs that nobody had to start
    and watch, `reruns_spared` how many these were.
    """

    spent: Number = 0
    spared: Number = 0
    reruns_spared: Number = 0


class Period(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """A day (`2026-11-21`) or a week (`2026-W47`)."""

    name: str
    detected: Number = 0
    healed: Number = 0
    unhealed: Number = 0
    escalated: Number = 0
    refused: Number = 0
    ignored: Number = 0
    rolled_back: Number = 0


class Precision(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """How often a rule or a strategy was right; `lower` is the Wilson bound of that share, 95 % sure.

    `demoted` says why it only suggests now; empty where it still acts.
    """

    right: Number
    wrong: Number
    lower: Share
    demoted: str = ""


class Now(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """What stands open at this moment."""

    open_circuits: Number = 0
    open_incidents: Number = 0
    escalated_incidents: Number = 0
    open_cases: Number = 0


class Target(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """A figure and what it should be; `met` is null where nothing was measured yet."""

    name: str
    meaning: str
    target: str
    measured: str
    met: bool | None


class Metrics(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """The document. `cases` counts the failed attempts by how they ended; times are seconds since 1970."""

    schema: Literal["remediate/metrics/1"] = "remediate/metrics/1"
    since: float = 0.0
    updated: float = 0.0
    cases: Counts = {}
    detections: Detections = Detections()
    recoveries: Recoveries = Recoveries()
    refusals: Counts = {}
    rollbacks: Counts = {}
    circuits_opened: Number = 0
    escalations: Number = 0
    minutes: Minutes = Minutes()
    days: tuple[Period, ...] = ()
    weeks: tuple[Period, ...] = ()
    rules: dict[str, Precision] = {}
    strategies: dict[str, Precision] = {}
    now: Now = Now()
    targets: tuple[Target, ...] = ()
