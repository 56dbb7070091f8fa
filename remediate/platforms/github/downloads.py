"""Fetches what GitHub keeps on other hosts: never with the token, under a size cap, into a file."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urljoin, urlsplit

import msgspec

MIB = 1024 * 1024
_BLOCK = 256 * 1024
_REDIRECTS = 3
_UNZIP = 31
_PIECE = 8 * MIB


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """`cut` where the sender, the cap or the time ended it before it was whole."""

    path: Path
    cut: bool = False


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    """It could not be fetched; `status` is 0 where no answer came."""

    status: int
    reason: str


class Downloads:
    """`home` is the host of the API: other hosts may be private only where that one is."""

    def __init__(
        self, home: str, *, certificates: str = "", most: int = 256 * MIB, timeout: float = 300.0
    ) -> None:
        self._home = home
        self._most = most
        self._timeout = timeout
        context = ssl.create_default_context(cafile=certificates or None)
        self._opener = urllib.request.build_opener(_Straight, urllib.request.HTTPSHandler(context=context))

    def fetch(self, address: str, path: Path) -> Fetched | Missed:
        """One try, to the end of at most a few redirects."""
        for _ in range(_REDIRECTS + 1):
            refused = self._refused(address)
            if refused:
                return Missed(status=0, reason=refused)
            request = urllib.request.Request(address, headers={"User-Agent": "remediate"})  # noqa: S310 - judged above
            try:
                with self._opener.open(request, timeout=30.0) as answer:
                    following = answer.headers.get("Location") if answer.status in range(300, 400) else None
                    if not following:
                        return self._save(answer, path)
            except urllib.error.HTTPError as error:
                with error:
                    return Missed(status=error.code, reason=f"its place answered {error.code}")
            except (OSError, http.client.HTTPException) as error:
                return Missed(status=0, reason=f"the download failed ({type(error).__name__})")
            address = urljoin(address, following)
        return Missed(status=0, reason="it is redirected without end")

    def _save(self, answer: Any, path: Path) -> Fetched:
        until = time.monotonic() + self._timeout
        declared = answer.headers.get("Content-Length", "")
        packed = answer.headers.get("Content-Encoding", "").lower() == "gzip"
        unpacking = _Gzip() if packed else _Plain()
        with path.open("wb") as file:
            got, cut = _copied(_blocks(answer, until), unpacking, file, self._most)
        short = declared.isdecimal() and got < int(declared)
        return Fetched(path=path, cut=cut or short)

    def _refused(self, address: str) -> str:
        """Why this address is not asked; empty where it is."""
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.scheme not in ("http", "https") or not host:
            return "its place has no address of http or https"
        if host == self._home or parts.scheme in urllib.request.getproxies():
            return ""
        try:
            inside = private(host) and not private(self._home)
        except OSError:
            return f"there is no host {host}"
        return f"{host} is in a private network, and the API is not" if inside else ""


class _Straight(urllib.request.HTTPRedirectHandler):
    """Hands a redirect back as an answer: each address is judged before it is asked."""

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:  # noqa: ARG002
        fp.status = code
        return fp

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def private(host: str) -> bool:
    """Whether any of its addresses is not one of the internet."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    places = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    return any(not place.is_global for place in places)


def _blocks(answer: Any, until: float) -> Iterator[bytes]:
    """What comes, until it ends, breaks off, or takes too long; an empty one stands for the last two."""
    while True:
        try:
            block = answer.read(_BLOCK)
        except (OSError, http.client.HTTPException):
            yield b""
            return
        if not block:
            return
        yield block
        if time.monotonic() > until:
            yield b""
            return


def _copied(
    blocks: Iterator[bytes], unpacking: _Plain | _Gzip, file: BinaryIO, most: int
) -> tuple[int, bool]:
    """How much was taken, and whether something is missing."""
    taken = made = 0
    for block in blocks:
        if not block:
            return taken, True
        taken += len(block)
        try:
            for text in unpacking.pieces(block):
                file.write(text[: most - made])
                made += len(text)
                if made > most:
                    return taken, True
        except zlib.error:
            return taken, True
    return taken, not unpacking.whole


class _Plain:
    """What comes as it is."""

    whole = True

    def pieces(self, block: bytes) -> Iterable[bytes]:
        return (block,)


class _Gzip:
    """One member after the other, never more at once than there is room for: it may be a bomb."""

    def __init__(self) -> None:
        self._unzip = zlib.decompressobj(_UNZIP)
        self.whole = True

    def pieces(self, block: bytes) -> Iterable[bytes]:
        while block:
            if self._unzip.eof:
                self._unzip = zlib.decompressobj(_UNZIP)
            yield self._unzip.decompress(block, _PIECE)
            block = self._unzip.unused_data or self._unzip.unconsumed_tail
            self.whole = self._unzip.eof
