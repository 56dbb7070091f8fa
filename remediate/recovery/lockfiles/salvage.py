"""What of a broken lockfile can be kept: the text to begin with, and the locks that vouch for it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from remediate.recovery.lockfiles.abilities import MergesConflicts
from remediate.recovery.lockfiles.conflict import has_markers, take_apart
from remediate.recovery.lockfiles.history import History
from remediate.recovery.lockfiles.tool import Lock, Locked, LockTool
from remediate.recovery.lockfiles.vouching import known_hashes

State = Literal["readable", "conflict", "broken", "lost"]


class Salvage(msgspec.Struct, frozen=True, kw_only=True):
    """`text` is what the tool is given, None for no lockfile at all; `locks` vouch for what it holds.

    `past` are the locks of earlier commits: a hash may go back to one of theirs. `instead` is given to the
    tool where it cannot make anything of `text`.
    """

    state: State
    text: bytes | None
    locks: tuple[Lock, ...]
    past: tuple[Lock, ...] = ()
    note: str = ""
    instead: bytes | None = None


def salvage(tool: LockTool, folder: Path, lockfile: str, history: History, text: bytes) -> Salvage:
    """Looks at the lockfile's text, then at its history."""
    past = tuple(history.versions(lockfile))
    if has_markers(text):
        return _merged(tool, folder, text, past)
    lock = tool.read(text)
    locks = _readable(tool, past)
    if isinstance(lock, Lock):
        mended, changed = _hashes_back(text, lock, locks)
        note = f"{changed} hashes go back to those of an earlier commit" if changed else ""
        again = tool.read(mended)
        vouching = again if isinstance(again, Lock) else lock
        return Salvage(state="readable", text=mended, locks=(vouching,), past=locks, note=note)
    return _last_good(tool, past)


def _merged(tool: LockTool, folder: Path, text: bytes, past: tuple[bytes, ...]) -> Salvage:
    sides = take_apart(text)
    if sides is None:
        return _last_good(tool, past)
    ours, theirs = tool.read(sides.ours), tool.read(sides.theirs)
    if not isinstance(ours, Lock):
        return _last_good(tool, past)
    both = (ours, theirs) if isinstance(theirs, Lock) else (ours,)
    own = isinstance(tool, MergesConflicts) and tool.merges_conflicts(folder) and len(both) == 2
    return Salvage(
        state="conflict",
        text=text if own else sides.ours,
        locks=both,
        past=_readable(tool, past),
        instead=sides.ours if own else None,
        note="both sides of the merge are taken" if own else "the side of HEAD is taken and completed",
    )


def _last_good(tool: LockTool, past: tuple[bytes, ...]) -> Salvage:
    for text in past:
        lock = None if has_markers(text) else tool.read(text)
        if isinstance(lock, Lock) and lock.packages:
            locks = _readable(tool, past)
            note = "the last version in git that can be read is taken and brought up to date"
            return Salvage(state="broken", text=text, locks=(lock,), past=locks, note=note)
    return Salvage(state="lost", text=None, locks=())


def _readable(tool: LockTool, past: tuple[bytes, ...]) -> tuple[Lock, ...]:
    locks = (tool.read(text) for text in past if not has_markers(text))
    return tuple(lock for lock in locks if isinstance(lock, Lock))


def _hashes_back(text: bytes, lock: Lock, past: tuple[Lock, ...]) -> tuple[bytes, int]:
    """Puts back hashes that differ from the one that every earlier commit gave for the same version."""
    known, changed = known_hashes(past), 0
    for each in lock.packages:
        pair = _differing(each, known.get((each.name, each.version), set()))
        if pair is None or text.count(pair[0]) == 0 or pair[0] == pair[1]:
            continue
        text, changed = text.replace(*pair), changed + 1
    return text, changed


def _differing(each: Locked, past: set[str]) -> tuple[bytes, bytes] | None:
    """The one hash that is new and the one that was there; None where it is not that plain.

    The text holds digests only, for a tool may write the algorithm apart from them.
    """
    new, old = set(each.hashes) - past, past - set(each.hashes)
    if len(new) != 1 or len(old) != 1:
        return None
    (now,), (then,) = new, old
    if now.partition(":")[0] != then.partition(":")[0]:
        return None
    return now.partition(":")[2].encode(), then.partition(":")[2].encode()
