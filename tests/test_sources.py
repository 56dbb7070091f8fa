"""Sources are found in order, and what cannot be read says so."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from remediate.cli.parts import is_binary
from remediate.errors import UsageProblem
from remediate.system.sources import Source, find_sources

STDIN = io.BytesIO(b"from a pipe")


def names(*given: str | Path) -> list[str]:
    return [source.name for source in find_sources(map(str, given), STDIN)]


def test_folder_is_walked_by_name_without_what_is_no_log(tmp_path: Path) -> None:
    for name in ("b.log", "a/2.log", "a/1.log", ".git/x", "node_modules/y", ".hidden"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert names(tmp_path) == [str(tmp_path / name) for name in ("a/1.log", "a/2.log", "b.log")]


def test_links_in_a_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "outside.log").touch()
    (tmp_path / "logs" / "link.log").symlink_to(tmp_path / "outside.log")
    (tmp_path / "logs" / "loop").symlink_to(tmp_path / "logs")
    assert names(tmp_path / "logs") == []
    assert names(tmp_path / "logs" / "link.log") == [str(tmp_path / "logs" / "link.log")]


def test_sources_stay_in_their_order(tmp_path: Path) -> None:
    for name in ("z.log", "a.log"):
        (tmp_path / name).touch()
    assert names(tmp_path / "z.log", "-", tmp_path / "a.log") == [
        str(tmp_path / "z.log"),
        "<stdin>",
        str(tmp_path / "a.log"),
    ]


def test_standard_input_is_not_closed() -> None:
    (source,) = find_sources(["-"], STDIN)
    with source.open() as stream:
        assert stream is STDIN
    assert not STDIN.closed


def test_missing_source(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="there is no such file or folder"):
        names(tmp_path / "none")


def test_error_while_reading_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.log").touch()
    (source,) = find_sources([str(tmp_path / "a.log")], STDIN)
    with pytest.raises(UsageProblem, match="Input/output error"), source.open():
        raise OSError(5, "Input/output error")


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    source = Source(name="x", path=tmp_path, stdin=STDIN)
    with pytest.raises(UsageProblem, match=r"x: (Is a directory|Permission denied)"), source.open():
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="by nature: names of any bytes")
def test_name_of_any_bytes_can_be_shown(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.log")).touch()
    (name,) = names(tmp_path)
    assert name.endswith("\\udcff.log")
    name.encode()


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"plain text\n",
        "Übung ✓ 日本語\n".encode(),
        "two bytes each\n".encode("utf-16"),
        "Übung macht den Meister\n".encode("latin-1"),
        b"\x1b[31mred\x1b[0m\r50%\r100%\n",
        b"a log with holes\n" + b"\0" * 3000,
        b"\0" * 4096,
    ],
)
def test_text_is_no_binary(head: bytes) -> None:
    assert not is_binary(head)


@pytest.mark.parametrize(
    "head",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 15,
        b"\x7fELF\x02\x01\x01" + bytes(range(0, 256, 3)) * 20,
        bytes(range(128, 256)) * 32,
    ],
)
def test_pictures_and_programs_are_binary(head: bytes) -> None:
    assert is_binary(head)
