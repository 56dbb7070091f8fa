from __future__ import annotations

import pytest

from remediate.logs.formats.pattern import literal_of


@pytest.mark.parametrize(
    ("source", "literal"),
    [
        (rb"^##\[error\]", b"##[error]"),
        (rb"^(?:\S+Z )?##\[(?:group|error)\]x", b"##["),
        (rb"^Finished: (?:SUCCESS|FAILURE)\s*$", b"Finished: "),
        (rb"Done\. Your build exited with [1-9]", b"Done. Your build exited with "),
        (rb"cancell?ed", b"cancel"),
        (rb"one|another", b""),
        (rb"\d{4}-\d\d", b"-"),
        (rb"a{2,3}bc[^\]]x", b"bc"),
    ],
)
def test_the_literal_is_in_every_match(source: bytes, literal: bytes) -> None:
    assert literal_of(source) == literal
