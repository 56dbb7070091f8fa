"""Unpacks gzip, deflate and zstd as streams, with the fastest library that is there."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from typing import Any, Protocol

from remediate.errors import UsageProblem
from remediate.logs.archives.limits import Meter, damaged
from remediate.logs.encodings import Readable

_IN = 128 * 1024
_OUT = 512 * 1024

# zstd's long windows (up to 2 GiB) would have to be kept in memory.
_ZSTD_WINDOW_LOG = 24

GZIP_BITS = 31
DEFLATE_BITS = -15

_EXTRA = "pip install 'remediate[archives]', or unpack it yourself and give the log inside."


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ..., /) -> bytes: ...


class Inflated:
    """A deflate or gzip stream, unpacked; one that ends too early gives what it has.

    A gzip file may hold several members; zeros and anything else that is no member behind the last is
    ignored, as gzip does.
    """

    def __init__(self, packed: Readable, place: str, meter: Meter, bits: int) -> None:
        self._packed = packed
        self._place = place
        self._meter = meter
        self._bits = bits
        self._library = _library()
        self._engine: _Decompressor | None = self._library.decompressobj(bits)
        self._tail = b""

    def read(self, size: int, /) -> bytes:
        while self._engine is not None:
            if not self._tail:
                self._tail = self._packed.read(_IN)
                if not self._tail and not self._engine.eof:
                    self._engine, self._meter.cut = None, True
                    return b""
            piece = self._step(self._engine, min(size, _OUT))
            if self._engine.eof:
                self._turn(self._engine)
            else:
                self._tail = self._engine.unconsumed_tail
            if piece:
                self._meter.make(len(piece))
                return piece
        return b""

    def _step(self, engine: _Decompressor, size: int) -> bytes:
        try:
            return engine.decompress(self._tail, size)
        except self._library.error as error:
            raise damaged(self._place, f"the compressed data are damaged ({error})") from None

    def _turn(self, engine: _Decompressor) -> None:
        self._tail = engine.unused_data
        self._engine = None
        if self._bits != GZIP_BITS:
            return
        self._tail = self._tail or self._packed.read(_IN)
        if self._tail == b"\x1f":
            self._tail += self._packed.read(_IN)
        if self._tail.startswith(b"\x1f\x8b"):
            self._engine = self._library.decompressobj(self._bits)


class Zstd:
    """A zstd stream, unpacked."""

    def __init__(self, packed: Readable, place: str, meter: Meter) -> None:
        self._place = place
        self._meter = meter
        self._stream, self._error = _zstd(packed, place)

    def read(self, size: int, /) -> bytes:
        try:
            block: bytes = self._stream.read(min(size, _OUT))
        except EOFError:
            self._meter.cut = True
            return b""
        except self._error as error:
            raise damaged(self._place, f"the zstd data cannot be unpacked ({error})") from None
        self._meter.make(len(block))
        return block


def _library() -> Any:
    try:
        from isal import isal_zlib  # noqa: PLC0415 - an extra, and only for archives
    except ImportError:
        return zlib
    return isal_zlib


def _zstd(packed: Readable, place: str) -> tuple[Readable, type[Exception]]:
    if sys.version_info >= (3, 14):
        return _zstd_of_python(packed)
    try:
        import zstandard  # noqa: PLC0415 - an extra, and only for archives
    except ImportError:
        raise UsageProblem(f"{place}: zstd files need one more package", hint=_EXTRA) from None
    engine = zstandard.ZstdDecompressor(max_window_size=1 << _ZSTD_WINDOW_LOG)
    return engine.stream_reader(packed, read_size=_IN, read_across_frames=True), zstandard.ZstdError  # type: ignore[arg-type]


def _zstd_of_python(packed: Readable) -> tuple[Readable, type[Exception]]:
    import importlib  # noqa: PLC0415

    zstd = importlib.import_module("compression.zstd")
    options = {zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW_LOG}
    return zstd.ZstdFile(_Handle(packed.read), options=options), zstd.ZstdError


class _Handle:
    """As much of a file as the standard library's reader asks for."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self.read = read

    def seekable(self) -> bool:
        return False
