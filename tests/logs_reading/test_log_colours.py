from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediate.logs.colours import without_escapes


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"npm \x1b[31mERR!\x1b[0m code", b"npm ERR! code"),
        (b"\x1b[38;5;12mblue\x1b[m", b"blue"),
        (b"\x1b[2K\x1b[1A\x1b[?25lhidden cursor", b"hidden cursor"),
        (b"\x1b]0;title\x07text", b"text"),
        (b"\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\", b"link"),
        (b"\x1b_bk;t=1700000000000\x07~~~ Preparing", b"~~~ Preparing"),
        (b"\x1b(Bdone\x1b=", b"done"),
        (b"cut off \x1b[31", b"cut off [31"),
        (b"cut off \x1b", b"cut off "),
        (b"\x1b]0;never ended\nnext", b"]0;never ended\nnext"),
    ],
)
def test_escapes_go_and_words_stay(raw: bytes, text: bytes) -> None:
    assert without_escapes(raw) == text


@given(st.binary())
def test_no_newline_and_no_more_than_escapes_go(raw: bytes) -> None:
    text = without_escapes(raw)
    assert text.count(b"\n") == raw.count(b"\n")
    assert b"\x1b" not in text
    assert (b"\x1b" in raw) or text is raw
