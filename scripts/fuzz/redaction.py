"""Looks for escapes with atheris: python scripts/fuzz/redaction.py -max_total_time=60."""

from __future__ import annotations

import sys
import unicodedata

import atheris

with atheris.instrument_imports(include=["remediate"]):
    from remediate.logs.neutral import code_block, cut, for_markdown, for_terminal, printable_log
    from remediate.logs.redaction import Redactor

VALUE = "s3cr3t/Value+With=Signs"
TOKEN = "ghp_" + "Ab1" * 12
REDACTOR = Redactor([VALUE])


def hide(data: atheris.FuzzedDataProvider) -> None:
    before, after = data.ConsumeUnicodeNoSurrogates(60), data.ConsumeUnicodeNoSurrogates(60)
    text = f"{before}{VALUE}{after}{TOKEN}{before}"
    once = REDACTOR.redact(text)
    assert VALUE not in once
    assert TOKEN not in once
    assert REDACTOR.redact(once) == once
    stream = REDACTOR.stream()
    raw = text.encode()
    at = data.ConsumeIntInRange(0, len(raw))
    assert (stream.feed(raw[:at]) + stream.feed(raw[at:]) + stream.flush()).decode() == once


def calm(data: atheris.FuzzedDataProvider) -> None:
    text = data.ConsumeUnicode(200)
    assert not {unicodedata.category(char) for char in for_terminal(text)} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    printed = printable_log(text)
    assert "##[" not in printed
    assert not any(line.lstrip().startswith("::") for line in printed.split("\n"))
    assert "\n" not in for_markdown(text)
    assert code_block([text]).count("\n") == 2
    assert len(cut(text, 20)) <= 20


def test_one(raw: bytes) -> None:
    data = atheris.FuzzedDataProvider(raw)
    (hide if data.ConsumeBool() else calm)(data)


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one)
    atheris.Fuzz()
