from __future__ import annotations

import contextlib
import gzip
import io
import random
import struct
import sys
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediate.errors import RemediateError, UsageProblem
from remediate.logs.archives import Limits, inflating, open_logs

LOG = b"".join(b"line %d of a log\n" % number for number in range(2000))
SHAPED = (
    "0_build.txt",
    "1_test (3.12).txt",
    "build/1_Set up job.txt",
    "build/2_Run make.txt",
    "build/system.txt",
)


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def drained(stream) -> bytes:
    parts = []
    while block := stream.read(100_000):
        parts.append(block)
    return b"".join(parts)


def logs_in(data: bytes, limits: Limits | None = None, stream=None) -> dict[str, bytes]:
    return {part.name: drained(part.stream) for part in open_logs(stream or io.BytesIO(data), "x", limits)}


class Pipe:
    """A stream that cannot be sought."""

    def __init__(self, data: bytes) -> None:
        self._stream = io.BytesIO(data)

    def read(self, size: int) -> bytes:
        return self._stream.read(min(size, 1000))


@pytest.fixture(params=["isal", "zlib"])
def _library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "zlib":
        monkeypatch.setitem(sys.modules, "isal", None)
    else:
        pytest.importorskip("isal")


def test_what_is_not_packed_is_passed_through() -> None:
    assert logs_in(LOG) == {"x": LOG}
    assert logs_in(b"") == {"x": b""}


@pytest.mark.usefixtures("_library")
def test_gzip_of_several_members_with_zeros_behind() -> None:
    assert logs_in(gzip.compress(LOG) + gzip.compress(b"more\n") + b"\0" * 512) == {"x": LOG + b"more\n"}


@pytest.mark.usefixtures("_library")
def test_a_gzip_that_is_cut_gives_what_it_has_and_says_so() -> None:
    data = gzip.compress(random.Random(1).randbytes(50_000))
    (part,) = open_logs(io.BytesIO(data[:30_000]), "x")
    assert len(drained(part.stream)) > 20_000
    assert part.cut


@pytest.mark.usefixtures("_library")
def test_a_damaged_gzip_is_named() -> None:
    data = bytearray(gzip.compress(LOG))
    data[-8] ^= 0xFF
    with pytest.raises(UsageProblem, match=r"^x: the compressed data are damaged"):
        logs_in(bytes(data))


def test_zstd_is_read() -> None:
    zstandard = pytest.importorskip("zstandard")
    assert logs_in(zstandard.compress(LOG)) == {"x": LOG}


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="by nature: the standard library reads zstd")
def test_without_the_extra_zstd_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with pytest.raises(UsageProblem) as raised:
        logs_in(b"\x28\xb5\x2f\xfd" + b"\0" * 20)
    assert "remediate[archives]" in raised.value.hint


def test_the_older_shape_of_a_run_archive_gives_each_job_once() -> None:
    data = zipped({name: name.encode() for name in SHAPED})
    assert logs_in(data) == {"x/0_build.txt": b"0_build.txt", "x/1_test (3.12).txt": b"1_test (3.12).txt"}
    assert [part.job for part in open_logs(io.BytesIO(data), "x")] == ["build", "test (3.12)"]


def test_folders_of_steps_alone_are_joined_in_their_order() -> None:
    data = zipped({name: name.encode() for name in ("build/10_C.txt", "build/2_B.txt", "build/1_A.txt")})
    assert logs_in(data) == {"x/build": b"build/1_A.txtbuild/2_B.txtbuild/10_C.txt"}


def test_a_zip_from_a_pipe_is_read_too() -> None:
    assert logs_in(b"", stream=Pipe(zipped({"a.log": LOG}))) == {"x/a.log": LOG}


def test_stored_files_and_archives_in_archives_are_read() -> None:
    data = zipped({"inner.zip": zipped({"a.log.gz": gzip.compress(LOG)})}, zipfile.ZIP_STORED)
    assert list(logs_in(data).values()) == [LOG]


