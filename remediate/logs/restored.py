"""The caches that a job restored, as its log tells, where the action of a cache speaks and nowhere else.

A script can print the head of a step too. What it reaches so is a cache by its whole name, which its own run
could read; strategies take no more from here than that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from remediate.logs.chunks import Chunk, read_chunks
from remediate.logs.encodings import Readable
from remediate.logs.formats.github import GITHUB
from remediate.model.case import Restored

_MOST = 200
_LONGEST_KEY = 512
# Lines beyond this are no message of an action.
_LONGEST_LINE = 2048

# What a line must hold to be looked at.
_MARKS = re.compile(
    rb"\[group\]|\[endgroup\]|Post job cleanup|(?i:cache (?:hit for|restored from))|Restored from cache key"
    rb"|Restored [^\n]{1,80} from cache key|restored from GitHub Actions cache|  key: |Found cache for key"
)
_HEAD = re.compile(rb"##\[group\]Run (?P<name>.+)")
_ACTION = re.compile(rb"(?P<name>[\w.-]+/[\w./-]+)@\S+")
# A word of the action's name that says that it restores caches.
_RESTORES = re.compile(rb"(?i)(?:^|[-_./])(?:[a-z]*cache|setup|install)(?:$|[-_./])")
_ALSO = frozenset(
    {
        b"cypress-io/github-action",
        b"golangci/golangci-lint-action",
        b"gradle/gradle-build-action",
        b"subosito/flutter-action",
    }
)
_INPUT = re.compile(rb"  key: (?P<key>.+)")

# Each way in which a cache's action says what it restored; some tell whether that is what was asked for.
_SAID = (
    re.compile(rb"Cache hit for: (?P<key>.+)"),
    re.compile(rb"Cache hit for (?P<other>restore-key): (?P<key>.+)"),
    re.compile(rb"(?:uv )?[Cc]ache restored from (?:GitHub Actions cache with )?key: (?P<key>.+)"),
    re.compile(rb'Restored from cache key "(?P<key>[^"]+)"(?: full match: (?P<full>true|false))?\.?'),
    re.compile(rb"Restored .{1,80} from cache key: (?P<key>.+)"),
    re.compile(rb"Found cache for key: (?P<key>.+)"),
)
_HIT = _SAID[0]


def restored_in(stream: Readable) -> tuple[Restored, ...]:
    """What was restored in the log, in its order, each key once for each step."""
    reader = _Reader()
    for chunk in read_chunks(stream):
        for line, text in _lines(chunk):
            reader.take(line, text)
        if len(reader.found) >= _MOST:
            break
    return tuple(reader.found[:_MOST])


def _lines(chunk: Chunk) -> Iterator[tuple[int, bytes]]:
    """The whole lines of the chunk that hold a mark."""
    text, at = chunk.text, 0
    while mark := _MARKS.search(text, at):
        start = text.rfind(b"\n", 0, mark.start()) + 1
        end = text.find(b"\n", mark.end())
        end = len(text) if end < 0 else end
        if end - start <= _LONGEST_LINE and (start or chunk.starts_line):
            yield chunk.line_at(start), text[start:end]
        at = end


class _Reader:
    """Knows in which step the next line stands, and what that step asked for."""

    def __init__(self) -> None:
        self.found: list[Restored] = []
        self._speaks = False
        self._opening = False
        self._asked = ""
        self._here = 0
        self._hit = False

    def take(self, number: int, raw: bytes) -> None:
        line = GITHUB.content(raw).line
        if head := _HEAD.fullmatch(line):
            self._begin(head["name"])
        elif line.startswith(b"Post job cleanup"):
            self._speaks = self._opening = False
        elif line.startswith(b"##[endgroup]"):
            self._opening = False
        elif self._opening:
            given = _INPUT.fullmatch(line)
            # The inputs come first; a variable of this name may follow.
            self._asked = self._asked or (_key(given["key"]) if given else "")
        elif self._speaks:
            self._listen(number, line)

    def _begin(self, name: bytes) -> None:
        action = _ACTION.fullmatch(name)
        told = action["name"] if action else b""
        self._speaks = self._opening = bool(told) and (told in _ALSO or bool(_RESTORES.search(told)))
        self._asked, self._here, self._hit = "", len(self.found), False

    def _listen(self, number: int, line: bytes) -> None:
        for pattern in _SAID:
            said = pattern.fullmatch(line)
            key = _key(said["key"]) if said else ""
            if said and key:
                self._note(number, key, said.groupdict(), hit=pattern is _HIT)
                return

    def _note(self, number: int, key: str, said: dict[str, bytes | None], *, hit: bool) -> None:
        here = self.found[self._here :]
        if any(each.key == key for each in here):
            return
        if here and self._hit and not hit and not said.get("other"):
            # Older clients call it a hit for what was asked, and tell only here what it really was.
            self.found.pop()
        exact = self._exact(key, said)
        self.found.append(Restored(key=key, asked=self._asked, exact=exact, line=number))
        self._hit = hit

    def _exact(self, key: str, said: dict[str, bytes | None]) -> bool:
        if said.get("other"):
            return False
        if said.get("full"):
            return said["full"] == b"true"
        return not self._asked or key == self._asked


def _key(told: bytes) -> str:
    """The key; empty where the platform could have none of this name."""
    key = told.strip().decode("utf-8", "replace")
    fits = key and len(key) <= _LONGEST_KEY and "," not in key and key.isprintable() and "\ufffd" not in key
    return key if fits else ""
