"""Reads a log once, from front to back, and keeps only what a diagnosis needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

import msgspec

from remediate.diagnosis.sighting import Sighting, Sightings
from remediate.logs.chunks import Chunk, read_chunks
from remediate.logs.detection import detect_format
from remediate.logs.formats import Content, Format
from remediate.logs.outline import Outline, OutlineBuilder
from remediate.rules.catalog import Catalog

# More than is shown of a line, so that a secret at the cut is whole when it is looked for.
_KEPT = 2048
# A log of a byte order mark alone is as empty as one of blanks.
_BLANKS = b" \t\r\n\v\f\xef\xbb\xbf"
_WINDOW = 4096
_NEIGHBOURS = 2
_END_KEPT = 16384
_AFTER = 2048
_ABOVE = 3000
_ERRORS_KEPT = 200

# The borders of a private key: what stands between them is never shown, wherever an excerpt begins.
KEY_BORDER = r"-----(?:BEGIN|END) [A-Z ]{0,20}PRIVATE KEY"
_KEY_LINES = 200
_KEYS_KEPT = 1000
# Of a pattern that is found more often than this in one chunk, so many of its first and last lines are read.
_FEW = 250
_FLOOD_FIRST = 50
_FLOOD_LAST = 200
_COUNTED = 1024


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen in a log; `head` and `tail` are its first and last bytes, colours removed.

    `above` holds, for the errors that the CI system marked, the text that stands right above them,
    `keys` the lines between the borders of private keys.
    """

    format: str
    outline: Outline
    sightings: tuple[Sighting, ...]
    counts: dict[int, int]
    lines: int
    size: int
    blank: bool
    head: bytes
    tail: bytes
    above: dict[int, bytes]
    keys: tuple[tuple[int, int], ...]


def read_log(stream: BinaryIO, catalog: Catalog, *, form: Format | None = None) -> Reading:
    """Scans the log; memory does not grow with it."""
    reader: _Reader | None = None
    for chunk in read_chunks(stream):
        if reader is None:
            reader = _Reader(catalog, form or detect_format(chunk.text[:65536]), chunk.text[:2048])
        reader.take(chunk)
    return (reader or _Reader(catalog, form or detect_format(b""), b"")).finish()


