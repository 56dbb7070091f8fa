"""Takes secrets out of text before it is shown, stored or sent; the rest of each line stays as it is."""

from __future__ import annotations

import binascii
import bisect
import functools
import re
from collections.abc import Iterable, Iterator

from remediate.logs.key_blocks import Expected, find_key_bodies, find_lone_bodies
from remediate.logs.secret_names import NAMED
from remediate.logs.secret_shapes import Shape
from remediate.logs.secret_tokens import TOKENS
from remediate.logs.secret_values import KIND as VALUE
from remediate.logs.secret_values import SecretValues

Span = tuple[int, int, str]

# An unfinished line is kept until it is this long; then all of it but the tail goes out.
LONGEST_LINE = 64 * 1024
TAIL = 16 * 1024

# What a secret hides can show another one (its neighbour's edge); more rounds than this never were needed.
_ROUNDS = 4
_DEPTH = 2

# A run of base64 is read from this length on, for a token needs as much; a wrapped value ends shorter.
_SHORTEST_RUN = 24
_SHORTEST_PIECE = 12
_READABLE = r"[\x20-\x7e]{12,}"

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_MARKER = r"\[redacted:[a-z0-9-]{1,40}\]|\*{3,}"

_TOKENS = tuple((anchor, shape) for shape in TOKENS for anchor in shape.anchors)
_NAMED = tuple((anchor, shape) for shape in NAMED for anchor in shape.anchors)


class Redactor:
    """Replaces secrets by `[redacted:KIND]`, the user's `values` by `***`. What is hidden already stays."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._values = SecretValues(values)

    def redact(self, text: str) -> str:
        return self.redact_block(text, None)[0]

    def redact_block(self, text: str, expected: Expected | None) -> tuple[str, Expected | None]:
        """Redact whole lines; `expected` carries an open private key from block to block."""
        keys, expected = find_key_bodies(text, expected)
        cleaned = _replace(text, [*keys, *self.find(text)])
        for _ in range(_ROUNDS):
            if cleaned == text:
                break
            text, cleaned = cleaned, _replace(cleaned, self.find(cleaned))
        return cleaned, expected

    def find(self, text: str) -> list[Span]:
        """Where the secrets stand: begin, end and kind, in no order; they may overlap."""
        return [*self._values.find(text), *find_lone_bodies(text), *self._find_shapes(text, _DEPTH)]

    def stream(self) -> RedactedStream:
        return RedactedStream(self)

    @property
    def tail(self) -> int:
        """How many characters a secret that has begun may need before it is known."""
        return max(TAIL, self._values.longest)

    def _find_shapes(self, text: str, depth: int) -> list[Span]:
        spans = [span for shape in _announced(text) for span in _find_shape(shape, text)]
        if depth:
            shortest = _SHORTEST_PIECE if self._values.plain else _SHORTEST_RUN
            for start, run in _base64_runs(text, shortest):
                spans += [
                    (start + begin, start + end, kind) for begin, end, kind in self._find_coded(run, depth)
                ]
        return spans

    def _find_coded(self, run: str, depth: int) -> Iterator[Span]:
        """Where a run of base64 holds secrets; read from each place of four, for a word may precede it."""
        if self._values.hides(run):
            yield 0, len(run), VALUE
        for skip in range(4 if len(run) >= _SHORTEST_RUN else 0):
            text = _decoded(run[skip : skip + (len(run) - skip) // 4 * 4])
            for readable in _compiled(_READABLE, any_case=False).finditer(text):
                inner, at = readable[0], readable.start()
                for start, end, kind in (*self._values.find(inner), *self._find_shapes(inner, depth - 1)):
                    yield skip + (at + start) * 4 // 3, skip - (at + end) * -4 // 3, kind


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
        """The last place up to `cut` that is inside no secret."""
        for start, end, _ in sorted(self._redactor.find(text), reverse=True):
            if start < cut < end:
                cut = start
        return cut


def _announced(text: str) -> list[Shape]:
    """The shapes of which an anchor stands in the text, each once."""
    lower = _lower(text)
    found = [shape for anchor, shape in _TOKENS if anchor in text]
    found += [shape for anchor, shape in _NAMED if anchor in lower]
    return [shape for shape in {id(shape): shape for shape in found}.values() if shape.needs in lower]


def _find_shape(shape: Shape, text: str) -> Iterator[Span]:
    pattern = _compiled(shape.pattern, any_case=shape.any_case)
    for start, end in _lines_with(shape, text):
        if shape.within:
            scopes = [
                match.span() for match in _compiled(shape.within, any_case=True).finditer(text, start, end)
            ]
        else:
            scopes = [(start, end)]
        for scope in scopes:
            for match in pattern.finditer(text, *scope):
                yield from _secrets(shape, match)


def _lines_with(shape: Shape, text: str) -> Iterator[tuple[int, int]]:
    """Where the lines stand that hold an anchor: patterns are far slower than a search for a word."""
    if "\n" not in text or shape.anchors == (".",):
        yield 0, len(text)
        return
    searched = _lower(text) if shape.any_case else text
    lines = set()
    for anchor in shape.anchors:
        at = searched.find(anchor)
        while at >= 0:
            start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at)
            end = len(text) if end < 0 else end
            lines.add((start, end))
            at = searched.find(anchor, end)
    yield from sorted(lines)


@functools.lru_cache(maxsize=1)
def _lower(text: str) -> str:
    """The text with ASCII in lower case; of the same length, unlike `str.lower`, which also folds more."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def _secrets(shape: Shape, match: re.Match[str]) -> Iterator[Span]:
    if not match.re.groups:
        yield match.start(), _word_end(match.string, match.end()), shape.kind
    elif "proof" in match.re.groupindex:
        if match["proof"] is not None:
            yield *match.span(), shape.kind
    else:
        spans = (match.span(group) for group in range(1, match.re.groups + 1))
        yield from ((start, end, shape.kind) for start, end in spans if start >= 0)


@functools.cache
def _compiled(pattern: str, *, any_case: bool) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII | (re.IGNORECASE if any_case else 0))


def _word_end(text: str, end: int) -> int:
    while end < len(text) and text[end].isascii() and text[end].isalnum():
        end += 1
    return end


def _base64_runs(text: str, shortest: int) -> Iterator[tuple[int, str]]:
    for match in _compiled(rf"[A-Za-z0-9+/_-]{{{shortest},}}", any_case=False).finditer(text):
        yield match.start(), match[0]


def _decoded(run: str) -> str:
    try:
        return binascii.a2b_base64(run.replace("-", "+").replace("_", "/")).decode("latin-1")
    except binascii.Error:
        return ""


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
    return [match.span() for match in _compiled(_MARKER, any_case=False).finditer(text)]


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
        for begin, stop in hidden[max(bisect.bisect(hidden, (start, start)) - 1, 0) :]:
            if begin >= end:
                break
            if at < begin:
                yield at, begin, kind
            at = max(at, stop)
        if at < end:
            yield at, end, kind


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
