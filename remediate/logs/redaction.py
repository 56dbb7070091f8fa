"""Takes secrets out of text before it is shown, stored or sent; the rest of each line stays as it is."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator

from remediate.logs.key_blocks import Expected, find_key_bodies
from remediate.logs.secret_search import SecretSearch, Span
from remediate.logs.secret_values import KIND as VALUE
from remediate.logs.secret_values import SecretValues

# An unfinished line is kept until it is this long; then all of it but the tail goes out.
LONGEST_LINE = 64 * 1024
TAIL = 16 * 1024

# What a secret hides can show another one (its neighbour's edge); more rounds than this never were needed.
_ROUNDS = 4

_MARKER = r"\[redacted:[a-z0-9-]{1,40}\]|\*{3,}"


class Redactor:
    """Replaces secrets by `[redacted:KIND]`, the user's `values` by `***`. What is hidden already stays."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        secrets = SecretValues(values)
        self.search = SecretSearch(secrets)
        # How many characters a secret that has begun may need before it is known.
        self.tail = max(TAIL, secrets.longest)

    def redact(self, text: str) -> str:
        return self.redact_block(text, None)[0]

    def redact_block(self, text: str, expected: Expected | None) -> tuple[str, Expected | None]:
        """Redact whole lines; `expected` carries an open private key from block to block."""
        keys, expected = find_key_bodies(text, expected)
        cleaned = _replace(text, [*keys, *self.search.find(text)])
        for _ in range(_ROUNDS):
            if cleaned == text:
                break
            text, cleaned = cleaned, _replace(cleaned, self.search.find(cleaned))
        return cleaned, expected

    def stream(self) -> RedactedStream:
        return RedactedStream(self)


class RedactedStream:
    """Redacts bytes as they come, in bounded memory: a secret across a border of chunks is whole when judged.

    Whole lines leave at once. Of a line without an end its last `tail` characters are held back; a secret
    longer than `LONGEST_LINE` takes the rest of its line with it.
    """

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._held = bytearray()
        self._expected: Expected | None = None
        self._swallowing = False

    def feed(self, data: bytes) -> bytes:
        end = data.rfind(b"\n") + 1
        if end == 0:
            self._held += data
            return self._shorten() if len(self._held) > LONGEST_LINE + self._redactor.tail else b""
        whole = bytes(self._held) + data[:end]
        self._held = bytearray(data[end:])
        return self._clean(_decode(whole)) + self._shorten()

    def flush(self) -> bytes:
        rest = _decode(bytes(self._held))
        self._held.clear()
        return self._clean(rest)

    def _clean(self, text: str) -> bytes:
        if self._swallowing:
            newline = text.find("\n")
            if newline < 0:
                return b""
            text, self._swallowing = text[newline:], False
        cleaned, self._expected = self._redactor.redact_block(text, self._expected)
        return _encode(cleaned)

    def _shorten(self) -> bytes:
        """Let go of the beginning of a line that is too long to be held whole."""
        if len(self._held) <= LONGEST_LINE + self._redactor.tail:
            return b""
        text = _decode(bytes(self._held))
        cut = self._safe_cut(text, len(text) - self._redactor.tail)
        self._held = bytearray(_encode(text[cut:]))
        if cut:
            return self._clean(text[:cut])
        cleaned = self._clean(text)
        self._held.clear()
        self._swallowing = True
        return cleaned

    def _safe_cut(self, text: str, cut: int) -> int:
        """Where the text may be parted: at `cut`, or before or behind the secret that is there; else 0."""
        extents = _merged((*extent, "") for extent in self._redactor.search.extents(text))
        for start, end, _ in extents:
            if start < cut < end:
                return start or (end if end < len(text) else 0)
        return cut


def _replace(text: str, spans: Iterable[Span]) -> str:
    merged = _merged(spans)
    pieces: list[str] = []
    at = 0
    for start, end, kind in _apart(merged, _hidden(text)) if merged else ():
        pieces += (text[at:start], "***" if kind == VALUE else f"[redacted:{kind}]")
        at = end
    return "".join((*pieces, text[at:])) if pieces else text


def _hidden(text: str) -> list[tuple[int, int]]:
    """Where something is hidden already, so that hiding twice changes nothing."""
    if "***" not in text and "[redacted:" not in text:
        return []
    return [match.span() for match in re.finditer(_MARKER, text)]


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Overlapping spans as one, of the kind of the longest; those of no length left out."""
    merged: list[Span] = []
    longest = 0
    for start, end, kind in sorted(spans):
        if start >= end:
            continue
        if merged and start < merged[-1][1]:
            begin, stop, name = merged[-1]
            name, longest = (kind, end - start) if end - start > longest else (name, longest)
            merged[-1] = (begin, max(stop, end), name)
        else:
            merged.append((start, end, kind))
            longest = end - start
    return merged


def _apart(spans: Iterable[Span], hidden: list[tuple[int, int]]) -> Iterator[Span]:
    """The spans without what is hidden already."""
    for start, end, kind in spans:
        at = start
        first = max(bisect.bisect(hidden, (start, start)) - 1, 0)
        last = bisect.bisect_left(hidden, (end, end))
        for begin, stop in hidden[first:last]:
            if at < begin:
                yield at, begin, kind
            at = max(at, stop)
        if at < end:
            yield at, end, kind


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
