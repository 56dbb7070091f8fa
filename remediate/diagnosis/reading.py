"""Reads a log once, from front to back, and keeps only what a diagnosis needs."""

from __future__ import annotations

from itertools import islice
from typing import BinaryIO

import msgspec

from remediate.diagnosis.excerpt import Excerpt
from remediate.diagnosis.places import Places, lines_at
from remediate.diagnosis.search import Search
from remediate.diagnosis.sighting import Sighting
from remediate.diagnosis.stretch import Backlog, Stretch
from remediate.logs.chunks import Chunk, read_chunks
from remediate.logs.detection import detect_format
from remediate.logs.formats import Format
from remediate.logs.outline import Outline, OutlineBuilder
from remediate.rules.catalog import Catalog

# A log of a byte order mark alone is as empty as one of blanks.
_BLANKS = b" \t\r\n\v\f\xef\xbb\xbf"
_END_KEPT = 16384
_AFTER = 2048
_ABOVE = 3000
_ERRORS_KEPT = 200

# The borders of a private key: what stands between them is never shown, wherever an excerpt begins.
KEY_BORDER = r"-----(?:BEGIN|END) [A-Z ]{0,20}PRIVATE KEY"
_KEY_LINES = 200
_KEYS_KEPT = 1000


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen in a log; `head` and `tail` are its first and last bytes, colours removed.

    `above` holds, for the errors that the CI system marked, the lines that stand right above them,
    `keys` the lines between the borders of private keys.
    """

    format: str
    outline: Outline
    final_offset: int
    sightings: tuple[Sighting, ...]
    counts: dict[int, int]
    lines: int
    size: int
    blank: bool
    head: bytes
    tail: bytes
    above: dict[int, Excerpt]
    keys: tuple[tuple[int, int], ...]


def read_log(
    stream: BinaryIO, catalog: Catalog, *, form: Format | None = None, everything: bool = False
) -> Reading:
    """Scans the log; memory does not grow with it.

    Rules are looked for in what failed or may have failed; in `everything` when asked to.
    """
    reader: _Reader | None = None
    for chunk in read_chunks(stream):
        if reader is None:
            form = form or detect_format(chunk.text[:65536])
            reader = _Reader(catalog, form, chunk.text[:2048], everything=everything)
        reader.take(chunk)
    return (reader or _Reader(catalog, form or detect_format(b""), b"", everything=everything)).finish()


class _Reader:
    def __init__(self, catalog: Catalog, form: Format, head: bytes, *, everything: bool) -> None:
        self.catalog = catalog
        self.form = form
        self.marks = frozenset(
            index for index, mark in enumerate(catalog.marks) if mark == KEY_BORDER or mark in form.scans
        )
        self.outline = OutlineBuilder(form)
        self.search = Search(catalog, form)
        self.backlog = Backlog(self.outline, self.search, everything=everything)
        self.final_offset = -1
        self.head = head
        self.tail = b""
        self.lines = 0
        self.size = 0
        self.blank = True
        self.above: dict[int, Excerpt] = {}
        self.keys: list[tuple[int, int]] = []

    def take(self, chunk: Chunk) -> None:
        text, marked, searched = chunk.text, Places(chunk), Places(chunk)
        ends = [end for index, end in self.catalog.scan_marks(text) if index in self.marks]
        begin, draft = 0, self.outline.current
        for number, start, end in lines_at(chunk, sorted(ends)):
            self._mark(marked, number, start, end)
            if self.outline.current is not draft:
                border = text.rfind(b"\n", 0, start) + 1
                self.backlog.add(Stretch(places=searched, begin=begin, stop=border, draft=draft))
                begin, draft = border, self.outline.current
        self.backlog.add(Stretch(places=searched, begin=begin, stop=len(text), draft=draft))
        self.backlog.advance()
        self.lines = chunk.first_line + chunk.newlines - int(chunk.ends_line)
        self.size = chunk.offset + len(chunk.raw)
        self.tail = (self.tail + text[-_END_KEPT:])[-_END_KEPT:]
        self.blank = self.blank and not text.strip(_BLANKS)

    def _mark(self, places: Places, number: int, start: int, end: int) -> None:
        text = places.chunk.text
        content = self.form.content(text[start:end])
        if b" PRIVATE KEY" in content.line:
            last = max((b"-----BEGIN ", b"-----END "), key=content.line.rfind)
            self._key_border(number, begins=last == b"-----BEGIN ")
        self.outline.mark(number, content, text[end + 1 : end + 1 + _AFTER])
        if self.outline.final_line == number:
            self.final_offset = places.offset(number, start)
            self.above[number] = places.above(number, start, _ABOVE)
            if len(self.above) > _ERRORS_KEPT:
                del self.above[next(islice(self.above, _ERRORS_KEPT // 2, None))]

    def _key_border(self, number: int, *, begins: bool) -> None:
        if begins and len(self.keys) < _KEYS_KEPT:
            self.keys.append((number, number + _KEY_LINES))
        elif self.keys and not begins and self.keys[-1][1] > number:
            self.keys[-1] = (self.keys[-1][0], number)

    def finish(self) -> Reading:
        self.backlog.advance(over=True)
        sightings = self.search.sightings
        return Reading(
            format=self.form.name,
            outline=self.outline.finish(self.lines),
            final_offset=self.final_offset,
            sightings=tuple(sightings),
            counts=sightings.counts,
            lines=self.lines,
            size=self.size,
            blank=self.blank,
            head=self.head,
            tail=self.tail,
            above=self.above,
            keys=tuple(self.keys),
        )
