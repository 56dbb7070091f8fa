"""Unpacks what a log is packed in: one stream for each log, whatever is packed in what."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from typing import IO, BinaryIO, cast

from remediate.logs.archives.inflating import GZIP_BITS, Inflated, Zstd
from remediate.logs.archives.limits import MIB, Meter, damaged, refused
from remediate.logs.archives.opening import LogPart, Packed, opened
from remediate.logs.archives.run_archive import plan_readings
from remediate.logs.archives.streams import BLOCK, Ahead, Joined, Metered
from remediate.logs.archives.tars import read_members
from remediate.logs.archives.zips import Entry, list_entries, open_entry
from remediate.logs.encodings import Prefixed, Readable

_IN_MEMORY = 4 * MIB


def unpacked(packed: Packed) -> Iterator[LogPart]:
    """Each log in it."""
    name, meter, depth = packed.name, packed.meter, packed.depth
    whole: Readable = Prefixed(packed.head, packed.stream)
    match packed.kind:
        case "zip":
            yield from _zipped(_seekable(packed), name, meter, depth)
        case "tar":
            for member, inner in read_members(_metered(whole, meter, depth), name, meter):
                yield from opened(inner, f"{name}/{member}", "", meter, depth)
        case kind:
            source = _metered(whole, meter, depth)
            gzip = kind == "gzip"
            content = Inflated(source, name, meter, GZIP_BITS) if gzip else Zstd(source, name, meter)
            yield from _ahead(content, name, packed.job, meter, depth)


def _ahead(content: Readable, name: str, job: str, meter: Meter, depth: int) -> Iterator[LogPart]:
    ahead = Ahead(content)
    try:
        yield from opened(ahead, name, job, meter, depth)
    finally:
        ahead.close()


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


def _seekable(packed: Packed) -> BinaryIO:
    """What cannot be sought is kept in a nameless file: a zip has its directory at the end."""
    stream, meter = packed.stream, packed.meter
    seekable = getattr(stream, "seekable", None)
    if seekable and seekable():
        handle = cast("BinaryIO", stream)
        if handle.tell() == len(packed.head):
            return handle
    spool: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - its parts need it
    spool.write(packed.head)
    kept = len(packed.head)
    while block := stream.read(BLOCK):
        kept += len(block)
        if kept > meter.limits.bytes:
            raise refused(packed.name, "the zip itself is too large")
        spool.write(block)
    return cast("BinaryIO", spool)
