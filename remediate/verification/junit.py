"""Reads a JUnit report as a stream: how many tests there were, and which did not pass."""

from __future__ import annotations

from typing import Protocol
from xml.parsers import expat

import msgspec

from remediate.logs.cutting import cut

_CHUNK = 1 << 16
_MOST_NAMES = 10_000
_LONGEST = 300
_NAMELESS = "a test without a name"
_ROOTS = ("testsuites", "testsuite")


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What a report says; `failed` names at most ten thousand tests."""

    tests: int = 0
    skipped: int = 0
    failures: int = 0
    failed: frozenset[str] = frozenset()

    def __add__(self, other: Report) -> Report:
        return Report(
            tests=self.tests + other.tests,
            skipped=self.skipped + other.skipped,
            failures=self.failures + other.failures,
            failed=frozenset(sorted(self.failed | other.failed)[:_MOST_NAMES]),
        )


def read_report(stream: Readable) -> Report | None:
    """None for what is no JUnit report, or is damaged, or declares entities, which no test tool writes."""
    reader = _Reader()
    try:
        while chunk := stream.read(_CHUNK):
            reader.feed(chunk)
        return reader.end()
    except (expat.ExpatError, _Strange):
        return None


class _Strange(Exception):
    """This is no report that we read."""


class _Reader:
    """Counts what the parser meets; an outcome stands inside its test."""

    def __init__(self) -> None:
        self._tests = self._skipped = self._failures = 0
        self._failed: set[str] = set()
        self._test = ""
        self._outcome = ""
        self._known = False
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse

    def feed(self, chunk: bytes) -> None:
        self._parser.Parse(chunk, False)

    def end(self) -> Report:
        self._parser.Parse(b"", True)
        return Report(
            tests=self._tests,
            skipped=self._skipped,
            failures=self._failures,
            failed=frozenset(self._failed),
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._known and name not in _ROOTS:
            raise _Strange
        self._known = True
        if name == "testcase":
            self._tests += 1
            words = (attributes.get("classname", ""), attributes.get("name", ""))
            self._test = cut(".".join(filter(None, words)), _LONGEST) or _NAMELESS
            self._outcome = ""
        elif name in ("failure", "error") and self._test:
            self._outcome = "failed"
        elif name == "skipped" and self._test and not self._outcome:
            self._outcome = "skipped"

    def _end(self, name: str) -> None:
        if name != "testcase":
            return
        if self._outcome == "failed":
            self._failures += 1
            if len(self._failed) < _MOST_NAMES:
                self._failed.add(self._test)
        self._skipped += self._outcome == "skipped"
        self._test = ""

    def _refuse(self, *_: object) -> None:
        raise _Strange
