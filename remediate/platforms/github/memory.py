"""Remembers answers with their ETag, so that asking again for what has not changed costs nothing."""

from __future__ import annotations

import msgspec

from remediate.platforms.github.wire import Reply

_MOST = 64 * 1024 * 1024
_KEPT = ("etag", "link")


class _Kept(msgspec.Struct, frozen=True):
    headers: dict[str, str]
    body: bytes


class Memory:
    """Lasts as long as this process: another's answers may be those to another token."""

    def __init__(self) -> None:
        self._size = 0
        self._held: dict[str, _Kept] = {}

    def etag(self, address: str) -> str:
        """What to ask with; empty where nothing is remembered."""
        kept = self._held.get(address)
        return kept.headers.get("etag", "") if kept else ""

    def recall(self, address: str, reply: Reply) -> Reply:
        """The remembered answer in place of one that says: nothing has changed."""
        kept = self._held.get(address)
        if kept is None:
            return reply
        return Reply(status=200, headers={**reply.headers, **kept.headers}, body=kept.body)

    def keep(self, address: str, reply: Reply) -> None:
        """Remembers it, if it can be asked about and there is room."""
        if not reply.headers.get("etag") or self._size + len(reply.body) > _MOST:
            return
        self._size += len(reply.body)
        headers = {name: reply.headers[name] for name in _KEPT if name in reply.headers}
        self._held[address] = _Kept(headers, reply.body)
