"""Paths below a folder, refused where they would lead out of it, and what stands there."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from remediate.errors import USAGE, Unreachable

_CHUNK = 1 << 20
MODE = 0o7777


class BackupProblem(Unreachable):
    """A backup cannot be taken, read or put back; nothing was changed."""


class NoSuchBackup(BackupProblem):
    """There is none with this id."""

    exit_code = USAGE


def place_of(root: Path, name: str) -> Path:
    """The path below the root, whose parents are all folders of the root itself; refused otherwise."""
    pure = PurePosixPath(name)
    parts = name.replace("\\", "/").split("/") if os.name == "nt" else name.split("/")
    if not name or "\0" in name or pure.is_absolute() or {"", ".", ".."} & set(parts):
        raise BackupProblem(f"{name!r} is no path below {root}", hint="Name it from the root, without `..`.")
    path = root
    for part in parts[:-1]:
        path /= part
        mode = mode_of(path)
        if mode is None:
            break
        if not stat.S_ISDIR(mode):
            kind = "a link" if stat.S_ISLNK(mode) else "no folder"
            raise BackupProblem(f"{path}: is {kind}, so {name} may lie outside of {root}")
    return root.joinpath(*parts)


def mode_of(path: Path) -> int | None:
    """What stands there, a link not followed; None for nothing."""
    try:
        return os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None


def missing_parents(root: Path, path: Path) -> tuple[str, ...]:
    """The folders above the path that are not there, the deepest first."""
    between = (parent for parent in path.parents if parent != root and parent.is_relative_to(root))
    return tuple(parent.relative_to(root).as_posix() for parent in between if mode_of(parent) is None)


def walk(path: Path) -> Iterator[tuple[Path, int]]:
    """A file, or a folder and all below it, in a stable order; links and devices are refused."""
    mode = mode_of(path)
    if mode is None:
        return
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        kind = "a link" if stat.S_ISLNK(mode) else "neither a file nor a folder"
        raise BackupProblem(f"{path}: is {kind}, which is never backed up")
    yield path, mode
    if stat.S_ISDIR(mode):
        for name in sorted(os.listdir(path)):  # noqa: PTH208 - names, to be joined to the path as it is
            yield from walk(path / name)


def fingerprint(root: Path, name: str) -> str:
    """Changes with the content, the mode and the kind of what stands there; empty for nothing."""
    path = place_of(root, name)
    mode = mode_of(path)
    if mode is None:
        return ""
    if stat.S_ISLNK(mode):
        return "link"
    digest = hashlib.sha256()
    for found, its_mode in walk(path):
        digest.update(
            f"{found.relative_to(root).as_posix()}\0{its_mode}\0".encode("utf-8", "surrogateescape")
        )
        if stat.S_ISREG(its_mode):
            digest.update(digest_of_file(found).encode())
    return digest.hexdigest()


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file's content."""
    with path.open("rb") as stream:
        return digest_of_stream(stream)


def digest_of_stream(stream: BinaryIO) -> str:
    """The SHA-256 of what is still to be read."""
    digest = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
