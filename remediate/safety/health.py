"""How well the machine and the recoveries of late are, and whether it gets better or worse."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import msgspec

from remediate.model.policy import HealthPolicy

Level = Literal["healthy", "degraded", "unhealthy", "critical"]
Trend = Literal["improving", "steady", "worsening"]

LEVELS: tuple[Level, ...] = ("healthy", "degraded", "unhealthy", "critical")
# Fewer recoveries than this say nothing about a rate, and their halves nothing about a trend.
FEWEST = 4
_STEP = 0.1


class Vitals(msgspec.Struct, frozen=True, kw_only=True):
    """Shares in use, from 0 to 1; None for what could not be measured."""

    cpu: float | None = None
    memory: float | None = None
    disk: float | None = None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The worst of all that was looked at; `reasons` names whatever is not healthy."""

    level: Level
    trend: Trend
    success_rate: float | None
    error_rate: float | None
    reasons: tuple[str, ...] = ()

    @property
    def refuses(self) -> bool:
        """Whether no recovery should begin."""
        return LEVELS.index(self.level) >= LEVELS.index("unhealthy")


def judge(
    vitals: Vitals, successes: Sequence[bool], policy: HealthPolicy, *, aside: Collection[str] = ()
) -> Health:
    """`successes` are the recoveries of late, oldest first. `aside` names what the recovery itself is to mend
    (`disk` where the disk is full): it would never begin otherwise.
    """
    errors = successes.count(False) / len(successes) if len(successes) >= FEWEST else None
    looked_at = (
        ("memory", vitals.memory, policy.memory),
        ("disk", vitals.disk, policy.disk),
        ("error rate", errors, policy.error_rate),
    )
    grades = {name: _grade(share, steps) for name, share, steps in looked_at if name not in aside}
    # A busy processor makes a recovery slow, not dangerous: alone, it degrades and no more.
    cpu = 0 if "cpu" in aside else _grade(vitals.cpu, policy.cpu)
    grades["cpu"] = cpu if any(grades.values()) else min(cpu, 1)
    shares = {**{name: share for name, share, _ in looked_at}, "cpu": vitals.cpu}
    return Health(
        level=LEVELS[max(grades.values())],
        trend=trend(successes),
        success_rate=None if errors is None else 1 - errors,
        error_rate=errors,
        reasons=tuple(f"{name} at {shares[name]:.0%}" for name, grade in grades.items() if grade),
    )


def trend(successes: Sequence[bool]) -> Trend:
    """The newer half of the recoveries against the older one."""
    if len(successes) < FEWEST:
        return "steady"
    middle = len(successes) // 2
    older, newer = successes[:middle], successes[middle:]
    change = newer.count(True) / len(newer) - older.count(True) / len(older)
    return "improving" if change > _STEP else "worsening" if change < -_STEP else "steady"


def _grade(share: float | None, steps: tuple[float, float, float]) -> int:
    return 0 if share is None else sum(share >= step for step in steps)
