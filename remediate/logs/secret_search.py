"""Searches a text for secrets: by their look, their names, the user's values, also inside base64."""

from __future__ import annotations

import binascii
import functools
import re
from collections.abc import Iterator

from remediate.logs.key_blocks import BEGIN_WIDTH, find_key_bodies, find_lone_bodies
from remediate.logs.secret_names import NAMED
from remediate.logs.secret_shapes import Shape
from remediate.logs.secret_tokens import TOKENS
from remediate.logs.secret_values import KIND as VALUE
from remediate.logs.secret_values import SecretValues

Span = tuple[int, int, str]

# How deep base64 is looked into.
_DEPTH = 2

# A run of base64 is read from this length on, for a token needs as much; a wrapped value ends shorter.
_SHORTEST_RUN = 24
_SHORTEST_PIECE = 12
_READABLE = r"[\x20-\x7e]{12,}"

_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}

_TOKENS = tuple((anchor, shape) for shape in TOKENS for anchor in shape.anchors)
_NAMED = tuple((anchor, shape) for shape in NAMED for anchor in shape.anchors)


class SecretSearch:
    """Finds secrets in whole lines; what runs over several lines is the key blocks' own matter."""

    def __init__(self, values: SecretValues) -> None:
        self._values = values

    def find(self, text: str) -> list[Span]:
        """Where the secrets stand: begin, end and kind, in no order; they may overlap."""
        return [*self._values.find(text), *find_lone_bodies(text), *self._find_shapes(text, _DEPTH)]

    def extents(self, text: str) -> Iterator[tuple[int, int]]:
        """The parts of a text that must stay together for its secrets to be known as such."""
        yield from (span[:2] for span in (*self._values.find(text), *find_lone_bodies(text)))
        yield from ((max(0, start - BEGIN_WIDTH), end) for start, end, _ in find_key_bodies(text, None)[0])
        for shape in _announced(text):
            for start, match in _matches(shape, text):
                yield from ((start, end) for _, end, _ in _secrets(shape, match))
        for start, run in _base64_runs(text, _SHORTEST_RUN):
            if any(self._find_coded(run, _DEPTH)):
                yield start, start + len(run)

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


def _announced(text: str) -> list[Shape]:
    """The shapes of which an anchor stands in the text, each once."""
    lower = _lower(text)
    found = [shape for anchor, shape in _TOKENS if anchor in text]
    found += [shape for anchor, shape in _NAMED if anchor in lower]
    return [shape for shape in {id(shape): shape for shape in found}.values() if shape.needs in lower]


def _find_shape(shape: Shape, text: str) -> Iterator[Span]:
    return (span for _, match in _matches(shape, text) for span in _secrets(shape, match))


def _matches(shape: Shape, text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """The shape's matches, each with the place from which on it needs the text to be one."""
    pattern = _compiled(shape.pattern, any_case=shape.any_case)
    for line in _lines_with(shape, text):
        if not shape.within:
            yield from ((match.start(), match) for match in pattern.finditer(text, *line))
            continue
        for scope in _compiled(shape.within, any_case=True).finditer(text, *line):
            yield from ((scope.start(), match) for match in pattern.finditer(text, *scope.span()))


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
