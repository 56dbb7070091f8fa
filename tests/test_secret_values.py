"""A value that the user names never leaves, however it is encoded."""

from __future__ import annotations

import base64
import html
import json
import re
import shlex
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from redaction_cases import (
    CUTS,
    LOG,
    WORD,
    body,
    streamed,
)

from remediate.logs.redaction import Redactor

VALUES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=8, max_size=24
).filter(lambda value: not set(value) <= set("*") and "***" not in value)
ENCODINGS = {
    "plain": lambda v: v,
    "base64": lambda v: base64.b64encode(v.encode()).decode(),
    "base64 after one": lambda v: base64.b64encode(b"x" + v.encode() + b"yz").decode(),
    "base64 after two": lambda v: base64.b64encode(b"x:" + v.encode() + b"\n").decode(),
    "base64 for URLs": lambda v: base64.urlsafe_b64encode(b"xy" + v.encode()).decode(),
    "base64 twice": lambda v: base64.b64encode(base64.b64encode(b"user:" + v.encode() + b" rest")).decode(),
    "URL": quote,
    "URL, everything": lambda v: quote(v, safe=""),
    "URL, lower case": lambda v: re.sub("%..", lambda m: m[0].lower(), quote(v, safe="")),
    "URL, twice": lambda v: quote(quote(v, safe=""), safe=""),
    "form": quote_plus,
    "all of it in %": lambda v: "".join(f"%{byte:02X}" for byte in v.encode()),
    "JSON": json.dumps,
    "JSON in UTF-8": lambda v: json.dumps(v, ensure_ascii=False),
    "JSON in JSON": lambda v: json.dumps(json.dumps(v)),
    "shell": shlex.quote,
    "backslashes": lambda v: re.sub(r"([^\w])", r"\\\1", v),
    "HTML": html.escape,
    "hex": lambda v: v.encode().hex(),
    "HEX": lambda v: v.encode().hex().upper(),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@given(value=VALUES, before=LOG, after=LOG, cuts=CUTS)
@settings(max_examples=40)
@example(value='p@ss"w/0 rd', before="x", after="y", cuts=[3])
@example(value="it's $a\\b&c", before="", after="", cuts=[])
@example(value="abcd%41%2", before="", after="", cuts=[])
def test_a_value_never_leaves_in_any_disguise(
    encoding: str, value: str, before: str, after: str, cuts: list[int]
) -> None:
    disguised = ENCODINGS[encoding](value)
    shown = disguised.strip("\"'=\\") if encoding != "plain" else disguised
    text = f"{before}{disguised}{after}"
    redactor = Redactor([value])
    for output in (redactor.redact(text), streamed(redactor, text.encode(), cuts).decode("utf-8", "replace")):
        assert shown not in output.replace(before, "", 1) or shown in after
        assert value not in output or value in before + after


def test_a_wrapped_value_is_hidden_on_each_line() -> None:
    value = body(3, WORD + "-", 150)
    wrapped = base64.encodebytes(f"{value}\n".encode()).decode()
    assert not re.search(r"[A-Za-z0-9+/]{12}", Redactor([value]).redact(wrapped))


def test_each_line_of_a_value_is_a_value() -> None:
    redactor = Redactor(["first line\nsecond line\n  {\n"])
    assert redactor.redact("a second line b\n{") == "a *** b\n{"
    assert Redactor(["abc", "***", ""]).redact("abc ***") == "abc ***"
