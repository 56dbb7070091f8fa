from __future__ import annotations

import io
import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediate.logs.chunks import Chunk, cleaned, read_chunks

PIECES = st.sampled_from(
    [
        b"\n",
        b"\r\n",
        b"\r",
        b"\0",
        b"\x1b",
        b"\x1b[31m",
        b"\x1b[0K",
        b"\x1b]8;;x\x07",
        b"\x1b_bk;t=1\x07",
        b"a",
        b"error",
    ]
)
LOGS = st.lists(PIECES | st.binary(max_size=40), max_size=60).map(b"".join)


def whole(chunks: list[Chunk]) -> bytes:
    """What the chunks hold together; a continued line's overlap is laid over what stands there."""
    data = bytearray()
    for chunk in chunks:
        assert chunk.offset <= len(data)
        assert data[chunk.offset :] == chunk.raw[: len(data) - chunk.offset]
        data[chunk.offset :] = chunk.raw
    return bytes(data)


class Dribble:
    """A pipe that gives a few bytes at a time."""

    def __init__(self, data: bytes, most: int) -> None:
        self._stream = io.BytesIO(data)
        self._most = most

    def read(self, size: int) -> bytes:
        return self._stream.read(min(size, self._most))


@given(data=LOGS, size=st.integers(8, 200), most=st.integers(1, 50))
def test_any_bytes_come_back_whole(data: bytes, size: int, most: int) -> None:
    data = b"x" + data.replace(b"\0", b"")
    chunks = list(read_chunks(Dribble(data, most), size=size))
    assert whole(chunks) == data
    assert all(len(chunk.raw) <= size for chunk in chunks)


@given(data=LOGS, size=st.integers(8, 200))
def test_lines_are_numbered_and_none_is_lost_from_the_text(data: bytes, size: int) -> None:
    data = b"x" + data.replace(b"\0", b"")
    for chunk in read_chunks(io.BytesIO(data), size=size):
        assert chunk.first_line == 1 + data.count(b"\n", 0, chunk.offset)
        assert chunk.newlines == chunk.raw.count(b"\n") == chunk.text.count(b"\n")
        assert chunk.starts_line == (chunk.offset == 0 or data[chunk.offset - 1 : chunk.offset] == b"\n")
        assert chunk.ends_line == chunk.raw.endswith(b"\n")
        assert b"\x1b" not in chunk.text
        assert b"\r\n" not in chunk.text or re.search(rb"\r[^\n]*\r[^\n]*\r[^\n]*\n", chunk.raw)
        assert b"\0" not in chunk.text


@given(LOGS)
def test_cleaning_touches_only_what_has_to_go(data: bytes) -> None:
    if not re.search(rb"\x1b|\0|\r\n", data):
        assert cleaned(data) is data


def test_an_empty_log_has_no_chunk() -> None:
    assert list(read_chunks(io.BytesIO(b""))) == []


def test_an_unfinished_last_line_is_read() -> None:
    chunk = list(read_chunks(io.BytesIO(b"one\ntwo")))[-1]
    assert (chunk.raw, chunk.first_line, chunk.newlines, chunk.ends_line) == (b"two", 2, 0, False)


def test_a_phrase_at_the_cut_of_a_long_line_is_whole_in_one_piece() -> None:
    data = b"a" * 19_990 + b"could not resolve host" + b"b" * 30_000 + b"\nnext\n"
    chunks = list(read_chunks(io.BytesIO(data), size=20_000))
    assert any(b"could not resolve host" in chunk.text for chunk in chunks)
    assert [chunk.first_line for chunk in chunks][-1] == 1
    assert chunks[-1].text.endswith(b"b\nnext\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_read_as_utf_8(encoding: str) -> None:
    text = "npm error code E404\r\n\u2716 failed \U0001f6a8\r\n" * 500
    chunks = list(read_chunks(io.BytesIO(text.encode(encoding)), size=1000))
    assert whole(chunks).decode().removeprefix("\ufeff") == text


def test_a_stray_null_does_not_make_it_utf_16() -> None:
    (chunk,) = read_chunks(io.BytesIO(b"fa\0iled\n"))
    assert (chunk.raw, chunk.text) == (b"fa\0iled\n", b"failed\n")


class Endless:
    """Gives `size` bytes of one pattern."""

    def __init__(self, block: bytes, size: int) -> None:
        self._block = block
        self._left = size

    def read(self, size: int) -> bytes:
        piece = (self._block * (size // len(self._block) + 1))[: min(size, self._left)]
        self._left -= len(piece)
        return piece


@pytest.mark.parametrize(
    "block", [b"x" * 1000, b"line with \x1b[31mcolour\x1b[0m\n", b" 10%\r"], ids=["line", "colour", "cr"]
)
def test_memory_does_not_grow_with_the_log(block: bytes) -> None:
    tracemalloc.start()
    try:
        for _ in read_chunks(Endless(block, 20_000_000)):
            pass
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 * 1024 * 1024
