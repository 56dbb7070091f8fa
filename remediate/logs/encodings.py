"""Finds UTF-16 and re-codes it as UTF-8 while it is read."""

from __future__ import annotations

import codecs
from typing import Protocol

PEEK = 4096


class Readable(Protocol):
    """The one verb that reading a log needs."""

    def read(self, size: int, /) -> bytes: ...


class Prefixed:
    """A stream whose first bytes have been looked at already."""

    def __init__(self, head: bytes, stream: Readable) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int, /) -> bytes:
        if not self._head:
            return filled(self._stream, size)
        piece, self._head = self._head[:size], self._head[size:]
        return piece


class Recoded:
    """A UTF-16 stream, read as UTF-8; what is not UTF-16 becomes U+FFFD."""

    def __init__(self, stream: Readable, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        self._ready = bytearray()
        self._ended = False

    def read(self, size: int, /) -> bytes:
        while len(self._ready) < size and not self._ended:
            block = self._stream.read(size)
            self._ended = not block
            self._ready += self._decoder.decode(block, final=self._ended).encode("utf-8", "replace")
        piece = bytes(self._ready[:size])
        del self._ready[:size]
        return piece


def filled(stream: Readable, size: int) -> bytes:
    """Exactly `size` bytes, fewer only at the end; a pipe or an inflating stream may give less at once."""
    block = stream.read(size)
    if not block or len(block) >= size:
        return block
    parts = [block]
    missing = size - len(block)
    while missing and (block := stream.read(missing)):
        parts.append(block)
        missing -= len(block)
    return b"".join(parts)


def recoded(stream: Readable) -> Readable:
    """The stream as UTF-8, whatever it is written in; it is left as it is unless it looks like UTF-16."""
    head = filled(stream, PEEK)
    source = Prefixed(head, stream)
    encoding = utf16_of(head)
    return Recoded(source, encoding) if encoding else source


def utf16_of(head: bytes) -> str:
    """`utf-16-le`, `utf-16-be`, or nothing: by its mark, or by NULs in every second place."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16-le" if head[0] == 0xFF else "utf-16-be"
    pairs = len(head) // 2
    if pairs < 2:
        return ""
    low, high = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if high > 0.7 * pairs and low < 0.1 * pairs:
        return "utf-16-le"
    if low > 0.7 * pairs and high < 0.1 * pairs:
        return "utf-16-be"
    return ""
