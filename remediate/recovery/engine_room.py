"""The state folder's own space: some kept for a full disk, and what is old given back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from remediate.errors import Unreachable
from remediate.model.policy import BackupPolicy
from remediate.recovery.backups import Backups
from remediate.recovery.backups_files import make_private, write_file
from remediate.recovery.journal import Journal, journals

_RESERVE = "reserve"
_SIZE = 256 << 10
_PATIENCE = 5.0


class Busy(Unreachable):
    """Another process is recovering with the same state."""


@contextlib.contextmanager
def alone(lock: FileLock, state: Path, wait: float) -> Iterator[None]:
    """No other process recovers with this state meanwhile; a process that dies lets go."""
    try:
        make_private(state)
        lock.acquire(timeout=wait)
    except Timeout:
        raise Busy(
            f"{state}: another recovery is under way there", hint="Try again when it is over."
        ) from None
    except OSError as error:
        raise Unreachable(
            f"{state}: cannot be written: {error.strerror}", hint="Check the space left and the rights there."
        ) from None
    try:
        yield
    finally:
        lock.release()


def keep_room(state: Path) -> None:
    """Takes a little space before it is scarce: a journal has to be written on a full disk too."""
    with contextlib.suppress(OSError):
        make_private(state)
        if not (state / _RESERVE).exists():
            write_file(state / _RESERVE, bytes(_SIZE))


def make_room(state: Path) -> None:
    """Gives that space back."""
    with contextlib.suppress(OSError):
        (state / _RESERVE).unlink(missing_ok=True)


def pruned(state: Path, policy: BackupPolicy, now: float) -> tuple[str, ...]:
    """Removes the backups that the policy does not keep, but none that a recovery may still need."""
    if not state.is_dir():
        return ()
    with alone(FileLock(state / "recovery.lock"), state, _PATIENCE):
        open_ones = {each.story.backup for each in journals(state / "journal") if not each.story.ended}
        return Backups(state).prune(policy, now, open_ones)


def tidy(state: Path, backups: Backups, policy: BackupPolicy, now: float) -> None:
    """Removes what the policy does not keep; what cannot be removed now is so the next time."""
    with contextlib.suppress(OSError, Unreachable):
        known = list(journals(state / "journal"))
        ended = [journal for journal in known if journal.story.ended]
        spare = {journal.story.backup for journal in known if not journal.story.ended}
        backups.prune(policy, now, spare)
        for journal in _old(ended, policy, now):
            journal.path.unlink(missing_ok=True)


def _old(ended: list[Journal], policy: BackupPolicy, now: float) -> Iterator[Journal]:
    for number, journal in enumerate(reversed(ended)):
        end = journal.story.ended
        if number >= policy.keep_most or (end is not None and end.at < now - policy.keep_for):
            yield journal
