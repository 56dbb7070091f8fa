"""Outlines a log with Python's own engine in the scanner's place."""

from __future__ import annotations

import io
import re

from remediate.logs.chunks import read_chunks
from remediate.logs.detection import detect_format
from remediate.logs.formats import FORMATS, Format
from remediate.logs.markers import MARKERS
from remediate.logs.outline import Outline, OutlineBuilder

CANDIDATES = re.compile("|".join(f"(?:{pattern})" for _, pattern in MARKERS).encode())


def outline_of(data: bytes, form: Format | None = None) -> Outline:
    """The outline, every marked line given to the builder in its order."""
    form = form or (detect_format(data[:65536], data[-65536:]) if data else FORMATS["plain"])
    builder = OutlineBuilder(form)
    number = 0
    for chunk in read_chunks(io.BytesIO(data)):
        at = 0
        for line in chunk.text.split(b"\n"):
            number = chunk.first_line + chunk.text.count(b"\n", 0, at)
            if CANDIDATES.search(b"\n" + line):
                after = chunk.text[at + len(line) + 1 : at + len(line) + 4097]
                builder.mark(number, form.content(line), after)
            at += len(line) + 1
        number = chunk.first_line + chunk.newlines - chunk.ends_line
    return builder.finish(number)
