r"""Shows the characters that would act on a terminal or deceive a reader (`\x1b`, `\u202e`)."""

from __future__ import annotations

import bisect
import re

# The first and last code of each range that is invisible, reorders text, or acts on a terminal.
_HIDDEN = (
    (0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x600, 0x605), (0x61C, 0x61C),
    (0x6DD, 0x6DD), (0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xD800, 0xDFFF), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB),
    (0xFFFE, 0xFFFF), (0x110BD, 0x110BD), (0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF),
)  # fmt: skip
_FIRST = tuple(first for first, _ in _HIDDEN)

_TAB = "    "
_NAMED = {0x0A: "\\n", 0x0D: "\\r", 0x09: _TAB}


class _Visible(dict[int, "int | str"]):
    """A table for `str.translate`, worked out for each character that comes; it keeps nothing."""

    def __missing__(self, code: int) -> int | str:
        if bisect.bisect(_FIRST, code) == 0 or code > _HIDDEN[bisect.bisect(_FIRST, code) - 1][1]:
            return code
        return _NAMED.get(code) or _escape(code)


_VISIBLE = _Visible()


def for_terminal(text: str) -> str:
    """One line of printable characters: no escape, no control, nothing that reorders or hides text."""
    if text.isascii() and text.isprintable():
        return text
    if "\ufe0f" in text or "\ufe0e" in text:
        # Behind a symbol they only choose between its drawings.
        text = re.sub("(?<=[^\\x00-\\xff])[\ufe0e\ufe0f]", "", text)
    return text.translate(_VISIBLE)


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
