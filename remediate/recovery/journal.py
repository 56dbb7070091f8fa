"""One file for each recovery: what is meant to happen, written before it does, and what did, after."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from remediate.errors import Unreachable
from remediate.recovery.backups_files import make_private, sync_folder, write_all
from remediate.recovery.journal_entries import Began, Entry, Story, told

_DECODER = msgspec.json.Decoder(Entry)
_SUFFIX = ".jsonl"


class JournalProblem(Unreachable):
    """A journal cannot be read or written: nothing may be done."""


class Journal:
    """An open journal; `story` is what it says so far."""

    def __init__(self, path: Path, story: Story) -> None:
        self.path = path
        self.story = story
        self._lock = threading.Lock()
        self._size = path.stat().st_size if path.exists() else 0

    @property
    def name(self) -> str:
        """The recovery's id."""
        return self.path.name.removesuffix(_SUFFIX)

    def note(self, entry: Entry) -> None:
        """On the disk when this returns."""
        line = msgspec.json.encode(entry) + b"\n"
        with self._lock:
            try:
                self._append(line)
            except OSError as error:
                raise JournalProblem(
                    f"{self.path}: cannot be written: {error.strerror}", hint="Check the space left there."
                ) from None
            self.story = told(self.story, entry)

    def _append(self, line: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self.path, flags, 0o600)
        try:
            # What a failed or torn write left is no line, and must not become the head of this one.
            os.ftruncate(descriptor, self._size)
            write_all(descriptor, line)
            os.fsync(descriptor)
            self._size += len(line)
        finally:
            os.close(descriptor)


def begin(folder: Path, name: str, began: Began) -> Journal:
    """A new journal that says what is planned."""
    try:
        make_private(folder)
        journal = Journal(folder / f"{name}{_SUFFIX}", Story())
        journal.note(began)
        sync_folder(folder)
    except OSError as error:
        raise JournalProblem(f"{folder}: cannot be written: {error.strerror}") from None
    return journal


def journals(folder: Path) -> Iterator[Journal]:
    """All of them, the oldest first; one in which nothing stands yet is left out."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(_SUFFIX))  # noqa: PTH208
    except FileNotFoundError:
        return
    except OSError as error:
        raise JournalProblem(f"{folder}: cannot be read: {error.strerror}") from None
    for name in names:
        journal = read(folder / name)
        if journal is not None:
            yield journal


def read(path: Path) -> Journal | None:
    """A journal as it stands; None when its first line was never written whole.

    A last line without an end was torn by a kill and was not written. Whatever else is unreadable is refused.
    """
    try:
        text = path.read_bytes()
    except OSError as error:
        raise JournalProblem(f"{path}: cannot be read: {error.strerror}", hint=_WAY_OUT) from None
    whole = text[: text.rfind(b"\n") + 1]
    if not whole:
        return None
    story = Story()
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            story = told(story, _DECODER.decode(line))
        except (msgspec.MsgspecError, ValueError) as error:
            raise JournalProblem(f"{path}, line {number}: cannot be read: {error}", hint=_WAY_OUT) from None
    journal = Journal(path, story)
    journal._size = len(whole)
    return journal


_WAY_OUT = "Look at the files that it names, put them right by hand, and move the journal away."
