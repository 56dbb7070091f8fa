"""Where logs come from on this machine: files, folders, standard input."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import msgspec

from remediate.errors import UsageProblem

STDIN = "-"
_SKIPPED = {"node_modules", "__pycache__"}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is, or holds, logs; `path` is None for standard input, `found` tells it from one named."""

    name: str
    path: str | None
    stdin: BinaryIO
    found: bool = False

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes; a file that cannot be opened or read is the user's to mend."""
        try:
            if self.path is None:
                yield self.stdin
                return
            with open(self.path, "rb") as stream:
                yield stream
        except OSError as error:
            raise _unreadable(self.name, error) from None


def find_sources(names: Iterable[str], stdin: BinaryIO) -> Iterator[Source]:
    """The sources in order; a folder stands for every file below it, by name, hidden ones left out."""
    for name in names:
        if name == STDIN:
            yield Source(name="<stdin>", path=None, stdin=stdin)
        elif os.path.isdir(name):
            yield from (
                Source(name=_shown(file), path=file, stdin=stdin, found=True)
                for file in _files_below(os.path.normpath(name))
            )
        elif os.path.exists(name):
            yield Source(name=_shown(name), path=name, stdin=stdin)
        else:
            raise UsageProblem(
                f"{_shown(name)}: there is no such file or folder", hint="Use - to read standard input."
            )


def _files_below(folder: str) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        raise _unreadable(_shown(folder), error) from None
    for entry in entries:
        if entry.name.startswith(".") or entry.name in _SKIPPED or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _files_below(entry.path)
        elif entry.is_file():
            yield entry.path


def _unreadable(name: str, error: OSError) -> UsageProblem:
    return UsageProblem(f"{name}: {error.strerror or error}", hint="Check the path and the rights to it.")


def _shown(path: str) -> str:
    """The path as text that can be written anywhere; a name on disk may hold any bytes."""
    return path.encode("utf-8", "backslashreplace").decode()
