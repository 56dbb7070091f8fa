"""Cuts a stream of log bytes into chunks that end at a newline, in flat memory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

import msgspec

from remediate.logs.colours import without_escapes
from remediate.logs.encodings import Readable, recoded

CHUNK = 512 * 1024

# What two pieces of an overlong line have in common, so that a phrase at the cut is whole in one of them.
OVERLAP = 4 * 1024
_COUNTED = 8 * 1024


class Chunk(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Whole lines of a log, or a piece of a line that is longer than a chunk.

    `raw` is what the log holds (UTF-16 re-coded as UTF-8). `text` has as many newlines, and neither
    escapes, NULs nor the CR of CRLF; it is `raw` itself where nothing had to go. `offset` counts bytes of
    the log after decompression and re-coding. A piece that continues a line (`starts_line` false) begins
    with the last bytes of the piece before it. `counted` tells of each 8 KiB of the text how many newlines
    stand above it, and last how many there are: to count is what costs here.
    """

    raw: bytes
    text: bytes
    first_line: int
    counted: tuple[int, ...]
    offset: int
    starts_line: bool
    ends_line: bool

    @property
    def newlines(self) -> int:
        """How many there are."""
        return self.counted[-1]

    def line_at(self, at: int) -> int:
        """The number of the line in which this byte of the text stands."""
        block = at // _COUNTED
        return self.first_line + self.counted[block] + self.text.count(b"\n", block * _COUNTED, at)


def read_chunks(stream: Readable, *, size: int = CHUNK) -> Iterator[Chunk]:
    """Yield the stream as chunks of at most `size` bytes; nothing for an empty one."""
    source = recoded(stream)
    overlap = min(OVERLAP, size // 2)
    rest, fresh, line, offset, starts = b"", 0, 1, 0, True
    while block := source.read(size - len(rest)):
        cut = block.rfind(b"\n") + 1
        if cut:
            raw = b"".join((rest, memoryview(block)[:cut])) if rest or cut < len(block) else block
            chunk = _chunk(raw, line, offset, starts)
            yield chunk
            line += chunk.newlines
            offset += len(raw)
            rest, fresh, starts = block[cut:], len(block) - cut, True
            continue
        rest, fresh = rest + block, fresh + len(block)
        if len(rest) >= size:
            yield _chunk(rest, line, offset, starts)
            offset += len(rest) - overlap
            rest, fresh, starts = rest[-overlap:], 0, False
    if fresh:
        yield _chunk(rest, line, offset, starts)


def cleaned(raw: bytes) -> bytes:
    """`raw` as it is searched: without escapes, NULs and the CR of CRLF, line for line."""
    text = without_escapes(raw.translate(None, b"\0") if b"\0" in raw else raw)
    if b"\r" in text:
        # Windows runners double the CR now and then.
        text = text.replace(b"\r\n", b"\n").replace(b"\r\n", b"\n")
    return text


def _chunk(raw: bytes, line: int, offset: int, starts: bool) -> Chunk:
    text = cleaned(raw)
    blocks = (text.count(b"\n", at, at + _COUNTED) for at in range(0, len(text) + 1, _COUNTED))
    return Chunk(
        raw=raw,
        text=text,
        first_line=line,
        counted=tuple(accumulate(blocks, initial=0)),
        offset=offset,
        starts_line=starts,
        ends_line=raw.endswith(b"\n"),
    )
