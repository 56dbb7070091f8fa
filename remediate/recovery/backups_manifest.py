"""What a backup says of itself: every path that it holds, and every path that was not there."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Literal

import msgspec

from remediate.recovery.backups_files import write_file
from remediate.recovery.backups_places import NoSuchBackup

SCHEMA = "remediate/backup/1"
NAME = "manifest.json"
SEAL = "manifest.sha256"
_ID = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{8}")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A path of the workspace; `made` are the folders above it that were not there either."""

    path: str
    kind: Literal["file", "folder", "absent"]
    mode: int = 0
    size: int = 0
    sha256: str = ""
    content: str = ""
    made: tuple[str, ...] = ()


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """The document `remediate/backup/1`; `paths` are what was asked for, `why` which recovery."""

    schema: str = SCHEMA
    id: str
    created: float
    root: str
    paths: tuple[str, ...]
    entries: tuple[Entry, ...]
    why: str = ""

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.entries)


class Damaged(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that cannot be trusted: nothing of it is put back."""

    id: str
    reason: str


def check_id(name: str) -> str:
    """The id, which is safe to join to a folder."""
    if not _ID.fullmatch(name):
        raise NoSuchBackup(f"{name!r} is no id of a backup", hint="`remediate backups list` shows them.")
    return name


def is_id(name: str) -> bool:
    """Whether a folder of this name is a backup."""
    return _ID.fullmatch(name) is not None


def write_manifest(folder: Path, backup: Backup) -> None:
    """The manifest, and the seal that shows a change of it."""
    text = msgspec.json.format(msgspec.json.encode(backup), indent=2)
    write_file(folder / NAME, text)
    write_file(folder / SEAL, hashlib.sha256(text).hexdigest().encode())


def read_manifest(folder: Path) -> Backup | Damaged:
    """The manifest, if it is as it was written."""
    try:
        text = (folder / NAME).read_bytes()
        seal = (folder / SEAL).read_text("ascii", "replace")
        if hashlib.sha256(text).hexdigest() != seal:
            return Damaged(id=folder.name, reason=f"{NAME} is not what was written")
        backup = msgspec.json.decode(text, type=Backup)
    except (OSError, msgspec.MsgspecError) as error:
        return Damaged(id=folder.name, reason=f"{NAME} cannot be read: {error}")
    if backup.schema != SCHEMA or backup.id != folder.name:
        return Damaged(id=folder.name, reason=f"{NAME} is of another schema or another backup")
    return backup
