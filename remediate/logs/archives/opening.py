"""Finds by its first bytes how a log is packed, and gives each log inside as a stream."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from typing import IO, BinaryIO, cast

import msgspec

from remediate.logs.archives.inflating import GZIP_BITS, Inflated, Zstd
from remediate.logs.archives.limits import MIB, Limits, Meter, damaged, refused
from remediate.logs.archives.run_archive import plan_readings
from remediate.logs.archives.streams import BLOCK, Ahead, Joined, Metered
from remediate.logs.archives.tars import is_tar, read_members
from remediate.logs.archives.zips import Entry, list_entries, open_entry
from remediate.logs.encodings import Prefixed, Readable, filled

_HEAD = 512
_IN_MEMORY = 4 * MIB

_GZIP = b"\x1f\x8b\x08"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ZSTD = b"\x28\xb5\x2f\xfd"
_OTHERS = {
    b"\xfd7zXZ\0": "xz",
    b"BZh91AY": "bzip2",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
}


class LogPart(msgspec.Struct, frozen=True, kw_only=True):
    """One log: its name, its job where the archive tells, and its bytes, to be read before the next part."""

    name: str
    stream: Readable
    job: str = ""
    meter: Meter | None = None

    @property
    def cut(self) -> bool:
        """Whether the archive ended too early; known once the stream was read."""
        return self.meter is not None and self.meter.cut


def open_logs(stream: BinaryIO, name: str, limits: Limits | None = None) -> Iterator[LogPart]:
    """Each log in the stream, or the stream itself; raises a `UsageProblem` that names the place."""
    meter = Meter(name, limits or Limits())
    yield from _opened(stream, name, "", meter, 0)


def _opened(stream: Readable, name: str, job: str, meter: Meter, depth: int) -> Iterator[LogPart]:
    head = filled(stream, _HEAD)
    packed = _kind(head, name)
    if not packed:
        yield LogPart(name=name, stream=Prefixed(head, stream), job=job, meter=meter)
        return
    depth += 1
    meter.descend(depth, name)
    whole: Readable = Prefixed(head, stream)
    match packed:
        case "zip":
            yield from _zipped(_seekable(stream, head, name, meter), name, meter, depth)
        case "tar":
            for member, content in read_members(_metered(whole, meter, depth), name, meter):
                yield from _opened(content, f"{name}/{member}", "", meter, depth)
        case _:
            source = _metered(whole, meter, depth)
            gzip = packed == "gzip"
            unpacked = Inflated(source, name, meter, GZIP_BITS) if gzip else Zstd(source, name, meter)
            yield from _ahead(unpacked, name, job, meter, depth)


def _ahead(unpacked: Readable, name: str, job: str, meter: Meter, depth: int) -> Iterator[LogPart]:
    ahead = Ahead(unpacked)
    try:
        yield from _opened(ahead, name, job, meter, depth)
    finally:
        ahead.close()


def _kind(head: bytes, name: str) -> str:
    if head.startswith(_GZIP):
        return "gzip"
    if head.startswith(_ZIP):
        return "zip"
    if head.startswith(_ZSTD):
        return "zstd"
    if is_tar(head):
        return "tar"
    for magic, kind in _OTHERS.items():
        if head.startswith(magic):
            raise damaged(name, f"{kind} archives are not read")
    return ""


def _zipped(stream: BinaryIO, name: str, meter: Meter, depth: int) -> Iterator[LogPart]:
    entries = {entry.name: entry for entry in list_entries(stream, name, meter) if not _aside(entry)}
    if not entries:
        raise damaged(name, "the zip holds no file")
    for reading in plan_readings(entries):
        openers = (
            partial(open_entry, stream, entries[file], f"{name}/{file}", meter, outermost=depth == 1)
            for file in reading.files
        )
        yield from _ahead(Joined(openers), f"{name}/{reading.name}", reading.job, meter, depth)


def _aside(entry: Entry) -> bool:
    return entry.name.startswith("__MACOSX/") or entry.name.endswith(".DS_Store")


def _metered(stream: Readable, meter: Meter, depth: int) -> Readable:
    """Only the outermost bytes count as taken: what an inner archive reads was unpacked from them."""
    return Metered(stream, meter) if depth == 1 else stream


def _seekable(stream: Readable, head: bytes, name: str, meter: Meter) -> BinaryIO:
    """What cannot be sought is kept in a nameless file: a zip has its directory at the end."""
    seekable = getattr(stream, "seekable", None)
    if seekable and seekable():
        handle = cast("BinaryIO", stream)
        if handle.tell() == len(head):
            return handle
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - its parts need it
    spool.write(head)
    kept = len(head)
    while block := stream.read(BLOCK):
        kept += len(block)
        if kept > meter.limits.bytes:
            raise refused(name, "the zip itself is too large")
        spool.write(block)
    return cast("BinaryIO", spool)
