"""Which lines of a chunk the engine's findings stand in, and where these lines are in the log itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from remediate.diagnosis.excerpt import Excerpt
from remediate.logs.chunks import Chunk

WINDOW = 4096
_COUNTED = 1024


def lines_at(chunk: Chunk, ends: Iterable[int]) -> Iterator[tuple[int, int, int]]:
    """(number, start, end) of each line in which one of the `ends`, which come in their order, stands.

    A huge line gives windows of itself.
    """
    text, last = chunk.text, -1
    for end in ends:
        at = end - 1 if end and text[end - 1] == 10 else end
        if at > last:
            start, last = _bounds(text, at)
            yield chunk.line_at(start), start, last


def _bounds(text: bytes, at: int) -> tuple[int, int]:
    start = text.rfind(b"\n", 0, at) + 1
    last = text.find(b"\n", at)
    last = len(text) if last < 0 else last
    if last - start > 4 * WINDOW:
        left = start if at - WINDOW <= start else _word(text, at - WINDOW, at)
        return left, min(last, at + WINDOW)
    return start, last


def _word(text: bytes, start: int, at: int) -> int:
    """The first word that begins behind `start`: half a secret would not look like one."""
    return max(start, text.find(b" ", start, at) + 1)


class Places:
    """Where lines begin in a chunk of the log as it was before colours and NULs were taken out.

    They are asked for about in their order, so that none is looked for from the chunk's beginning.
    """

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self._line = chunk.first_line
        self._at = 0

    def offset(self, number: int, start: int) -> int:
        """The byte offset in the log of the line `number`, which begins at `start` in the chunk's text."""
        if self.chunk.raw is self.chunk.text:
            return self.chunk.offset + start
        return self.chunk.offset + self._begin(number)

    def excerpt(self, number: int, start: int, *, above: int, below: int, kept: int) -> Excerpt:
        """The line with its neighbours in the chunk, and no more than about `kept` bytes on either side."""
        raw = self.chunk.raw
        at = start if raw is self.chunk.text else self._begin(number)
        first, begin = number, at
        while first > number - above and begin > 0 and raw[begin - 1] == 10:
            begin, first = raw.rfind(b"\n", 0, begin - 1) + 1, first - 1
        if at - begin > kept:
            first, begin = number, at
        end = at
        for _ in range(below + 1):
            end = raw.find(b"\n", end) + 1 or len(raw) + 1
        return Excerpt(
            first=first, offset=self.chunk.offset + begin, raw=raw[begin : min(end - 1, at + 2 * kept)]
        )

    def above(self, number: int, start: int, most: int) -> Excerpt:
        """The whole lines above the line, of at most so many bytes."""
        raw = self.chunk.raw
        at = start if raw is self.chunk.text else self._begin(number)
        cut = max(0, at - most)
        begin = cut and min(at, raw.find(b"\n", cut - 1, at) + 1 or at)
        text = raw[begin : max(begin, at - 1)]
        first = number - text.count(b"\n") - 1
        return Excerpt(first=first, offset=self.chunk.offset + begin, raw=text) if begin < at else Excerpt()

    def _begin(self, number: int) -> int:
        raw = self.chunk.raw
        if number >= self._line:
            self._at = behind(raw, self._at, number - self._line)
        for _ in range(self._line - number):
            self._at = raw.rfind(b"\n", 0, self._at - 1) + 1
        self._line = number
        return self._at


def behind(text: bytes, at: int, newlines: int) -> int:
    """Where so many newlines after `at` are over; most are counted, as to search for each is slow."""
    reach = _COUNTED
    while newlines and at < len(text):
        count = text.count(b"\n", at, at + reach)
        if count < newlines:
            at, newlines, reach = at + reach, newlines - count, reach * 2
        elif reach > _COUNTED:
            reach //= 2
        else:
            break
    for _ in range(newlines):
        at = text.find(b"\n", at) + 1
    return at
