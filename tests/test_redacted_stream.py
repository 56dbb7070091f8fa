"""What is redacted piece by piece is what is redacted whole, in bounded memory."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from redaction_cases import (
    CUTS,
    GLUED,
    LOG,
    body,
    key,
    streamed,
)

from remediate.logs.redaction import LONGEST_LINE, TAIL, Redactor


@given(
    st.lists(LOG | st.sampled_from(["password=abcdef12", "ghp_" + "a1" * 20, *key()[0]]), max_size=12), CUTS
)
def test_a_stream_says_what_the_whole_says(lines: list[str], cuts: list[int]) -> None:
    text = "\n".join(lines)
    assert streamed(Redactor(), text.encode(), cuts).decode() == Redactor().redact(text)


@given(st.binary(max_size=200), CUTS)
def test_bytes_that_are_no_text_pass(data: bytes, cuts: list[int]) -> None:
    assert streamed(Redactor(["value"]), data, cuts).count(b"\n") == data.count(b"\n")


@given(
    st.integers(-300, 300),
    st.sampled_from([999, 7_000, 65_536, 200_000]),
    st.sampled_from([*GLUED, ("", "", 0)]),
)
@settings(max_examples=12)
def test_a_line_without_end_is_let_go_of_safely(shift: int, size: int, shape: tuple[str, str, int]) -> None:
    secret = shape[0] + body(9, *shape[1:]) if shape[0] else "the user's own"
    filler = "lorem ipsum "
    at = LONGEST_LINE - 100 + shift
    text = (filler * (at // len(filler) + 1))[:at] + f" {secret} " + filler * 9_000
    redactor = Redactor(["the user's own"])
    stream = redactor.stream()
    output = b""
    for start in range(0, len(text), size):
        output += stream.feed(text[start : start + size].encode())
        assert len(stream._held) <= LONGEST_LINE + TAIL + size
    output += stream.flush()
    assert output.decode() == redactor.redact(text)


def test_a_secret_longer_than_any_line_takes_the_rest_of_it() -> None:
    stream = Redactor().stream()
    output = stream.feed(b"password=") + b"".join(stream.feed(b"abcd1234" * 1000) for _ in range(40))
    output += stream.feed(b" rest\nnext\n") + stream.flush()
    assert b"abcd1234" not in output
    assert output.endswith(b"next\n")


def test_a_long_secret_that_ends_leaves_the_rest_of_its_line() -> None:
    stream = Redactor().stream()
    line = b"password=" + b"abcd1234" * 9_000 + b" then " + b"lorem ipsum " * 3_000 + b"\n"
    output = (
        b"".join(stream.feed(line[at : at + 4_096]) for at in range(0, len(line), 4_096)) + stream.flush()
    )
    assert output == b"password=[redacted:secret] then " + b"lorem ipsum " * 3_000 + b"\n"
