"""A pattern that is compiled only once its literal part was seen: most formats' never are."""

from __future__ import annotations

import re
from functools import cached_property


class Pattern:
    """A regular expression over bytes; `^` and `$` are a line's."""

    def __init__(self, source: bytes) -> None:
        self.source = source

    @cached_property
    def literal(self) -> bytes:
        """The longest run of bytes that every match holds; empty where none is known."""
        return literal_of(self.source)

    @cached_property
    def regex(self) -> re.Pattern[bytes]:
        """The compiled expression."""
        return re.compile(self.source, re.MULTILINE)


def literal_of(source: bytes) -> bytes:
    """The longest run of plain bytes outside of groups and classes, none of them optional."""
    runs, depth, at = [bytearray()], 0, 0
    while at < len(source):
        char = source[at : at + 1]
        at += 1
        if char == b"[":
            at = source.index(b"]", at + 1 + source.startswith(b"^", at)) + 1
            runs.append(bytearray())
        elif char in b"()":
            depth += 1 if char == b"(" else -1
            runs.append(bytearray())
        elif char == b"\\":
            char, at = source[at : at + 1], at + 1
            runs = _grown(runs, char, plain=not char.isalnum() and not depth)
        elif char == b"|" and not depth:
            return b""
        elif char in b"?*{":
            runs[-1][-1:] = b""
            runs.append(bytearray())
            at = source.index(b"}", at) + 1 if char == b"{" else at
        else:
            runs = _grown(runs, char, plain=char not in b"^$.+|" and not depth)
    return bytes(max(runs, key=len))


def _grown(runs: list[bytearray], char: bytes, *, plain: bool) -> list[bytearray]:
    if plain:
        runs[-1] += char
        return runs
    return [*runs, bytearray()]
