"""Finds values that the user names as secret, as they are and in the disguises that tools give them."""

from __future__ import annotations

import binascii
import functools
import re
from collections.abc import Iterable, Iterator

Span = tuple[int, int, str]

KIND = "value"

# Shorter ones would hide half the log; GitHub's own masks have the same floor in practice.
SHORTEST = 4

# Beyond this length only what encoders must touch is looked for in encoded forms: patterns cost.
_FULLY_TOLERANT = 64

# Tools wrap base64 at 60 characters or more.
_WRAPPED = 60

_ESCAPING = ("%", "\\", "&", "'", "+", '""', "=")


class SecretValues:
    """The user's values; `find` returns where one of them stands in a text, however it is encoded."""

    def __init__(self, values: Iterable[str]) -> None:
        parts = {part for value in values for part in _parts(value)}
        self.plain = tuple(sorted(parts, key=lambda part: (-len(part), part)))
        self._encoded = tuple(sorted({form for part in self.plain for form in _base64_forms(part)}))
        self._hex = tuple(sorted({form for part in self.plain for form in _hex_forms(part)}))
        self._tolerant: re.Pattern[str] | None = None

    @property
    def longest(self) -> int:
        """The length of the longest form of any value: what must be held back of an unfinished line."""
        return max((12 * len(part) for part in self.plain), default=0)

    def find(self, text: str) -> list[Span]:
        if not self.plain:
            return []
        spans = [span for needle in (*self.plain, *self._hex) for span in _occurrences(text, needle)]
        for needle in self._encoded:
            spans += [_with_edges(text, span) for span in _occurrences(text, needle)]
        if any(mark in text for mark in _ESCAPING):
            spans += [(*match.span(), KIND) for match in self._escaped().finditer(text)]
        return spans

    def hides(self, run: str) -> bool:
        """Whether a run of base64 is a piece of a value's base64, as when a tool wraps its lines.

        The last characters do not count: they hold bits of what follows the value, a newline for one.
        """
        return any(run[:-3] in form for form in self._encoded if len(form) > _WRAPPED)

    def _escaped(self) -> re.Pattern[str]:
        if self._tolerant is None:
            self._tolerant = re.compile("|".join(_tolerant(part) for part in self.plain))
        return self._tolerant


def _parts(value: str) -> Iterator[str]:
    """A value as a whole, and its lines: each is as secret, and a log shows them one at a time."""
    for part in (value, value.strip(), *(line.strip() for line in re.split(r"[\r\n]+", value))):
        if len(part) >= SHORTEST and set(part) != {"*"}:
            yield part


def _occurrences(text: str, needle: str) -> Iterator[Span]:
    at = text.find(needle)
    while at >= 0:
        yield at, at + len(needle), KIND
        at = text.find(needle, at + 1)


def _base64_forms(part: str) -> Iterator[str]:
    """What is certain of the value's base64, for each of the three places where it may begin in a triple."""
    raw = part.encode("utf-8", "surrogateescape")
    for shift in range(3):
        coded = binascii.b2a_base64(b"\0" * shift + raw, newline=False).decode("ascii")
        certain = coded[(0, 2, 3)[shift] : (shift + len(raw)) * 8 // 6]
        yield certain
        yield certain.replace("+", "-").replace("/", "_")


def _with_edges(text: str, span: Span) -> Span:
    """The span with the characters on either side that hold the value's remaining bits, and the padding."""
    start, end, kind = span
    if start and _is_base64(text[start - 1]):
        start -= 1
    while end < len(text) and end < span[1] + 3 and (_is_base64(text[end]) or text[end] == "="):
        end += 1
    return start, end, kind


def _is_base64(char: str) -> bool:
    return (char.isascii() and char.isalnum()) or char in "+/-_"


def _hex_forms(part: str) -> tuple[str, str]:
    digits = part.encode("utf-8", "surrogateescape").hex()
    return digits, digits.upper()


def _tolerant(part: str) -> str:
    """A pattern for the value in which each character may be escaped for a URL, JSON, a shell or HTML."""
    everything = len(part) <= _FULLY_TOLERANT
    return "".join(_character(char, everything=everything) for char in part)


@functools.cache
def _character(char: str, *, everything: bool) -> str:
    plain = re.escape(char)
    if char.isascii() and char.isalnum() and not everything:
        return plain
    raw = char.encode("utf-8", "surrogateescape")
    percent = "".join(f"%(?:25){{0,3}}{_any_case(f'{byte:02x}')}" for byte in raw)
    hexed = "".join(rf"\\{{1,4}}x{_any_case(f'{byte:02x}')}" for byte in raw)
    units = char.encode("utf-16-be", "surrogatepass")
    unicode = "".join(rf"\\{{1,4}}u{_any_case(units[i : i + 2].hex())}" for i in range(0, len(units), 2))
    forms = [percent, unicode, hexed, *_special_forms(char)]
    backslashes = "" if char.isalnum() else r"\\{0,7}"
    return f"(?:{backslashes}{plain}|{'|'.join(forms)})"


def _special_forms(char: str) -> tuple[str, ...]:
    names = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
    if char == " ":
        return (r"\+",)
    if char == "'":
        return (r"'\\{1,3}''", "'\"'\"'", "''", "&apos;", "&#(?:39|x27);")
    if char == '"':
        return ('""', "&quot;", "&#(?:34|x22);")
    if char in names:
        return (f"&(?:amp;)?{names[char]};", f"&#{ord(char)};")
    return {"\t": (r"\\{1,4}t",), "\n": (r"\\{1,4}n",), "\r": (r"\\{1,4}r",)}.get(char, ())


def _any_case(digits: str) -> str:
    return "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits)
