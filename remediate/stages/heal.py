"""Heal: the six stages in one process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from remediate.errors import Unreachable
from remediate.model.stage import Recoveries, Tally
from remediate.stages.collect import collect
from remediate.stages.detect import detect
from remediate.stages.doors import Doors
from remediate.stages.initialize import Request, initialize
from remediate.stages.notify import Told, notify, remember
from remediate.stages.recover import publish, recover, wants_repair
from remediate.stages.repairing import Wanted, prepare, run_repairs
from remediate.stages.verify import verify


class Healed(msgspec.Struct, frozen=True, kw_only=True):
    """How it went, and what was told to whom."""

    tally: Tally
    told: Told


def heal(doors: Doors, request: Request, say: Callable[[str], None]) -> Healed:
    """`say` hears which stage is at work. What one stage of a killed process left, the next call finishes."""
    say("initialize: what failed, and what awaits its proof")
    agenda = initialize(doors, request)
    say(f"detect: new failures: {len(agenda.new)}, cases to go on with: {len(agenda.open)}")
    findings = detect(agenda, doors)
    say("recover: decide, and repair what is safe to repair")
    recoveries = repaired_and_published(recover(findings, doors), doors, doors.folder / "repairs")
    say("verify: look at the original failures again")
    verdicts = verify(recoveries, doors)
    say("collect-metrics: count")
    tally = collect(verdicts, doors)
    say("notify: tell")
    told = notify(tally, doors)
    if not request.dry_run:
        remember(told, doors)
    return Healed(tally=tally, told=told)


def repaired_and_published(recoveries: Recoveries, doors: Doors, folder: Path) -> Recoveries:
    """With what a process without any token has repaired, where there is something to repair."""
    if not order_repairs(recoveries, doors, folder):
        return recoveries
    run_repairs(folder, doors.environment)
    return publish(recoveries, doors, folder)


def order_repairs(recoveries: Recoveries, doors: Doors, folder: Path) -> int:
    """Writes an order for each case that a step without any token repairs; how many there are."""
    wanted = [
        Wanted(case=course.case, agreed="; ".join(one.asks for one in course.previews if one.asks))
        for course in recoveries.courses
        if wants_repair(course.case, doors.owner)
    ]
    if not wanted:
        return 0
    if doors.git is None:
        raise Unreachable("a lockfile is to be repaired, and there is no git here", hint="Install git.")
    policy = recoveries.findings.agenda.head.settings.policy
    prepare(wanted, git=doors.git, address=doors.address, policy=policy, folder=folder)
    return len(wanted)