class _Reader:
    def __init__(self, catalog: Catalog, form: Format, head: bytes) -> None:
        self.catalog = catalog
        self.form = form
        self.outline = OutlineBuilder(form)
        self.sightings = Sightings()
        self.head = head
        self.tail = b""
        self.lines = 0
        self.size = 0
        self.blank = True
        self.above: dict[int, bytes] = {}
        self.keys: list[tuple[int, int]] = []

    def take(self, chunk: Chunk) -> None:
        kept = thinned(self.catalog.scan(chunk.text), self.catalog)
        found = sorted((end, self.catalog.is_mark(index)) for index, end in kept)
        places = _Places(chunk)
        for number, start, end, marked, spoken in lines_at(chunk, found):
            content = self.form.content(chunk.text[start:end])
            if marked:
                self._mark(chunk, number, start, end, content)
            if spoken:
                self._look(places, number, start, end, content)
        self.lines = chunk.first_line + chunk.newlines - int(chunk.ends_line)
        self.size = chunk.offset + len(chunk.raw)
        self.tail = (self.tail + chunk.text[-_END_KEPT:])[-_END_KEPT:]
        self.blank = self.blank and not chunk.text.strip(_BLANKS)

    def _mark(self, chunk: Chunk, number: int, start: int, end: int, content: Content) -> None:
        if b" PRIVATE KEY" in content.line:
            last = max((b"-----BEGIN ", b"-----END "), key=content.line.rfind)
            self._key_border(number, begins=last == b"-----BEGIN ")
        self.outline.mark(number, content, chunk.text[end + 1 : end + 1 + _AFTER])
        if self.outline.final_line == number:
            self.above[number] = chunk.text[max(0, start - _ABOVE) : start]
            if len(self.above) > _ERRORS_KEPT:
                del self.above[next(islice(self.above, _ERRORS_KEPT // 2, None))]

    def _key_border(self, number: int, *, begins: bool) -> None:
        if begins and len(self.keys) < _KEYS_KEPT:
            self.keys.append((number, number + _KEY_LINES))
        elif self.keys and not begins and self.keys[-1][1] > number:
            self.keys[-1] = (self.keys[-1][0], number)

    def _look(self, places: _Places, number: int, start: int, end: int, content: Content) -> None:
        owners = self.catalog.owners(content.text)
        inner = content.inner
        if inner:
            owners |= self.catalog.owners(inner)
        for owner in sorted(owners):
            self.sightings.add(_sighting(places, owner, (number, start, end), content))

    def finish(self) -> Reading:
        return Reading(
            format=self.form.name,
            outline=self.outline.finish(self.lines),
            sightings=tuple(self.sightings),
            counts=self.sightings.counts,
            lines=self.lines,
            size=self.size,
            blank=self.blank,
            head=self.head,
            tail=self.tail,
            above=self.above,
            keys=tuple(self.keys),
        )


def thinned(found: list[tuple[int, int]], catalog: Catalog) -> Iterable[tuple[int, int]]:
    """The candidates without a flood's middle: of a rule that stands everywhere the first and last count.

    Structural marks all stay: a step whose beginning is passed over would lend its lines to another.
    """
    if len(found) <= _FEW:
        return found
    places: dict[int, list[int]] = {}
    for index, end in found:
        places.setdefault(index, []).append(end)
    for index, ends in places.items():
        if len(ends) > _FEW and not catalog.is_mark(index):
            places[index] = [*ends[:_FLOOD_FIRST], *ends[-_FLOOD_LAST:]]
    return ((index, end) for index, ends in places.items() for end in ends)


def lines_at(chunk: Chunk, found: Iterable[tuple[int, bool]]) -> Iterator[tuple[int, int, int, bool, bool]]:
    """(number, start, end, marked, spoken) of each line in which something was found.

    `marked`: by a structural mark, `spoken`: by a rule. A huge line gives windows of itself.
    """
    text, number, counted = chunk.text, chunk.first_line, 0
    start, stop, marked, spoken = 0, -1, False, False
    for end, is_mark in found:
        at = end - 1 if end and text[end - 1] == 10 else end
        if at > stop:
            if stop >= 0:
                yield number, start, stop, marked, spoken
            marked = spoken = False
            start, stop = _bounds(text, at)
            number += text.count(b"\n", counted, start)
            counted = start
        marked, spoken = marked or is_mark, spoken or not is_mark
    if stop >= 0:
        yield number, start, stop, marked, spoken


def _bounds(text: bytes, at: int) -> tuple[int, int]:
    start = text.rfind(b"\n", 0, at) + 1
    stop = text.find(b"\n", at)
    stop = len(text) if stop < 0 else stop
    if stop - start > 4 * _WINDOW:
        return max(start, at - _WINDOW), min(stop, at + _WINDOW)
    return start, stop


def _sighting(places: _Places, rule: int, place: tuple[int, int, int], content: Content) -> Sighting:
    chunk = places.chunk
    number, start, end = place
    first, above = start, 0
    while above < _NEIGHBOURS and first > 0:
        first = chunk.text.rfind(b"\n", 0, first - 1) + 1
        above += 1
    last = end
    for _ in range(_NEIGHBOURS):
        found = chunk.text.find(b"\n", last + 1)
        last = found if found >= 0 else len(chunk.text)
    return Sighting(
        rule=rule,
        line=number,
        offset=places.offset(number, start),
        text=content.text[:_KEPT].decode("utf-8", "replace"),
        level=content.level,
        around=chunk.text[max(first, start - _KEPT) : min(last, end + _KEPT)],
        above=above if start - first <= _KEPT else -1,
    )


class _Places:
    """Where lines begin in a chunk of the log as it was before colours and NULs were taken out.

    They are asked for in their order, so that none is looked for from the chunk's beginning.
    """

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk
        self._line = chunk.first_line
        self._at = 0

    def offset(self, number: int, start: int) -> int:
        """The byte offset in the log of the line `number`, which begins at `start` in the chunk's text."""
        if self.chunk.raw is self.chunk.text:
            return self.chunk.offset + start
        self._at = behind(self.chunk.raw, self._at, number - self._line)
        self._line = number
        return self.chunk.offset + self._at


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
