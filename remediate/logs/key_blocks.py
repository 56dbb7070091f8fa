"""Finds the bodies of private keys, which run over many lines and so need a memory between them."""

from __future__ import annotations

import functools
import re

import msgspec

Span = tuple[int, int, str]

KIND = "private-key"

# A key's lines have 64, 70 (OpenSSH) or 76 characters: so one is known whose BEGIN is out of sight.
_LONE_WIDTHS = frozenset((64, 70, 76))
_FIRST_WIDTH = 40
_INLINE_WIDTH = 16
_PATIENCE = 3

# What the line that opens a key has at most, up to its body.
BEGIN_WIDTH = 80

_TRAIL = " \t\r\"',;"
_BEFORE = " \t\"'|>"


class Expected(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """That a key is open: how many words a body line has (0: none came), how many strays came since."""

    words: int = 0
    strays: int = 0


class _Patterns(msgspec.Struct, frozen=True, kw_only=True):
    begin: re.Pattern[str]
    end: re.Pattern[str]
    inline: re.Pattern[str]
    word: re.Pattern[str]
    header: re.Pattern[str]


@functools.cache
def _patterns() -> _Patterns:
    return _Patterns(
        begin=re.compile(
            r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}|Private-Lines: [0-9]{1,4}"
        ),
        end=re.compile(r"-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY|Private-MAC:"),
        inline=re.compile(r"[^\"'<>`\n]*"),
        word=re.compile(r"[A-Za-z0-9+/=]+|\*{3,}|\[redacted:[a-z0-9-]+\]"),
        header=re.compile(r"(?:Proc-Type|DEK-Info|Version|Comment|Hash|Charset|MessageID):|^[^A-Za-z0-9]*$"),
    )


def find_key_bodies(text: str, expected: Expected | None) -> tuple[list[Span], Expected | None]:
    """Return the spans of key material in whole lines, and what is expected of the text that follows."""
    if expected is None and "PRIVATE KEY" not in text and "Private-Lines" not in text:
        return [], None
    spans: list[Span] = []
    start = 0
    while start <= len(text):
        if expected is None:
            begin = _patterns().begin.search(text, start)
            if begin is None:
                break
            start = begin.end()
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        found, expected = _read_line(text, start, stop, expected)
        spans += found
        start = stop + 1 if expected is not None or not found else found[-1][1]
    return spans, expected


def find_lone_bodies(text: str) -> list[Span]:
    """Return the lines that are nothing but one word of a key's width: a key whose BEGIN is not in sight."""
    spans: list[Span] = []
    start = 0
    for line in text.split("\n"):
        word = line.strip(" \t\r\"',+")
        if len(word) in _LONE_WIDTHS and _is_mixed(word):
            offset = start + line.index(word)
            spans.append((offset, offset + len(word), KIND))
        start += len(line) + 1
    return spans


def _read_line(
    text: str, start: int, stop: int, expected: Expected | None
) -> tuple[list[Span], Expected | None]:
    end = _patterns().end.search(text, start, stop)
    if end is not None:
        return _before_end(text, start, end.start(), expected), None
    if expected is None:
        return _after_begin(text, start, stop)
    return _read_body(text, start, stop, expected)


def _before_end(text: str, start: int, stop: int, expected: Expected | None) -> list[Span]:
    if expected is None:
        return [(start, stop, KIND)] if text[start:stop].strip(" \t\r\\") not in {"", "n", "***"} else []
    span = _last_word(text, start, stop)
    return [] if span is None else [(*span, KIND)]


def _after_begin(text: str, start: int, stop: int) -> tuple[list[Span], Expected | None]:
    """What follows BEGIN on its line: nothing (the body comes), or the body with its line ends escaped."""
    rest = _patterns().inline.match(text, start, stop)
    if rest is None:
        return [], Expected()
    words = rest[0].replace("\\n", " ").replace("\\r", " ").replace("\\", " ").split()
    if any(len(word) >= _INLINE_WIDTH and _is_mixed(word) for word in words):
        return [(start, rest.end(), KIND)], Expected()
    return [], Expected()


def _read_body(text: str, start: int, stop: int, expected: Expected) -> tuple[list[Span], Expected | None]:
    line = text[start:stop]
    span = _last_word(text, start, stop)
    words = len(line.split())
    if span is not None and _belongs(text[slice(*span)], words, expected):
        return [(*span, KIND)], Expected(words=words)
    if _patterns().header.search(line) is not None:
        return [], expected
    if expected.strays >= _PATIENCE:
        return [], None
    return [], Expected(words=expected.words, strays=expected.strays + 1)


def _last_word(text: str, start: int, stop: int) -> tuple[int, int] | None:
    """Where the line's last word stands, without quotes and line ends, if it could be key material."""
    line = text[start:stop].rstrip(_TRAIL)
    while line.endswith(("\\n", "\\r")):
        line = line[:-2].rstrip(_TRAIL)
    begin = max(line.rfind(blank) for blank in _BEFORE) + 1
    if _patterns().word.fullmatch(line, begin) is None:
        return None
    return start + begin, start + len(line)


def _belongs(word: str, words: int, expected: Expected) -> bool:
    if expected.words:
        return words == expected.words or len(word) >= _FIRST_WIDTH
    return len(word) >= _FIRST_WIDTH or word[0] in "[*"


def _is_mixed(word: str) -> bool:
    bare = word.replace("+", "").replace("/", "").rstrip("=")
    return (
        bare.isascii()
        and bare.isalnum()
        and any(c.isdigit() for c in bare)
        and any(c.islower() for c in bare)
        and any(c.isupper() for c in bare)
    )
