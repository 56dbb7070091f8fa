"""A change of several files that happens whole or not at all, also when the process is killed meanwhile.

The new files are written beside, then one file says which belongs where: from the moment that this file has
its name the change has happened, and whoever comes next finishes it. Before that, it has not.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from remediate.errors import Unreachable
from remediate.state.files import check_folder, make_folder, misplaced, read_plain, sync_folder, write_new
from remediate.state.shapes import decode, is_name, schema_of

NAME = ".commit.json"
STAGED = ".staged"


class Commit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where each staged file goes, by document; None: the document is removed."""

    schema: str = schema_of(NAME)
    moves: dict[str, str | None]


def commit(folder: Path, changed: Mapping[str, bytes | None]) -> None:
    """Makes the change; the lock must be held, and nothing of an earlier change be left."""
    make_folder(folder / STAGED)
    try:
        _stage(folder, changed)
    except OSError:
        # On a full disk what is staged would keep the next change from its room.
        with contextlib.suppress(OSError):
            _sweep(folder / STAGED)
        raise
    os.replace(folder / STAGED / NAME, folder / NAME)  # noqa: PTH105 - the tests kill the process here
    sync_folder(folder)
    finish(folder)


def finish(folder: Path) -> None:
    """Completes what was committed, and removes what was not; the lock must be held."""
    pending = read_commit(folder)
    if pending:
        for name, source in pending.moves.items():
            _move(folder, name, source)
        for parent in sorted({(folder / name).parent for name in pending.moves}):
            sync_folder(parent)
        (folder / NAME).unlink()
        sync_folder(folder)
    _sweep(folder / STAGED)


def read_through(folder: Path, name: str) -> bytes | None:
    """The document as it is once all that was committed is in its place."""
    pending = read_commit(folder)
    if pending and name in pending.moves:
        source = pending.moves[name]
        waiting = None if source is None else read_plain(folder / STAGED / source)
        if source is None or waiting is not None:
            return waiting
    return read_plain(folder / name)


def read_commit(folder: Path) -> Commit | None:
    """What was committed and may not be in its place yet."""
    data = read_plain(folder / NAME)
    if data is None:
        return None
    try:
        pending = decode(NAME, data, Commit)
    except Unreachable as error:
        raise Unreachable(f"{folder / error.message}", hint=error.hint) from None
    for name, source in pending.moves.items():
        # A folder that came with a checkout may hold one that somebody else has written.
        if not is_name(name.removeprefix(".")) or not (source is None or source.isdecimal()):
            raise misplaced(folder / NAME, "moves what is none of the documents")
    return pending


def _stage(folder: Path, changed: Mapping[str, bytes | None]) -> None:
    moves: dict[str, str | None] = {}
    for number, (name, data) in enumerate(changed.items()):
        moves[name] = None if data is None else str(number)
        make_folder((folder / name).parent)
        if data is not None:
            write_new(folder / STAGED / str(number), data)
    write_new(folder / STAGED / NAME, msgspec.json.encode(Commit(moves=moves)))
    sync_folder(folder / STAGED)


def _move(folder: Path, name: str, source: str | None) -> None:
    target = folder / name
    if source is None:
        target.unlink(missing_ok=True)
        return
    make_folder(target.parent)
    # A staged file that is gone has been moved already, before a kill.
    with contextlib.suppress(FileNotFoundError):
        os.replace(folder / STAGED / source, target)  # noqa: PTH105 - as above


def _sweep(staged: Path) -> None:
    if not check_folder(staged):
        return
    for left in staged.iterdir():
        if left.is_dir() and not left.is_symlink():
            raise misplaced(left, "is a folder where only files belong")
        left.unlink()
