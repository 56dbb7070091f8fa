"""Matches with Hyperscan: a chunk against all patterns at once, in C, without the interpreter's lock."""

from __future__ import annotations

import threading

import hyperscan

from remediate.rules.database import Databases, opened

# Candidates of one chunk that are reported one by one; what lies beyond them is a flood.
FLOOD = 16384
# In a flood each pattern is reported once for every block of about this size.
FLOOD_BLOCK = 2048


class Hyperscan:
    """The databases of one set of patterns; each thread that uses them gets scratch space of its own."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._flooding: hyperscan.Database | None = None
        self._local = threading.local()

    def scan(self, text: bytes) -> list[tuple[int, int]]:
        """Candidates as (pattern, end offset), in the order of their ends."""
        every = self._databases.every
        if every is None:
            return []
        found: list[tuple[int, int]] = []

        def seen(index: int, _start: int, end: int, _flags: int, _context: object) -> bool:
            found.append((index, end))
            return len(found) >= FLOOD

        try:
            every.scan(text, match_event_handler=seen, scratch=self._scratch("every", every))
        except hyperscan.ScanTerminated:
            self._flood(text, found)
        return found

    def _flood(self, text: bytes, found: list[tuple[int, int]]) -> None:
        """Goes on from the line in which the scan stopped, with one candidate a pattern and block."""
        base = text.rfind(b"\n", 0, found[-1][1]) + 1
        while found and found[-1][1] > base:
            found.pop()

        def seen(index: int, _start: int, end: int, _flags: int, _context: object) -> None:
            found.append((index, base + end))

        first = self._first()
        while base < len(text):
            stop = text.find(b"\n", base + FLOOD_BLOCK) + 1 or len(text)
            first.scan(text[base:stop], match_event_handler=seen, scratch=self._scratch("first", first))
            base = stop

    def confirm(self, content: bytes) -> tuple[int, ...]:
        """The patterns that the content of one line matches, in order."""
        exact = self._databases.exact
        if exact is None:
            return ()
        found: list[int] = []

        def seen(index: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            found.append(index)

        exact.scan(content, match_event_handler=seen, scratch=self._scratch("exact", exact))
        return tuple(sorted(found))

    def _first(self) -> hyperscan.Database:
        # Floods are rare: what they need is opened at the first of them.
        if self._flooding is None:
            self._flooding = opened(self._databases.first)
        return self._flooding

    def _scratch(self, name: str, database: hyperscan.Database) -> hyperscan.Scratch:
        scratch: hyperscan.Scratch | None = getattr(self._local, name, None)
        if scratch is None:
            scratch = hyperscan.Scratch(database)
            setattr(self._local, name, scratch)
        return scratch
