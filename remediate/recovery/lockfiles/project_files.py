"""The files of a project that a tool has to be given, found without following links."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

_SKIPPED = frozenset({"node_modules", "vendor", "target", "venv", "testdata"})
_MOST = 20_000


def files_below(folder: Path, wanted: Callable[[str], bool]) -> tuple[str, ...]:
    """The files whose names are wanted, relative to the folder, sorted; 20,000 at most.

    Hidden folders and those that tools fill themselves are left out.
    """
    found: list[str] = []
    for each in _walk(folder):
        if wanted(each.rpartition("/")[2]):
            found.append(each)
        if len(found) >= _MOST:
            break
    return tuple(sorted(found))


def is_inside(path: str) -> bool:
    """Whether a path of a manifest stays in the project's folder, as far as its wording tells."""
    return bool(path) and not Path(path).is_absolute() and ".." not in Path(path).parts


def read_text(path: Path) -> str:
    """The file's text, empty where it cannot be read."""
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


def _walk(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if each not in _SKIPPED and not each.startswith("."))
        for name in files:
            path = Path(place, name)
            if not path.is_symlink():
                yield path.relative_to(folder).as_posix()
