"""Keeps what a command prints: in memory first, then in a nameless file, whole or not at all."""

from __future__ import annotations

import io

# Not from typing: it takes as long to import as a command may take to start.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

MIB = 1024 * 1024
IN_MEMORY = 8 * MIB
AT_MOST = 256 * MIB
_LONGEST_LINE = 64 * 1024


class Spool:
    """What was printed, in the order in which it was seen, lines of one stream never inside of another's.

    When the disk is full or there is more than `at_most`, all of it is let go: `lost` says so. Half a log
    would tell half the truth.
    """

    def __init__(self, in_memory: int = IN_MEMORY, at_most: int = AT_MOST) -> None:
        self.lost = False
        self.size = 0
        self._in_memory = in_memory
        self._at_most = at_most
        self._memory = bytearray()
        self._file: BinaryIO | None = None
        self._begun: dict[int, bytearray] = {}

    def add(self, lane: int, data: bytes) -> None:
        """What a stream printed; its last line is held back until it has ended."""
        if self.lost:
            return
        end = data.rfind(b"\n") + 1
        begun = self._begun.get(lane)
        if end:
            if begun:
                self._keep(bytes(begun))
                begun.clear()
            self._keep(data[:end] if end < len(data) else data)
        if end < len(data):
            begun = self._begun.setdefault(lane, bytearray())
            begun += data[end:]
            if len(begun) > _LONGEST_LINE:
                self._keep(bytes(begun))
                begun.clear()

    def finish(self) -> None:
        """Keeps the lines that nothing ended."""
        for begun in self._begun.values():
            if begun:
                self._keep(bytes(begun))
        self._begun.clear()

    def open(self) -> BinaryIO:
        """All of it, from its beginning; nothing where it was lost."""
        if self._file is None:
            return io.BytesIO(self._memory)
        self._file.seek(0)
        return self._file

    def close(self) -> None:
        """Gives the room back."""
        self._memory = bytearray()
        if self._file is not None:
            file, self._file = self._file, None
            try:
                file.close()
            except OSError:
                self.lost = True

    def lose(self) -> None:
        """Lets go of all, for a part of it is not there."""
        self.lost = True
        self._begun.clear()
        self.close()

    def _keep(self, data: bytes) -> None:
        if self.lost:
            return
        self.size += len(data)
        if self.size > self._at_most:
            self.lose()
        elif self._file is None and self.size <= self._in_memory:
            self._memory += data
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        try:
            if self._file is None:
                import tempfile  # noqa: PLC0415 - slow to import, and few commands print so much

                # Unbuffered: a disk that is full says so here, and not when the file is closed.
                self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - it lives as long as we
                data = bytes(self._memory) + data
                self._memory = bytearray()
            rest = memoryview(data)
            while rest and self._file:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self.lose()
