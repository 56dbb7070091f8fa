"""Puts the paths of a backup back: checks every one of them first, then changes one after the other."""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from remediate.recovery.backups_files import remove, replace_file
from remediate.recovery.backups_manifest import Backup, Entry
from remediate.recovery.backups_places import MODE, BackupProblem, digest_of_file, mode_of, place_of


def within(path: str, above: str) -> bool:
    """Whether the path is the other one or lies below it."""
    return path == above or path.startswith(f"{above}/")


def put_back(backup: Backup, files: Path, root: Path, wanted: Collection[str]) -> tuple[str, ...]:
    """The paths that were changed."""
    entries = [entry for entry in backup.entries if any(within(entry.path, path) for path in wanted)]
    _check(entries, root)
    changed: list[str] = []
    for entry in entries:
        if entry.kind == "absent" and _take_away(root, entry):
            changed.append(entry.path)
    for name in _strangers(entries, root):
        remove(root / name)
        changed.append(name)
    for entry in entries:
        if entry.kind != "absent" and _set(root, entry, files, f"{backup.id}-{entry.content}"):
            changed.append(entry.path)
    for entry in reversed(entries):
        # After the files: a folder that may not be written to would not take them.
        if entry.kind == "folder":
            (root / entry.path).chmod(entry.mode)
    return tuple(dict.fromkeys(changed))


def _check(entries: Iterable[Entry], root: Path) -> None:
    for entry in entries:
        path = place_of(root, entry.path)
        mode = mode_of(path)
        if mode is None or stat.S_ISLNK(mode) or entry.kind == "absent":
            continue  # a link is replaced itself, never what it points to
        fits = stat.S_ISREG(mode) if entry.kind == "file" else stat.S_ISDIR(mode)
        if not fits:
            raise BackupProblem(
                f"{path}: a {entry.kind} is to be put back where something else stands now",
                hint="Nothing was changed. Move it away and restore again, or use `--to`.",
            )


def _take_away(root: Path, entry: Entry) -> bool:
    path = root / entry.path
    there = mode_of(path) is not None
    if there:
        remove(path)
    for name in entry.made:
        folder = root / name
        mode = mode_of(folder)
        if mode is not None and stat.S_ISDIR(mode) and not any(folder.iterdir()):
            folder.rmdir()
    return there


def _strangers(entries: Iterable[Entry], root: Path) -> Iterator[str]:
    """What has come into a folder since, the outermost of it alone."""
    known = {entry.path: entry for entry in entries}
    folders = [entry.path for entry in known.values() if entry.kind == "folder"]
    for folder in folders:
        path = root / folder
        mode = mode_of(path)
        if mode is not None and stat.S_ISDIR(mode):
            yield from (
                f"{folder}/{each.name}" for each in path.iterdir() if f"{folder}/{each.name}" not in known
            )


def _set(root: Path, entry: Entry, files: Path, stamp: str) -> bool:
    path = root / entry.path
    mode = mode_of(path)
    if entry.kind == "folder":
        if mode is not None and stat.S_ISLNK(mode):
            path.unlink()
            mode = None
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(entry.mode | stat.S_IRWXU)
        return mode is None
    if mode is not None and stat.S_ISREG(mode) and _same(path, mode, entry):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(files / entry.content, path, entry.mode, stamp)
    return True


def _same(path: Path, mode: int, entry: Entry) -> bool:
    return (
        mode & MODE == entry.mode
        and path.stat().st_size == entry.size
        and digest_of_file(path) == entry.sha256
    )
