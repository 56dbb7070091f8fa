"""Reads a zip by its directory, in place; entries are streamed and never written anywhere."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from remediate.logs.archives.inflating import DEFLATE_BITS, Inflated, Zstd
from remediate.logs.archives.limits import Meter, damaged
from remediate.logs.archives.streams import Metered, Slice
from remediate.logs.encodings import Readable

_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_COMMENT = 65536
_MANY = 0xFFFFFFFF

_ENCRYPTED, _UTF8 = 0x1, 0x800


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a zip, as its directory tells."""

    name: str
    method: int
    packed: int
    start: int
    encrypted: bool


def list_entries(stream: BinaryIO, place: str, meter: Meter) -> Iterator[Entry]:
    """The files of the zip, folders left out, in the order of its directory."""
    count, offset, shift = _directory(stream, place)
    at = offset + shift
    for _ in range(count):
        stream.seek(at)
        head = stream.read(_ENTRY.size)
        if len(head) < _ENTRY.size or not head.startswith(b"PK\x01\x02"):
            raise damaged(place, "the zip's directory is damaged")
        flags, method, packed, unpacked, lengths, start = _fields(head)
        rest = stream.read(sum(lengths))
        at += _ENTRY.size + sum(lengths)
        raw, extra = rest[: lengths[0]], rest[lengths[0] : lengths[0] + lengths[1]]
        packed, start = _wide(extra, unpacked, packed, start)
        meter.enter(place)
        name = raw.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        if not name.endswith(("/", "\\")):
            yield Entry(
                name=name,
                method=method,
                packed=packed,
                start=start + shift,
                encrypted=bool(flags & _ENCRYPTED),
            )


def open_entry(stream: BinaryIO, entry: Entry, place: str, meter: Meter, *, outermost: bool) -> Readable:
    """The entry's bytes, unpacked while they are read; those of the outermost archive count as taken."""
    if entry.encrypted:
        raise damaged(place, "this file of the zip is encrypted")
    stream.seek(entry.start)
    head = stream.read(_LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
        raise damaged(place, "the zip does not hold the file that its directory names")
    *_, name_length, extra_length = _LOCAL.unpack(head)
    packed: Readable = Slice(stream, entry.start + _LOCAL.size + name_length + extra_length, entry.packed)
    packed = Metered(packed, meter) if outermost else packed
    match entry.method:
        case 0:
            return packed
        case 8:
            return Inflated(packed, place, meter, DEFLATE_BITS)
        case 93:
            return Zstd(packed, place, meter)
        case method:
            raise damaged(place, f"the zip packs this file in a way that is not read here (method {method})")


def _directory(stream: BinaryIO, place: str) -> tuple[int, int, int]:
    """(number of entries, offset of the directory, bytes that stand before the zip)."""
    size = stream.seek(0, 2)
    tail_at = max(0, size - _END.size - _COMMENT)
    stream.seek(tail_at)
    tail = stream.read(_END.size + _COMMENT)
    found = tail.rfind(b"PK\x05\x06")
    if found < 0 or len(tail) - found < _END.size:
        raise damaged(place, "the zip lacks its directory at the end: it is cut off or damaged")
    *_, count, length, offset, _ = _END.unpack_from(tail, found)
    end = tail_at + found
    locator = found - _LOCATOR64.size
    if locator >= 0 and tail.startswith(b"PK\x06\x07", locator):
        _, _, at, _ = _LOCATOR64.unpack_from(tail, locator)
        stream.seek(min(at, size))
        wide = stream.read(_END64.size)
        if len(wide) == _END64.size and wide.startswith(b"PK\x06\x06"):
            *_, count, length, offset = _END64.unpack(wide)
            return count, offset, 0
    return count, offset, max(0, end - length - offset)


def _fields(head: bytes) -> tuple[int, int, int, int, tuple[int, int, int], int]:
    _, _, _, flags, method, _, _, _, packed, unpacked, name, extra, comment, _, _, _, start = _ENTRY.unpack(
        head
    )
    return flags, method, packed, unpacked, (name, extra, comment), start


def _wide(extra: bytes, unpacked: int, packed: int, start: int) -> tuple[int, int]:
    """Sizes and offset of a zip64 entry, which stand in its extra field when they do not fit."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            values = iter(struct.unpack_from(f"<{length // 8}Q", extra.ljust(at + 4 + length, b"\0"), at + 4))
            if unpacked == _MANY:
                next(values, None)
            packed = next(values, packed) if packed == _MANY else packed
            start = next(values, start) if start == _MANY else start
        at += 4 + length
    return packed, start
