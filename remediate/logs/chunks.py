"""Cuts a stream of log bytes into chunks that end at a newline, in flat memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from remediate.logs.colours import without_escapes
from remediate.logs.encodings import recoded

CHUNK = 512 * 1024

# What two pieces of an overlong line have in common, so that a phrase at the cut is whole in one of them.
OVERLAP = 4 * 1024


class Chunk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whole lines of a log, or a piece of a line that is longer than a chunk.

    `raw` is what the log holds (UTF-16 re-coded as UTF-8). `text` has as many newlines, and neither
    escapes, NULs nor the CR of CRLF; it is `raw` itself where nothing had to go. `offset` counts bytes of
    the log after decompression and re-coding. A piece that continues a line (`starts_line` false) begins
    with the last bytes of the piece before it.
    """

    raw: bytes
    text: bytes
    first_line: int
    offset: int
    starts_line: bool
    ends_line: bool


def read_chunks(stream: BinaryIO, *, size: int = CHUNK) -> Iterator[Chunk]:
    """Yield the stream as chunks of at most `size` bytes; nothing for an empty one."""
    source = recoded(stream)
    overlap = min(OVERLAP, size // 2)
    rest, fresh, line, offset, starts = b"", 0, 1, 0, True
    while block := source.read(size - len(rest)):
        data = rest + block if rest else block
        cut = data.rfind(b"\n") + 1
        if cut:
            chunk = _chunk(data[:cut], line, offset, starts, True)
            yield chunk
            line += chunk.text.count(b"\n")
            rest, fresh, offset, starts = data[cut:], len(data) - cut, offset + cut, True
        elif len(data) >= size:
            yield _chunk(data, line, offset, starts, False)
            offset += len(data) - overlap
            rest, fresh, starts = data[-overlap:], 0, False
        else:
            rest, fresh = data, fresh + len(block)
    if fresh:
        yield _chunk(rest, line, offset, starts, False)


def cleaned(raw: bytes) -> bytes:
    """`raw` as it is searched: without escapes, NULs and the CR of CRLF, line for line."""
    text = raw.translate(None, b"\0") if b"\0" in raw else raw
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n")
    return without_escapes(text)


def _chunk(raw: bytes, line: int, offset: int, starts: bool, ends: bool) -> Chunk:
    return Chunk(
        raw=raw,
        text=cleaned(raw),
        first_line=line,
        offset=offset,
        starts_line=starts,
        ends_line=ends,
    )
