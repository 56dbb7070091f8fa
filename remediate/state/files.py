"""Writing files so that they are on the disk, and reading none but plain ones."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

from remediate.errors import Unreachable
from remediate.state.shapes import Unreadable

_BINARY = getattr(os, "O_BINARY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_PIECE = 1 << 20


def make_folder(folder: Path) -> None:
    """The folder and those above it, for this user alone where they are new."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def write_new(path: Path, data: bytes) -> None:
    """A file that was not there, whole and on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _NO_LINK, 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest[:_PIECE]) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_plain(path: Path) -> bytes | None:
    """The content; None where there is no such file. Raises for a link, a pipe, a folder."""
    if kind_of(path) is None:
        return None
    if kind_of(path) != "file":
        raise misplaced(path, "is a link or no plain file")
    descriptor = os.open(path, os.O_RDONLY | _BINARY | _NO_LINK)
    with os.fdopen(descriptor, "rb") as stream:
        return stream.read()


def sync_folder(folder: Path) -> None:
    """What was renamed in the folder stays so, whatever happens. Windows has no such thing."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def kind_of(path: Path) -> str | None:
    """`file`, `folder`, or `other` for a link and the like; None where there is nothing."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return None
    return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "other"


def check_folder(folder: Path) -> bool:
    """Whether it is there. Raises where it is a link, or where others may write to it."""
    kind = kind_of(folder)
    if kind is None:
        return False
    if kind != "folder":
        raise misplaced(folder, "is a link or no folder")
    if sys.platform != "win32" and folder.stat().st_mode & stat.S_IWOTH:
        raise Unreachable(
            f"{folder}: anyone on this machine may write to it, so its content cannot be trusted",
            hint=f"Look whether it is as it should be, then `chmod o-w {folder}`.",
        )
    return True


def misplaced(path: Path, what: str) -> Unreadable:
    """What stands where a plain file or folder should be."""
    return Unreadable(
        f"{path}: {what}; it is neither read nor written", hint="Remove it, or name another state folder."
    )
