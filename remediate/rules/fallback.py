"""Matches with RE2 where Hyperscan has no wheel: slower, with the same lines found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import re2

from remediate.rules.dialect import exact_form, scan_form

_BLOCK = 4096
_MEMORY = 24 << 20


class Re2:
    """All patterns as two automata: one for chunks, one for the content of a line."""

    def __init__(self, patterns: Sequence[str], asides: Sequence[str] = ()) -> None:
        self._lines = _union([f"(?m){scan_form(pattern)}" for pattern in patterns])
        self._exact = _union([exact_form(pattern) for pattern in (*patterns, *asides)])

    def scan(self, text: bytes) -> list[tuple[int, int]]:
        """Candidates as (pattern, end of the line), in the order of their ends."""
        if self._lines is None:
            return []
        start, found = 0, []
        while start < len(text):
            stop = text.find(b"\n", start + _BLOCK) + 1 or len(text)
            block = text[start:stop]
            # A set tells which patterns match, but not where: a block that any matches is seen line by line.
            if self._lines.Match(block):
                found += [(index, end) for line, end in _ends(block, start) for index in self._matches(line)]
            start = stop
        return found

    def _matches(self, line: bytes) -> list[int]:
        return sorted((self._lines.Match(line) if self._lines and line else None) or ())

    def confirm(self, content: bytes) -> tuple[int, ...]:
        """The patterns that the content of one line matches, in order."""
        return tuple(sorted((self._exact.Match(content) if self._exact else None) or ()))


def _ends(block: bytes, start: int) -> Iterator[tuple[bytes, int]]:
    """Each line with the offset of its end."""
    for line in block.split(b"\n"):
        start += len(line)
        yield line, start
        start += 1


def _union(forms: Sequence[str]) -> re2.Set | None:
    if not forms:
        return None
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = _MEMORY
    union = re2.Set.SearchSet(options)
    for form in forms:
        union.Add(form.encode())
    union.Compile()
    return union
