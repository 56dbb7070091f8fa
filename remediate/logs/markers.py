"""The structural lines of every format, as patterns for the scanner."""

from __future__ import annotations

from remediate.logs.formats import FORMATS

# (kind, pattern). They find candidates: a line that one of them finds goes to `OutlineBuilder.mark`, which
# reads it as the log's own format has it. They are not anchored, and they are not to be confirmed against
# `Content.text`, which has lost the marks that they look for.
MARKERS: tuple[tuple[str, str], ...] = tuple(
    {
        event.scan: (event.kind, event.scan)
        for form in FORMATS.values()
        for event in form.events
        if event.scan
    }.values()
)
