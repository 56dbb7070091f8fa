"""Remembers answers with their ETag, so that asking again for what has not changed costs nothing."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import msgspec

from remediate.model.digest import sha256
from remediate.platforms.github.wire import Reply

_MOST = 64 * 1024 * 1024
_KEPT = ("etag", "link")


class _Kept(msgspec.Struct, frozen=True):
    headers: dict[str, str]
    body: bytes


class Memory:
    """In this process, and in `folder` too where one is given."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._size = 0
        self._held: dict[str, _Kept] = {}

    def etag(self, address: str) -> str:
        """What to ask with; empty where nothing is remembered."""
        kept = self._find(address)
        return kept.headers.get("etag", "") if kept else ""

    def recall(self, address: str, reply: Reply) -> Reply:
        """The remembered answer in place of one that says: nothing has changed."""
        kept = self._find(address)
        if kept is None:
            return reply
        return Reply(status=200, headers={**reply.headers, **kept.headers}, body=kept.body)

    def keep(self, address: str, reply: Reply) -> None:
        """Remembers it, if it can be asked about and there is room."""
        if not reply.headers.get("etag") or self._size + len(reply.body) > _MOST:
            return
        self._size += len(reply.body)
        kept = _Kept({name: reply.headers[name] for name in _KEPT if name in reply.headers}, reply.body)
        self._held[address] = kept
        if self._folder:
            _write(self._folder / _name(address), msgspec.msgpack.encode(kept))

    def _find(self, address: str) -> _Kept | None:
        if address not in self._held and self._folder:
            kept = _read(self._folder / _name(address))
            if kept:
                self._held[address] = kept
        return self._held.get(address)


def _name(address: str) -> str:
    return sha256(address.encode()).hexdigest()[:40]


def _read(path: Path) -> _Kept | None:
    try:
        return msgspec.msgpack.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError):
        return None


def _write(path: Path, content: bytes) -> None:
    """What is remembered can be asked for again: a full disk loses nothing but time."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        staging = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(staging, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(content)
        staging.replace(path)
