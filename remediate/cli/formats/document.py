"""JSON in which nothing acts on a terminal, reorders text or speaks to a CI system."""

from __future__ import annotations

import re
from typing import Any

import msgspec

# A runner takes `##[…]` and `##vso[…]` for commands wherever they are printed.
_COMMAND = r"#(?=#[A-Za-z]{0,20}\[)"
_ODD = r"[^\n -~]"


def document(value: Any, *, compact: bool = False) -> bytes:
    """The value as JSON in UTF-8; what could act stands there as an escape, which changes no value."""
    body = msgspec.json.encode(value)
    text = (body if compact else msgspec.json.format(body, indent=2)).decode()
    if not text.isascii() or "\x7f" in text:
        text = re.sub(_ODD, _visible, text)
    if "##" in text:
        text = re.sub(_COMMAND, r"\\u0023", text)
    return text.encode()


def _visible(match: re.Match[str]) -> str:
    char = match[0]
    if char.isprintable():
        return char
    units = char.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
