"""Files that are on the disk, whole, when the call returns."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

_CHUNK = 1 << 20
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


def write_file(path: Path, data: bytes, mode: int = 0o600) -> None:
    """A file with this content; synced, its name not yet."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_FOLLOW, 0o600)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    path.chmod(mode)


def write_all(descriptor: int, data: bytes) -> None:
    """All of it: one write may take less than it was given."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def copy_file(source: Path, target: Path, mode: int = 0o600) -> None:
    """A copy of the content; synced, its name not yet."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _NO_FOLLOW, 0o600)
    try:
        with source.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                write_all(descriptor, chunk)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    target.chmod(mode)


def replace_file(source: Path, target: Path, mode: int, stamp: str) -> None:
    """Puts a copy in the place of whatever file stands there: the old one or the new one, never half.

    The copy in waiting has a name that only the stamp decides, so that what a kill left is used up again.
    """
    waiting = target.with_name(f".remediate-{stamp}")
    waiting.unlink(missing_ok=True)
    copy_file(source, waiting, mode)
    os.replace(waiting, target)  # noqa: PTH105 - the call that the tests count
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Names made in the folder outlive a power cut from here on."""
    if os.name == "nt":
        return  # a folder cannot be opened there, and its entries are journaled
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_private(folder: Path) -> None:
    """The folder and what is missing above it, for this user alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def remove(path: Path) -> None:
    """A file, a link itself, or a folder with all that is in it; links in it are not followed."""
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if not stat.S_ISDIR(mode):
        path.unlink(missing_ok=True)
        return
    for folder, _, _ in os.walk(path):
        # Tools keep folders that may not be written to (Go's modules), out of which nothing can be removed.
        if not os.path.islink(folder):  # noqa: PTH114 - a path of os.walk
            os.chmod(folder, 0o700)  # noqa: PTH101
    shutil.rmtree(path)
