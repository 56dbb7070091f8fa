"""Matches with Hyperscan: a chunk against all patterns at once, in C, without the interpreter's lock."""

from __future__ import annotations

import threading
from functools import lru_cache

import hyperscan

from remediate.rules.database import Databases

# Candidates of one chunk that are reported one by one; the lines below are a flood.
FLOOD = 16384
# In a flood, lines are taken in blocks of about this size, and of each block as many matches as this.
FLOOD_BLOCK = 2048
FLOOD_MOST = 256
_SHORT = 512
_REMEMBERED = 1024


class Hyperscan:
    """The databases of one set of patterns; each thread that uses them gets scratch space of its own."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._local = threading.local()
        # Floods repeat themselves; a line that was just confirmed is not matched again.
        self._known = lru_cache(_REMEMBERED)(self._confirm)

    def scan(self, text: bytes) -> list[tuple[int, int]]:
        """Candidates as (pattern, end offset), in the order of their ends."""
        found: list[tuple[int, int]] = []
        if self._scan(text, found, FLOOD):
            base = text.rfind(b"\n", 0, found[-1][1]) + 1
            while found and found[-1][1] > base:
                found.pop()
            while base < len(text):
                stop = text.find(b"\n", base + FLOOD_BLOCK) + 1 or len(text)
                found += self._block(text[base:stop], base)
                base = stop
        return found

    def _block(self, text: bytes, base: int) -> list[tuple[int, int]]:
        """The first candidate of each pattern."""
        found: list[tuple[int, int]] = []
        self._scan(text, found, FLOOD_MOST)
        first: dict[int, int] = {}
        for index, end in found:
            first.setdefault(index, base + end)
        return list(first.items())

    def _scan(self, text: bytes, found: list[tuple[int, int]], most: int) -> bool:
        """Adds up to `most` candidates; tells whether it stopped there."""
        scan = self._databases.scan
        if scan is None:
            return False

        def seen(index: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            found.append((index, end))
            return len(found) >= most

        try:
            scan.scan(text, match_event_handler=seen, scratch=self._scratch("scan", scan))
        except hyperscan.ScanTerminated:
            return True
        return False

    def confirm(self, content: bytes) -> tuple[int, ...]:
        """The patterns that the content of one line matches, in order."""
        return self._known(content) if len(content) <= _SHORT else self._confirm(content)

    def _confirm(self, content: bytes) -> tuple[int, ...]:
        found: set[int] = set()
        differs = self._databases.differs

        def seen(index: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            if not differs[index]:
                found.add(index)

        def seen_exactly(index: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            found.add(index)

        scan, exact = self._databases.scan, self._databases.exact
        if scan is not None:
            scan.scan(content, match_event_handler=seen, scratch=self._scratch("scan", scan))
        if exact is not None:
            exact.scan(content, match_event_handler=seen_exactly, scratch=self._scratch("exact", exact))
        return tuple(sorted(found))

    def _scratch(self, name: str, database: hyperscan.Database) -> hyperscan.Scratch:
        scratch: hyperscan.Scratch | None = getattr(self._local, name, None)
        if scratch is None:
            scratch = hyperscan.Scratch(database)
            setattr(self._local, name, scratch)
        return scratch
