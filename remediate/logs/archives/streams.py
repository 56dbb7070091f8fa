"""Small streams that archives are read through: a slice, a row of streams, a metered one, one read ahead."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import BinaryIO

from remediate.logs.archives.limits import Meter
from remediate.logs.encodings import Readable, filled

BLOCK = 512 * 1024
_AHEAD = 2

# Hundredths of a second that are waited for the thread; it may hang in a pipe that gives nothing more.
_PATIENCE = 100


class Metered:
    """The source itself: what is read from it counts as taken."""

    def __init__(self, stream: Readable, meter: Meter) -> None:
        self._stream = stream
        self._meter = meter

    def read(self, size: int, /) -> bytes:
        block = self._stream.read(size)
        self._meter.take(len(block))
        return block


class Slice:
    """A part of a seekable stream; several may be read in turn."""

    def __init__(self, stream: BinaryIO, start: int, length: int) -> None:
        self._stream = stream
        self._at = start
        self._end = start + length

    def read(self, size: int, /) -> bytes:
        self._stream.seek(self._at)
        block = self._stream.read(max(0, min(size, self._end - self._at)))
        self._at += len(block)
        return block


class Joined:
    """Several streams, one after the other; each is opened when its turn comes."""

    def __init__(self, openers: Iterator[Callable[[], Readable]]) -> None:
        self._openers = openers
        self._stream: Readable | None = None

    def read(self, size: int, /) -> bytes:
        while True:
            if self._stream is None:
                opener = next(self._openers, None)
                if opener is None:
                    return b""
                self._stream = opener()
            if block := self._stream.read(size):
                return block
            self._stream = None


class Ahead:
    """A stream whose next blocks are unpacked by a thread while the last one is being searched.

    The thread starts with the second block, so that a small log costs none. What goes wrong in it is raised
    by `read`. `close` ends it.
    """

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._rest = b""
        self._reads = 0
        self._closed = threading.Event()
        self._blocks: queue.Queue[bytes | BaseException] = queue.Queue(_AHEAD)
        self._thread: threading.Thread | None = None

    def read(self, size: int, /) -> bytes:
        if not self._rest:
            self._rest = self._next()
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def close(self) -> None:
        """Let the thread go; nothing is read after this."""
        self._closed.set()
        for _ in range(_PATIENCE):
            if not self._thread or not self._thread.is_alive():
                return
            self._drain()
            self._thread.join(0.01)

    def _next(self) -> bytes:
        self._reads += 1
        if self._reads == 1:
            return filled(self._stream, BLOCK)
        if self._closed.is_set():
            return b""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="unpack", daemon=True)
            self._thread.start()
        block = self._blocks.get()
        if isinstance(block, BaseException):
            self._closed.set()
            raise block
        if not block:
            self._closed.set()
        return block

    def _work(self) -> None:
        block: bytes | BaseException = b"-"
        while block and not self._closed.is_set():
            try:
                block = filled(self._stream, BLOCK)
            except BaseException as error:  # noqa: BLE001 - it is raised again in the reading thread
                self._blocks.put(error)
                return
            self._blocks.put(block)

    def _drain(self) -> None:
        while not self._blocks.empty():
            self._blocks.get_nowait()
