"""Reads a tar front to back; only what a log needs of the format, and nothing of it in memory."""

from __future__ import annotations

from collections.abc import Iterator

from remediate.logs.archives.limits import Meter, damaged
from remediate.logs.encodings import Readable, filled

_RECORD = 512
_NAME = 4096
_SKIP = 256 * 1024

_FILES = b"\0" + b"07"
_LONG_NAME = b"L"
_EXTENDED = b"x"


class Member:
    """A file of a tar; what is left of it is skipped before the next one."""

    def __init__(self, stream: Readable, size: int) -> None:
        self._stream = stream
        self._left = size
        self._padding = -size % _RECORD

    def read(self, size: int, /) -> bytes:
        block = self._stream.read(min(size, self._left))
        self._left -= len(block)
        return block

    def skip(self) -> None:
        """Go to the end of the member."""
        self._left += self._padding
        self._padding = 0
        while self._left and self.read(_SKIP):
            pass


def is_tar(head: bytes) -> bool:
    """Whether the bytes begin a tar."""
    return head[257:262] == b"ustar"


def read_members(stream: Readable, place: str, meter: Meter) -> Iterator[tuple[str, Member]]:
    """(name, stream) of each regular file; each is to be read before the next is asked for."""
    long_name = ""
    while True:
        head = filled(stream, _RECORD)
        if len(head) < _RECORD or not head.strip(b"\0"):
            return
        member = Member(stream, _size(head, place))
        kind = head[156:157]
        if kind == _LONG_NAME:
            long_name = _text(filled(member, _NAME))
        elif kind == _EXTENDED:
            long_name = _path(filled(member, _NAME)) or long_name
        else:
            meter.enter(place)
            if kind in _FILES:
                yield long_name or _name(head), member
            long_name = ""
        member.skip()


def _size(head: bytes, place: str) -> int:
    field = head[124:136]
    if field[0] & 0x80:
        return int.from_bytes(field[1:], "big")
    try:
        return int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        raise damaged(place, "the tar is damaged") from None


def _name(head: bytes) -> str:
    name, prefix = _text(head[:100]), _text(head[345:500])
    return f"{prefix}/{name}" if prefix else name


def _path(records: bytes) -> str:
    """The `path` of an extended header: "length key=value" lines."""
    for record in records.split(b"\n"):
        _, _, pair = record.partition(b" ")
        if pair.startswith(b"path="):
            return _text(pair[5:])
    return ""


def _text(raw: bytes) -> str:
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace")
