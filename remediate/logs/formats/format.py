"""The shape of a log format: how a line is peeled, what gives the format away, what its own lines mean."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Literal

import msgspec

from remediate.logs.formats.content import Content, Level, visible
from remediate.logs.formats.pattern import Pattern

Kind = Literal[
    "step",  # a step begins; `name`
    "step-end",  # the step that runs has ended
    "job",  # a job begins; `name`
    "group",  # a foldable group begins; `name`
    "group-end",
    "command",  # a command is run; `name`
    "error",  # the CI system marks a line as an error
    "exit",  # a command ended; `number`
    "failing",  # the CI system says that the step failed
    "cancelled",
    "timeout",
    "skipped",  # the step that runs is left out
    "cleanup",  # from here on only tidying up
    "finished",  # the job reached its end, whichever way
    "succeeded",
    "failed",
]


class Event(msgspec.Struct, frozen=True):
    """A structural line: `scan` finds it in a chunk, `pattern` reads it from the line without prefix.

    `scan` is a pattern of the rules' dialect without anchors (prefixes and marks stand before it in the
    chunk); it is empty where another event's scan finds the same lines.
    """

    kind: Kind
    scan: str
    pattern: Pattern


class Sign(msgspec.Struct, frozen=True):
    """A pattern that speaks for a format: `weight` for each line it is found in, up to `most`."""

    pattern: Pattern
    weight: float = 1.0
    most: int = 10


class Format(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """How one CI system writes its logs.

    `ends` says that a whole log tells of its end, `speaks_last` that a step whose last words are an error has
    failed, `marks_failures` that every step has a line where it begins, and one marked as an error when it
    fails.
    """

    name: str
    title: str
    prefix: bytes = b""
    marks: bytes = b""
    levels: dict[bytes, Level] = {}
    signs: tuple[Sign, ...] = ()
    events: tuple[Event, ...] = ()
    ends: bool = False
    speaks_last: bool = False
    marks_failures: bool = False

    def content(self, line: bytes) -> Content:
        """The line without prefix and marks; never fails, whatever the line is."""
        job = step = ""
        if line.startswith(b"\xef\xbb\xbf"):
            line = line[3:]
        if self.prefix and (found := self._prefix.match(line)):
            line = line[found.end() :]
            if found.re.groups:
                job, step = (_text(part) for part in found.groups())
        line = line.rstrip()
        if mark := self._marks.match(line):
            level = self.levels.get(mark[mark.lastindex] if mark.lastindex else b"", "")
            return Content(text=visible(line[mark.end() :]), level=level, line=line, job=job, step=step)
        text = visible(line) if b"\r" in line else line
        return Content(text=text, line=line, job=job, step=step)

    @cached_property
    def rows(self) -> tuple[tuple[bytes, Event], ...]:
        """The events, each with a literal that its lines hold."""
        return tuple((event.pattern.literal, event) for event in self.events)

    @cached_property
    def scans(self) -> frozenset[str]:
        """The patterns that find its structural lines in a chunk."""
        return frozenset(event.scan for event in self.events if event.scan)

    @cached_property
    def _prefix(self) -> re.Pattern[bytes]:
        return re.compile(self.prefix)

    @cached_property
    def _marks(self) -> re.Pattern[bytes]:
        return re.compile(self.marks or rb"(?!)")


def event(kind: Kind, scan: str, pattern: bytes) -> Event:
    """A row of a format's table of events."""
    return Event(kind, scan, Pattern(pattern))


def sign(pattern: bytes, weight: float = 1.0, most: int = 10) -> Sign:
    """A row of a format's table of signs."""
    return Sign(Pattern(pattern), weight, most)


def _text(part: bytes | None) -> str:
    return part.decode("utf-8", "replace") if part else ""
