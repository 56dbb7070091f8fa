"""Backups of the files that a recovery touches: taken whole, checked before use, put back file by file."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timezone
from pathlib import Path

from remediate.model.policy import BackupPolicy
from remediate.recovery.backups_files import copy_file, make_private, remove, sync_folder
from remediate.recovery.backups_manifest import (
    Backup,
    Damaged,
    Entry,
    check_id,
    is_id,
    read_manifest,
    write_manifest,
)
from remediate.recovery.backups_places import (
    MODE,
    BackupProblem,
    NoSuchBackup,
    digest_of_file,
    missing_parents,
    mode_of,
    place_of,
    walk,
)
from remediate.recovery.backups_restoring import put_back, within

_LARGEST = 512 << 20
_STAGING = ".new-"


class Backups:
    """The backups below one state folder."""

    def __init__(self, state: Path) -> None:
        self.folder = state / "backups"

    def take(self, root: Path, paths: Iterable[str], *, now: float, why: str = "") -> Backup:
        """A backup of the paths, on the disk when this returns; nothing of it is left when it cannot be."""
        make_private(self.folder)
        name = f"{_stamp(now)}-{secrets.token_hex(4)}"
        staging = self.folder / f"{_STAGING}{name}"
        try:
            (staging / "files").mkdir(mode=0o700, parents=True)
            wanted = tuple(dict.fromkeys(paths))
            entries = tuple(_entries(root.resolve(), wanted, staging / "files"))
            backup = Backup(
                id=name, created=now, root=str(root.resolve()), paths=wanted, entries=entries, why=why
            )
            write_manifest(staging, backup)
            sync_folder(staging / "files")
            sync_folder(staging)
            os.rename(staging, self.folder / name)  # noqa: PTH104 - the call that the tests count
        except OSError as error:
            remove(staging)
            raise BackupProblem(
                f"{error.filename or staging}: no backup could be made: {error.strerror}"
            ) from None
        except BackupProblem:
            remove(staging)
            raise
        sync_folder(self.folder)
        return backup

    def list(self) -> tuple[Backup | Damaged, ...]:
        """All backups, the newest first; their contents are not looked at."""
        try:
            names = sorted(filter(is_id, os.listdir(self.folder)), reverse=True)  # noqa: PTH208
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise BackupProblem(f"{self.folder}: cannot be read: {error.strerror}") from None
        return tuple(read_manifest(self.folder / name) for name in names)

    def show(self, name: str) -> Backup:
        """The manifest of one backup."""
        found = self._read(name)
        if isinstance(found, Damaged):
            raise BackupProblem(f"backup {name} is damaged: {found.reason}", hint=_OTHERS)
        return found

    def _read(self, name: str) -> Backup | Damaged:
        folder = self.folder / check_id(name)
        if mode_of(folder) is None:
            raise NoSuchBackup(f"there is no backup {name} in {self.folder}", hint=_SEE)
        return read_manifest(folder)

    def verify(self, name: str) -> Backup | Damaged:
        """The backup, if every file of it is as it was written."""
        backup = self._read(name)
        if isinstance(backup, Damaged):
            return backup
        files = self.folder / name / "files"
        for entry in backup.entries:
            if entry.kind == "file" and (flaw := _flaw(files, entry)):
                return Damaged(id=name, reason=flaw)
        return backup

    def restore(self, name: str, root: Path, *, only: Collection[str] | None = None) -> tuple[str, ...]:
        """Puts the paths back as they were and says which changed; a damaged backup changes nothing.

        Safe to repeat after a kill: each file is the old one or the one of the backup.
        """
        backup = self.verify(name)
        if isinstance(backup, Damaged):
            raise BackupProblem(f"backup {name} is damaged: {backup.reason}", hint=_OTHERS)
        wanted = backup.paths if only is None else tuple(path for path in backup.paths if path in only)
        return put_back(backup, self.folder / name / "files", root.resolve(), wanted)

    def prune(self, policy: BackupPolicy, now: float, spare: Collection[str] = ()) -> tuple[str, ...]:
        """Removes what is older or more than the policy keeps, and what a kill left half made."""
        kept, gone = 0, []
        for backup in self.list():
            old = isinstance(backup, Backup) and backup.created < now - policy.keep_for
            if backup.id in spare or (not old and kept < policy.keep_most):
                kept += 1
            else:
                gone.append(backup.id)
        for name in gone:
            # Renamed first: a backup half removed must not look like a damaged one.
            os.rename(self.folder / name, self.folder / f"{_STAGING}{name}")  # noqa: PTH104
        if self.folder.is_dir():
            for left in self.folder.glob(f"{_STAGING}*"):
                remove(left)
        return tuple(gone)


_SEE = "`remediate backups list` shows them."
_OTHERS = "Nothing was changed. `remediate backups verify` tells which backups are whole."


def _stamp(now: float) -> str:
    return datetime.fromtimestamp(now, timezone.utc).strftime("%Y%m%dT%H%M%S")


def _entries(root: Path, paths: Iterable[str], files: Path) -> Iterator[Entry]:
    number = total = 0
    for name in paths:
        path = place_of(root, name)
        if mode_of(path) is None:
            yield Entry(path=name, kind="absent", made=missing_parents(root, path))
            continue
        for found, mode in walk(path):
            its_name = found.relative_to(root).as_posix()
            if stat.S_ISDIR(mode):
                yield Entry(path=its_name, kind="folder", mode=mode & MODE)
                continue
            total += found.stat().st_size
            if total > _LARGEST:
                raise BackupProblem(f"{name}: more than {_LARGEST >> 20} MiB, which is too much to back up")
            yield _keep(found, its_name, mode & MODE, files / str(number))
            number += 1


def _keep(path: Path, name: str, mode: int, copy: Path) -> Entry:
    copy_file(path, copy)
    digest = digest_of_file(copy)
    if digest != digest_of_file(path):
        raise BackupProblem(f"{path}: changed while it was backed up")
    return Entry(
        path=name, kind="file", mode=mode, size=copy.stat().st_size, sha256=digest, content=copy.name
    )


def _flaw(files: Path, entry: Entry) -> str:
    path = files / entry.content
    mode = mode_of(path)
    if not entry.content.isdigit() or mode is None or not stat.S_ISREG(mode):
        return f"the copy of {entry.path} is missing"
    try:
        return (
            ""
            if digest_of_file(path) == entry.sha256
            else f"the copy of {entry.path} is not what was written"
        )
    except OSError as error:
        return f"the copy of {entry.path} cannot be read: {error.strerror}"


__all__ = ["Backup", "BackupProblem", "Backups", "Damaged", "Entry", "within"]
