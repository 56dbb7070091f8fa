"""Finds by its first bytes whether a log is packed, and gives each log inside as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Protocol

import msgspec

from remediate.logs.archives.limits import Limits, Meter, damaged
from remediate.logs.archives.tars import is_tar
from remediate.logs.encodings import Prefixed, Readable, filled

_HEAD = 512

_GZIP = b"\x1f\x8b\x08"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ZSTD = b"\x28\xb5\x2f\xfd"
_OTHERS = {
    b"\xfd7zXZ\0": "xz",
    b"BZh91AY": "bzip2",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
}


class Ending(Protocol):
    """What knows whether an archive ended too early."""

    @property
    def cut(self) -> bool: ...


class LogPart(msgspec.Struct, frozen=True, kw_only=True):
    """One log: its name, its job where that is known, and its bytes, to be read before the next part.

    A job's share of a log has the log's name; `first_line` and `offset` tell where in it the job begins.
    """

    name: str
    stream: Readable
    job: str = ""
    meter: Ending | None = None
    first_line: int = 1
    offset: int = 0

    @property
    def cut(self) -> bool:
        """Whether the archive ended too early; known once the stream was read."""
        return self.meter is not None and self.meter.cut


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """A stream that holds a log or several, packed; its first bytes, the `head`, were read already."""

    kind: str
    name: str
    job: str
    stream: Readable
    head: bytes
    meter: Meter
    depth: int


def open_logs(stream: BinaryIO, name: str, limits: Limits | None = None) -> Iterator[LogPart]:
    """Each log in the stream, or the stream itself; raises a `UsageProblem` that names the place."""
    meter = Meter(name, limits or Limits())
    yield from opened(stream, name, "", meter, 0)


def opened(stream: Readable, name: str, job: str, meter: Meter, depth: int) -> Iterator[LogPart]:
    """Each log in a stream that stands in `depth` archives."""
    head = filled(stream, _HEAD)
    kind = _kind(head, name)
    if not kind:
        yield LogPart(name=name, stream=Prefixed(head, stream), job=job, meter=meter)
        return
    # What unpacks takes longer to import than a plain log to read.
    from remediate.logs.archives.unpacking import unpacked  # noqa: PLC0415

    depth += 1
    meter.descend(depth, name)
    packed = Packed(kind=kind, name=name, job=job, stream=stream, head=head, meter=meter, depth=depth)
    yield from unpacked(packed)


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
