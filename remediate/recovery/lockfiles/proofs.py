"""All that is proved of a mended lockfile before it is written, and again after."""

from __future__ import annotations

from collections.abc import Mapping

from remediate.recovery.lockfiles.abilities import KnowsRanges
from remediate.recovery.lockfiles.conflict import has_markers
from remediate.recovery.lockfiles.explanation import unexplained
from remediate.recovery.lockfiles.salvage import Salvage
from remediate.recovery.lockfiles.tool import LockTool, Unreadable
from remediate.recovery.lockfiles.vouching import foreign_hosts, weaker_hashes


def find_faults(
    tool: LockTool, salvaged: Salvage, text: bytes, wanted: Mapping[str, str], configured: frozenset[str]
) -> tuple[str, ...]:
    """What is wrong with the new lockfile, in words; empty where every proof holds."""
    if has_markers(text):
        return ("the lockfile still has conflict markers",)
    lock = tool.read(text)
    if isinstance(lock, Unreadable):
        return (f"the lockfile cannot be read: {lock.reason}",)
    judge = tool.satisfies if isinstance(tool, KnowsRanges) else None
    return (
        *foreign_hosts(salvaged.locks, lock, configured),
        *weaker_hashes(salvaged.locks, lock, salvaged.past),
        *unexplained(salvaged.locks, lock, wanted, judge),
    )
