"""Shortens text without breaking what a reader, or a program, takes as one."""

from __future__ import annotations

import re
import unicodedata

# How many escapes one behind the other are looked at.
_ROUNDS = 4
_REACH = 48

_FLAGS = "".join(chr(code) for code in range(0x1F1E6, 0x1F200))
_BEGUN = (
    r"(?:\x1b(?:\[[0-9;?]{0,20})?|&#?[A-Za-z0-9]{0,10}|%[0-9A-Fa-f]?|\\[uUx]?[0-9A-Fa-f]{0,7}"
    r"|\[[a-z0-9:-]{0,40}|\*{1,2})\Z"
)
_ESCAPE = (
    r"\x1b\[[0-9;?]{0,20}[@-~]|\x1b.|&#?[A-Za-z0-9]{1,10};|%[0-9A-Fa-f]{2}"
    r"|\\(?:u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|U[0-9A-Fa-f]{8}|.)|\[redacted:[a-z0-9-]{1,40}\]|\*{3}"
)


def cut(text: str, limit: int, mark: str = "…") -> str:
    """At most `limit` characters, with the mark if any went; never inside a character or an escape."""
    if len(text) <= limit:
        return text
    at = limit - len(mark)
    return text[: _whole(text, at)] + mark if at > 0 else mark[: max(limit, 0)]


def _whole(text: str, at: int) -> int:
    for _ in range(_ROUNDS):
        at = _between_characters(text, at)
        begun = re.search(_BEGUN, text[max(0, at - _REACH) : at])
        if begun is None or _is_over(text, start := at - len(begun[0]), at):
            return at
        at = start
    return _between_characters(text, at)


def _is_over(text: str, start: int, at: int) -> bool:
    """Whether the escape that begins at `start` ends by `at`, or is none."""
    whole = re.match(_ESCAPE, text[start : start + _REACH])
    return whole is None or start + whole.end() <= at


def _between_characters(text: str, at: int) -> int:
    while at > 0 and _joins(text[at - 1], text[at]):
        at -= 1
    flags = at - len(text[:at].rstrip(_FLAGS)) if text[at] in _FLAGS else 0
    return at - flags % 2


def _joins(before: str, after: str) -> bool:
    """Whether the two are one character to a reader, or half of one to a program."""
    code = ord(after)
    if code < 0x300:
        return before + after == "\r\n"
    return (
        "\u200d" in (before, after)
        or unicodedata.category(after) in {"Mn", "Me", "Mc"}
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
        or 0x1160 <= code <= 0x11FF
        or (0xDC00 <= code <= 0xDFFF and 0xD800 <= ord(before) <= 0xDBFF)
    )
