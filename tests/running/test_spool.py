"""The spool keeps all that was printed, or says that it does not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from remediate.system.passing.spool import Spool

posix = pytest.mark.skipif(sys.platform == "win32", reason="by nature: nameless files of POSIX")


def kept(spool: Spool) -> bytes:
    spool.finish()
    return spool.open().read()


def test_lines_of_two_streams_stay_whole_in_the_order_of_their_ends() -> None:
    spool = Spool()
    for lane, data in ((0, b"out one\nout "), (1, b"err one\n"), (0, b"two\nout"), (1, b"err two")):
        spool.add(lane, data)
    assert kept(spool) == b"out one\nerr one\nout two\nouterr two"


def test_a_line_without_end_is_not_held_back_for_ever() -> None:
    spool = Spool()
    for _ in range(100):
        spool.add(0, b"x" * 1000)
    assert spool.size >= 64 * 1024
    assert kept(spool) == b"x" * 100_000


@posix
def test_what_is_too_much_for_memory_goes_to_a_nameless_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = Spool(in_memory=100, at_most=10_000)
    lines = [b"line %d\n" % n for n in range(500)]
    for line in lines:
        spool.add(0, line)
    assert list(tmp_path.iterdir()) == []
    assert not spool.lost
    assert kept(spool) == b"".join(lines)
    spool.close()


def test_beyond_the_cap_all_is_let_go_and_said_so() -> None:
    spool = Spool(in_memory=100, at_most=1000)
    for _ in range(200):
        spool.add(0, b"0123456789\n")
    assert spool.lost
    assert kept(spool) == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="by nature: a device that is always full")
def test_a_full_disk_loses_the_spool_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    full = open("/dev/full", "wb", buffering=0)  # noqa: PTH123, SIM115 - the spool closes it
    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: full)
    spool = Spool(in_memory=100, at_most=10_000)
    for _ in range(200):
        spool.add(0, b"0123456789\n")
    assert spool.lost
    assert kept(spool) == b""


def test_no_folder_for_temporary_files_loses_the_spool_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere/at/all")
    spool = Spool(in_memory=10)
    spool.add(0, b"0123456789\n" * 3)
    assert spool.lost
