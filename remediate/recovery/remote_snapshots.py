"""Snapshots of a run's head commit, as refs that keep it reachable: their names, and which go."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timezone

from remediate.model.case import Case
from remediate.model.policy import DAY, BackupPolicy
from remediate.ports import Forge

# The day stands in the name: a ref does not know when it was made.
_OURS = re.compile(r"refs/remediate/snapshots/(\d{8})-(\d+)-(\d+)", re.ASCII)


def snapshot_name(case: Case) -> str:
    """The same whenever it is asked for, so that a snapshot is made once."""
    return f"{datetime.fromtimestamp(case.found or case.run.created, timezone.utc):%Y%m%d}-{case.key}"


def prune_snapshots(
    forge: Forge, now: float, policy: BackupPolicy, needed: Collection[str] = ()
) -> tuple[str, ...]:
    """Drops those that are too old, and the oldest of too many; what an open case `needed` stays.

    A ref whose name is not ours is left alone.
    """
    ours = sorted((found for ref, _ in forge.snapshots() if (found := _OURS.fullmatch(ref))), key=_age)
    many = len(ours) - policy.keep_most
    old = [
        found[0]
        for place, found in enumerate(ours)
        if (place < many or _ended(found[1]) + policy.keep_for <= now) and found[0] not in needed
    ]
    for ref in old:
        forge.drop_snapshot(ref)
    return tuple(old)


def _age(found: re.Match[str]) -> tuple[str, int, int]:
    return found[1], int(found[2]), int(found[3])


def _ended(day: str) -> float:
    """The end of that day; of one that never was, its beginning of time."""
    try:
        return datetime.strptime(day, "%Y%m%d").replace(tzinfo=timezone.utc).timestamp() + DAY
    except ValueError:
        return 0.0
