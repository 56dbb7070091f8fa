"""Shows how far the reading of a long log has come, when a person watches."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import BinaryIO, TextIO

_PATIENCE = 1.0
_EVERY = 0.2
_MB = 1_000_000


class Progress:
    """A line on a terminal that appears after a second and goes away when the work is done."""

    def __init__(self, screen: TextIO, clock: Callable[[], float]) -> None:
        self._screen = screen
        self._clock = clock
        self._next = clock() + _PATIENCE
        self._shown = False

    def tell(self, name: str, done: int, total: int) -> None:
        """`total` is 0 where nobody knows it."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _EVERY
        self._shown = True
        part = f" of {total / _MB:,.0f} MB, {min(1.0, done / total):.0%}" if total else " MB"
        self._screen.write(f"\r\x1b[Kreading {name}: {done / _MB:,.0f}{part}")
        self._screen.flush()

    def clear(self) -> None:
        if self._shown:
            self._screen.write("\r\x1b[K")
            self._screen.flush()
            self._shown = False


class Watched:
    """A stream that tells the progress of its reading."""

    def __init__(self, stream: BinaryIO, name: str, progress: Progress) -> None:
        self._stream = stream
        self._name = name
        self._progress = progress
        self._done = 0
        self._total = _size(stream)

    def read(self, size: int = -1, /) -> bytes:
        block = self._stream.read(size)
        self._done += len(block)
        self._progress.tell(self._name, self._done, self._total)
        return block

    def seekable(self) -> bool:
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()


def watching(quiet: bool) -> Progress | None:
    """A progress where standard error is a terminal that can redraw a line, else None."""
    if quiet or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return None
    import time  # noqa: PLC0415 - built in, and only wanted here

    return Progress(sys.stderr, time.monotonic)


def _size(stream: BinaryIO) -> int:
    try:
        return os.fstat(stream.fileno()).st_size
    except OSError:
        return 0
