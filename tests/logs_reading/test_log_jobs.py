"""What `gh run view --log` wrote of several jobs is read as a log for each, in flat memory."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

import pytest

from remediate.logs.archives import LogPart, open_logs
from remediate.logs.jobs import MOST, jobs_of

BOM = "\ufeff"


def written(job: str, *lines: str, step: str = "UNKNOWN STEP") -> str:
    """Lines as `gh` writes them: the first of a job keeps the mark that its log began with."""
    stamped = [f"2024-05-01T10:00:00.1234567Z {line}" for line in lines]
    return "".join(f"{job}\t{step}\t{BOM if not n else ''}{line}\n" for n, line in enumerate(stamped))


class Trickle:
    """A pipe that gives a few bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        self._stream = io.BytesIO(data)
        self._size = size

    def read(self, size: int, /) -> bytes:
        return self._stream.read(min(size, self._size))


def parted(data: bytes, *, trickle: int = 0, certain: bool = False) -> list[tuple[str, int, int, bytes]]:
    """(job, first line, offset, bytes) of each part."""
    stream = Trickle(data, trickle) if trickle else io.BytesIO(data)
    parts = jobs_of(LogPart(name="run.log", stream=stream), data[:4096], certain=certain)
    return [(part.job, part.first_line, part.offset, whole(part)) for part in parts]


def whole(part: LogPart) -> bytes:
    pieces = []
    while piece := part.stream.read(1000):
        assert len(piece) <= 1000
        pieces.append(piece)
    return b"".join(pieces)


def joined(*texts: str) -> tuple[bytes, list[bytes]]:
    pieces = [text.encode() for text in texts]
    return b"".join(pieces), pieces


@pytest.mark.parametrize("trickle", [0, 1, 7, 100, 4096])
def test_each_job_is_a_part_that_tells_where_it_begins(trickle: int) -> None:
    data, pieces = joined(
        written("build (ubuntu-latest, 3.12)", "a", "b", "c"),
        written("Tests / café 日本 ☂", "d", step="Run npm ci"),
        written("build", "e", "f"),
    )
    found = parted(data, trickle=trickle)
    assert [job for job, *_ in found] == ["build (ubuntu-latest, 3.12)", "Tests / café 日本 ☂", "build"]
    assert [text for *_, text in found] == pieces
    assert [line for _, line, *_ in found] == [1, 4, 5]
    assert [offset for _, _, offset, _ in found] == [data.index(piece) for piece in pieces]


@pytest.mark.parametrize("size", [1, 3, 64, 100, 999, 4096, 5000])
def test_borders_of_blocks_change_nothing(size: int) -> None:
    texts = [written(f"job {n}", *("line" * (n % 7) for _ in range(n % 5 + 1))) for n in range(120)]
    data, pieces = joined(*texts)
    found = parted(data, trickle=size)
    assert [text for *_, text in found] == pieces
    assert [line for _, line, *_ in found] == [data[:at].count(b"\n") + 1 for _, _, at, _ in found]


def test_one_job_is_one_part() -> None:
    data = written("build", "a", "b").encode()
    assert parted(data) == [("build", 1, 0, data)]


def test_a_job_whose_name_begins_with_another_is_another() -> None:
    data, pieces = joined(written("build", "a"), written("build2", "b"), written("buil", "c"))
    assert [text for *_, text in parted(data)] == pieces


def test_a_name_with_signs_of_patterns_is_taken_as_it_is() -> None:
    data, pieces = joined(written("a.c (+)", "a"), written("abc (+)", "b"), written("[x]*\\d", "c", "d"))
    assert [text for *_, text in parted(data)] == pieces


def test_mixed_lines_give_a_part_for_each_stretch() -> None:
    data, pieces = joined(written("a", "1"), written("b", "2", "3"), written("a", "4"))
    assert [(job, text) for job, _, _, text in parted(data)] == list(zip("aba", pieces, strict=True))


def test_too_many_stretches_stay_together() -> None:
    data = "".join(written(job, "x") for job in "ab" * MOST).encode()
    found = parted(data)
    assert len(found) == MOST
    assert b"".join(text for *_, text in found) == data


