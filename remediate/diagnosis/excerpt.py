"""A few lines of a log as they stand in it, with their place."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from remediate.logs.chunks import cleaned


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """`raw` begins at the byte `offset` with the line numbered `first`; its last line may be cut off."""

    first: int = 0
    offset: int = -1
    raw: bytes = b""

    def __iter__(self) -> Iterator[tuple[int, int, bytes]]:
        """(number, offset, text without escapes) of each line."""
        offset = self.offset
        for number, line in enumerate(self.raw.split(b"\n") if self.raw else (), self.first):
            yield number, offset, cleaned(line)
            offset += len(line) + 1
