"""Snapshots are named so that one case has one, and go by age and number; what is needed or foreign stays."""

from __future__ import annotations

from datetime import datetime, timezone

import msgspec
from remote_made import case_of, hub

from remediate.model.policy import DAY, BackupPolicy
from remediate.recovery.remote_snapshots import prune_snapshots, snapshot_name

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc).timestamp()
ROOT = "refs/remediate/snapshots"


def test_a_case_has_one_name_for_ever() -> None:
    github = hub()
    case = msgspec.structs.replace(case_of(github.add_run(id=77, attempt=2), "rerun"), found=NOW)
    assert snapshot_name(case) == "20261121-77-2"
    unfound = msgspec.structs.replace(case, found=0.0)
    assert snapshot_name(unfound) == snapshot_name(unfound)


def kept(*names: str) -> tuple[list[str], tuple[str, ...]]:
    """What is left, and what was dropped."""
    return _pruned(BackupPolicy(), (), *names)


def _pruned(policy: BackupPolicy, needed: tuple[str, ...], *names: str) -> tuple[list[str], tuple[str, ...]]:
    github = hub()
    for name in names:
        github.snapshot(name, "a" * 40)
    dropped = prune_snapshots(github, NOW, policy, needed)
    return [ref.removeprefix(f"{ROOT}/") for ref in github.kept], dropped


def test_what_is_older_than_a_week_goes() -> None:
    left, dropped = kept("20261113-1-1", "20261114-2-1", "20261120-3-1")
    assert left == ["20261114-2-1", "20261120-3-1"]
    assert dropped == (f"{ROOT}/20261113-1-1",)


def test_of_more_than_fifty_the_oldest_go() -> None:
    names = [f"20261120-{number}-1" for number in range(60, 0, -1)]
    left, dropped = kept(*names)
    assert len(left) == 50
    assert dropped == tuple(f"{ROOT}/20261120-{number}-1" for number in range(1, 11))


def test_what_an_open_case_needs_stays() -> None:
    needed = (f"{ROOT}/20260101-1-1",)
    left, _ = _pruned(BackupPolicy(keep_most=1), needed, "20260101-1-1", "20261120-2-1", "20261120-3-1")
    assert left == ["20260101-1-1", "20261120-3-1"]


def test_what_is_not_ours_stays_and_a_day_that_never_was_goes() -> None:
    left, _ = _pruned(BackupPolicy(keep_for=DAY), (), "mine", "20261345-1-1", "20260101-1", "20260101-2-1")
    assert left == ["mine", "20260101-1"]