def test_lines_that_name_no_job_stay_with_the_job_above() -> None:
    text = written("a", "1") + "a line without a job\nname\tvalue\tnumber\n\n" + written("a", "2")
    assert len(parted(text.encode())) == 1


def test_what_stands_above_the_first_job_is_its_own() -> None:
    text = "! a word of the shell\n" + written("a", *"123456")
    found = parted(text.encode() + written("b", "7").encode())
    assert [(job, line) for job, line, *_ in found] == [("a", 1), ("b", 8)]


def test_marks_before_the_name_are_no_part_of_it() -> None:
    data = (BOM + written("a", "1") + BOM + written("a", "2") + BOM + written("b", "3")).encode()
    assert [(job, line) for job, line, *_ in parted(data)] == [("a", 1), ("b", 3)]


def test_windows_line_ends_and_no_last_newline() -> None:
    data = (written("a", "1", "2") + written("b", "3")).replace("\n", "\r\n").encode().rstrip()
    found = parted(data)
    assert [job for job, *_ in found] == ["a", "b"]
    assert b"".join(text for *_, text in found) == data


def test_utf_16_is_counted_in_utf_8() -> None:
    text = written("a", "1", "2") + written("b", "3")
    found = parted(text.encode("utf-16"))
    offset = len(BOM.encode()) + len(written("a", "1", "2").encode())
    assert [(job, line, at) for job, line, at, _ in found] == [("a", 1, 0), ("b", 3, offset)]


@pytest.mark.parametrize(
    "text",
    ["", "\n", "a\tb\tc\n", "2024-05-01T10:00:00Z\tx\n", "name\tstep\t2024-05-01\n" * 9],
)
def test_other_logs_are_left_as_they_are(text: str) -> None:
    assert parted(text.encode()) == [("", 1, 0, text.encode())]


def test_another_format_may_hold_such_a_line() -> None:
    lines = ["##[group]Run npm ci", *"0123456789", "##[error]x"]
    github = "".join(f"2024-05-01T10:00:00.1234567Z {line}\n" for line in lines)
    data = (github + "a\tb\t2024-05-01T10:00:00Z x\n").encode()
    assert [job for job, *_ in parted(data)] == [""]
    assert [job for job, *_ in parted(data, certain=True)] == ["a"]


def test_what_is_not_read_of_a_part_is_passed_over() -> None:
    data = (written("a", "1", "2") + written("b", "3") + written("c", "4")).encode()
    parts = jobs_of(LogPart(name="run.log", stream=io.BytesIO(data)), data)
    assert [(part.job, part.first_line) for part in parts] == [("a", 1), ("b", 3), ("c", 4)]


def test_only_the_last_job_of_a_cut_archive_is_cut() -> None:
    class Cut:
        cut = True

    data = (written("a", "1") + written("b", "2")).encode()
    parts = jobs_of(LogPart(name="run.log", stream=io.BytesIO(data), meter=Cut()), data)
    assert [(whole(part) and part.cut) for part in parts] == [False, True]


def test_a_huge_last_job_and_a_huge_line_take_no_memory() -> None:
    small = written("a", "1", "2").encode()
    lines = written("b", *["x" * 100] * 1000).encode()
    line = b"y" * 1_000_000

    class Endless:
        def __init__(self) -> None:
            self._pieces = self._all()
            self._rest = b""

        def _all(self) -> Iterator[bytes]:
            yield small
            for _ in range(100):
                yield lines
            for _ in range(20):
                yield line

        def read(self, size: int, /) -> bytes:
            self._rest = self._rest or next(self._pieces, b"")
            piece, self._rest = self._rest[:size], self._rest[size:]
            return piece

    sizes = []
    tracemalloc.start()
    for part in jobs_of(LogPart(name="run.log", stream=Endless()), small):
        sizes.append(0)
        while piece := part.stream.read(512 * 1024):
            sizes[-1] += len(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sizes == [len(small), 100 * len(lines) + 20 * len(line)]
    assert peak < 8_000_000


def test_plain_streams_are_one_part() -> None:
    assert [part.first_line for part in open_logs(io.BytesIO(b"x"), "x.log")] == [1]
