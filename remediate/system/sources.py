"""Where logs come from on this machine: files, folders, standard input."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from remediate.errors import UsageProblem

STDIN = "-"
_SKIPPED = {".git", "node_modules", "__pycache__", ".venv"}


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is, or holds, logs; `path` is None for standard input."""

    name: str
    path: Path | None
    stdin: BinaryIO

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The bytes; a file that cannot be opened is the user's to mend."""
        if self.path is None:
            yield self.stdin
            return
        try:
            stream = self.path.open("rb")
        except OSError as error:
            raise UsageProblem(f"{self.name}: {error.strerror}", hint="Check the path and its rights.") from None
        with stream:
            yield stream


def find_sources(names: Iterable[str], stdin: BinaryIO) -> Iterator[Source]:
    """The sources in order; a folder stands for every file below it, by name."""
    for name in names:
        path = Path(name)
        if name == STDIN:
            yield Source(name="<stdin>", path=None, stdin=stdin)
        elif path.is_dir():
            yield from (Source(name=str(file), path=file, stdin=stdin) for file in _files_below(path))
        elif path.exists():
            yield Source(name=name, path=path, stdin=stdin)
        else:
            raise UsageProblem(f"{name}: there is no such file or folder", hint="Use - to read standard input.")


def _files_below(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.name in _SKIPPED or entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _files_below(entry)
        elif entry.is_file():
            yield entry
