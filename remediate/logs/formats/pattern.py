"""A pattern that is compiled only once its literal part was seen: most formats' never are."""

from __future__ import annotations

import re
from functools import cached_property

_TOKEN = rb"\\.|\[\^?.[^\]]*\]|\{[^}]*\}|[()|?*+^$.]|[^\\\[{()|?*+^$.]+"
_SIGNS = b"[{()|?*+^$."


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
    best, run, depth = b"", b"", 0
    for token in re.findall(_TOKEN, source):
        if token in b"()":
            depth += 1 if token == b"(" else -1
        elif token == b"|" and not depth:
            return b""
        elif not depth and (plain := _plain(token)):
            run += plain
            continue
        best, run = max(best, run[:-1] if token[:1] in b"?*{" else run, key=len), b""
    return max(best, run, key=len)


def _plain(token: bytes) -> bytes:
    """The bytes that the token stands for; none where it stands for any of several, or is a sign."""
    if token[:1] == b"\\":
        return b"" if token[1:].isalnum() else token[1:]
    return b"" if token[:1] in _SIGNS else token
