"""The fingerprint of a failure: its decisive lines without what changes from day to day."""

from __future__ import annotations

import re
from collections.abc import Iterable

from remediate.model.digest import sha256

# What a time, a path or a temporary name must hold: a pattern is compiled only where a line holds it, for
# to compile all of them takes longer than to scan a small log.
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SLASH = ("/", "\\")

_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]*"
_BEFORE_PATH = r"(?:(?<=[\s'\"(=\[,:>|])|^)"

# What must stand in the line (one of several, or nothing), the pattern, what is written instead. Order
# matters: what holds other things (addresses, stamps) goes before what they are made of.
_CHANGING: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("##[", ": "), r"^\s*(?:##\[\w+\]|(?:error|warning): )+", ""),
    (("\x1b",), r"\x1b\[[0-9;?]*[A-Za-z]", ""),
    (("://",), r"[a-z][a-z0-9+.-]{1,20}://[^\s'\"<>)\]]+", "<url>"),
    (("-",), r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "<uuid>"),
    (
        ("-",),
        r"\b\d{4}-\d\d-\d\d(?:[t ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:z|[+-]\d\d:?\d\d)?)?",
        "<time>",
    ),
    (
        _MONTHS,
        r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? +(?:\d{1,2} )?"
        + _MONTH
        + r"(?: +\d{1,2})?(?:,? +\d{4})?",
        "<time>",
    ),
    (_MONTHS, r"\b\d{1,2} " + _MONTH + r" \d{4}\b", "<time>"),
    (("/",), r"\b\d{1,2}/\d{1,2}/\d{2,4}\b", "<time>"),
    ((":",), r"\b\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?(?: ?[ap]m)?\b(?!\S)", "<time>"),
    (("sha",), r"\b(?:sha(?:1|256|384|512)[-:])[a-z0-9+/=]{16,}", "<hash>"),
    (("0x",), r"\b0x[0-9a-f]+\b", "<address>"),
    ((".",), r"\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b", "<host>"),
    ((":",), r"(?<![0-9a-z:])(?:[0-9a-f]{1,4}:){3,7}[0-9a-f]{1,4}(?![0-9a-z:])", "<host>"),
    (
        _SLASH,
        _BEFORE_PATH
        + r"(?:[a-z]:)?(?:\.{0,2}[\\/])(?:[^\s'\"()\[\]:;,<>|]*[\\/])?(?=[^\s\\/'\"()\[\]:;,<>|])",
        "<path>/",
    ),
    (_SLASH, _BEFORE_PATH + r"(?:[\w.@+-]+[\\/])+(?=[\w.@+-]+\.\w)", "<path>/"),
    (("tmp", "temp"), r"\b(?:tmp|temp)[-_.]?[a-z0-9_]{4,}\b", "<temporary>"),
    (("",), r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b", "<hash>"),
    (
        ("",),
        r"\b\d+(?:[.,]\d+)*"
        r"(?: ?(?:ms|µs|us|ns|s|secs?|seconds?|m|mins?|minutes?|h|hours?|[kmgt]i?b|bytes|%))(?![a-z])",
        "<amount>",
    ),
    ((".",), r"\bv?\d+(?:\.\d+)+(?:[-+.]?[a-z0-9]+)*\b", "<version>"),
    (("",), r"\d+", "<n>"),
    (("<n>",), r"(?:<n>[,.:+-])*<n>", "<n>"),
    (("",), r"\s+", " "),
)  # fmt: skip
_LONGEST = 400


def normalise(text: str) -> str:
    """The line without dates, times, numbers, paths, temporary names, addresses, hashes and versions."""
    text = text[:_LONGEST].lower()
    for needed, pattern, word in _CHANGING:
        if any(part in text for part in needed):
            text = re.sub(pattern, word, text)
    return text.strip()


def sign(cause: str, rule: str | None, lines: Iterable[str]) -> str:
    """A short hash of the cause, the rule and the normalised decisive lines, order kept, repeats dropped."""
    kept = list(dict.fromkeys(normalise(line) for line in lines))
    body = "\n".join((cause, rule or "", *kept))
    return sha256(body.encode()).hexdigest()[:16]