@pytest.mark.parametrize("mode", ["w", "w:gz"])
def test_a_tar_is_streamed(mode: str) -> None:
    long = "folder/" + "n" * 150 + ".log"
    assert logs_in(tarred({"a.log": LOG, long: b"other\n"}, mode)) == {
        "x/a.log": LOG,
        f"x/{long}": b"other\n",
    }


def test_parts_that_are_not_read_are_skipped() -> None:
    for data in (tarred({"a": LOG, "b": LOG}), zipped({"a": LOG * 100, "b": LOG})):
        assert [part.name for part in open_logs(io.BytesIO(data), "x")] == ["x/a", "x/b"]


BOMB = b"\0" * 100_000_000


@pytest.mark.parametrize(
    "data",
    [
        gzip.compress(BOMB),
        gzip.compress(gzip.compress(BOMB)),
        zipped({"a": BOMB}),
        zipped({"a.gz": gzip.compress(BOMB)}),
    ],
    ids=["gzip", "gzip twice", "zip", "gzip in a zip"],
)
def test_a_bomb_is_refused_and_the_way_out_is_told(data: bytes) -> None:
    with pytest.raises(UsageProblem, match=r"^x.*refused to unpack.*300 times") as raised:
        logs_in(data)
    assert "unpack it yourself" in raised.value.hint


@pytest.mark.parametrize(
    ("data", "limits", "why"),
    [
        (gzip.compress(LOG), Limits(bytes=1000), "more than 1,000 bytes"),
        (zipped({str(number): b"" for number in range(9)}), Limits(entries=8), "more than 8 files"),
        (tarred({str(number): b"" for number in range(9)}), Limits(entries=8), "more than 8 files"),
        (gzip.compress(gzip.compress(LOG)), Limits(nesting=1), "more than 1 deep"),
    ],
)
def test_each_limit_holds(data: bytes, limits: Limits, why: str) -> None:
    with pytest.raises(UsageProblem, match=why):
        logs_in(data, limits)


def test_a_zip_that_lies_about_its_directory_is_refused() -> None:
    data = zipped({"a.log": LOG})
    for broken in (data[:-30], data[: len(data) // 2], data[:30] + data[-22:]):
        with pytest.raises(UsageProblem, match=r"^x"):
            logs_in(broken)


def test_an_encrypted_or_oddly_packed_file_is_refused() -> None:
    data = bytearray(zipped({"a.log": LOG}))
    entry = data.rfind(b"PK\x01\x02")
    struct.pack_into("<H", data, entry + 8, 1)
    with pytest.raises(UsageProblem, match=r"x/a\.log: .*encrypted"):
        logs_in(bytes(data))
    struct.pack_into("<HH", data, entry + 8, 0, 14)
    with pytest.raises(UsageProblem, match=r"x/a\.log: .*method 14"):
        logs_in(bytes(data))


@pytest.mark.parametrize(
    ("data", "kind"), [(b"\xfd7zXZ\0\0", "xz"), (b"BZh91AY&SY", "bzip2"), (b"Rar!\x1a\x07\0", "rar")]
)
def test_other_archives_are_named(data: bytes, kind: str) -> None:
    with pytest.raises(UsageProblem, match=f"{kind} archives are not read"):
        logs_in(data)


@given(st.binary(max_size=400), st.integers(0, 3), st.data())
def test_no_damage_does_more_than_an_error(noise: bytes, which: int, data: st.DataObject) -> None:
    whole = bytearray(
        (gzip.compress(LOG), zipped({"a/1_b.txt": LOG}), tarred({"a": LOG}), tarred({"a": LOG}, "w"))[which]
    )
    at = data.draw(st.integers(0, len(whole)))
    whole[at : at + len(noise)] = noise
    with contextlib.suppress(RemediateError):
        logs_in(bytes(whole), Limits(bytes=10_000_000))


def test_the_fast_library_is_used_where_it_is() -> None:
    pytest.importorskip("isal")
    assert inflating._library().__name__ == "isal.isal_zlib"
