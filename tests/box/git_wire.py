"""What goes over the wire of the git host: bodies, broken connections, a thread for each of many clients."""

from __future__ import annotations

import os
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import IO, Protocol

from . import push_rules

PIECE = 1 << 16


class Source(Protocol):
    """What bytes come from."""

    def read(self, size: int, /) -> bytes:
        """So many bytes, fewer at the end."""

    def readline(self, size: int, /) -> bytes:
        """A line, cut at the size."""


def receive(door: BaseHTTPRequestHandler, body: IO[bytes], *, broken: bool) -> bool:
    """Takes the request's body in, chunked or not; False when it came in part, or shall be broken off."""
    if "chunked" in door.headers.get("Transfer-Encoding", "").lower():
        whole = receive_chunks(door.rfile, body, broken=broken)
    else:
        length = int(door.headers.get("Content-Length") or 0)
        whole = copy(door.rfile, body, length // 2 if broken else length) and not broken
    rewind(body)
    return whole


def receive_chunks(source: Source, body: IO[bytes], *, broken: bool) -> bool:
    """Takes a chunked body in."""
    while True:
        size = int(source.readline(64).split(b";")[0] or b"0", 16)
        if not size:
            while source.readline(PIECE) not in {b"\r\n", b"\n", b""}:
                pass
            return not broken
        if not copy(source, body, size // 2 if broken else size) or broken:
            return False
        source.readline(4)


def copy(source: Source, sink: IO[bytes], length: int) -> bool:
    """Copies so many bytes; False when there were fewer."""
    while length:
        piece = source.read(min(length, PIECE))
        if not piece:
            return False
        sink.write(piece)
        length -= len(piece)
    return True


def hang_up(door: BaseHTTPRequestHandler) -> None:
    """Breaks the connection off, as a dying server does."""
    door.close_connection = True
    try:
        door.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        door.connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was faster


class Threads(ThreadingHTTPServer):
    """One thread for each connection, and room for many that knock at once."""

    daemon_threads = True
    request_queue_size = 256

    def server_activate(self) -> None:
        """A client that knocked and went away must not leave us waiting for it."""
        super().server_activate()
        self.socket.settimeout(1.0)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class GitDoor(BaseHTTPRequestHandler):
    """A connection to the host alone."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def reply(self) -> None:
        """Answers the request."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """Answers the request."""
        self.reply()

    def do_POST(self) -> None:
        """Answers the request."""
        self.reply()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


def commands(body: IO[bytes]) -> list[push_rules.Update]:
    """What a push wants: the pkt-lines before its pack."""
    updates: list[push_rules.Update] = []
    for line in push_rules.packets(body):
        words = line.split(b"\0")[0].decode("utf-8", "surrogateescape").strip().split(" ", 2)
        if len(words) == 3 and words[0] != "push-cert":
            updates.append((words[0], words[1], words[2]))
    rewind(body)
    return updates


def rewind(body: IO[bytes]) -> None:
    """Back to the start for a process that inherits the file, too: a buffer does not tell the system."""
    body.flush()
    body.seek(0)
    os.lseek(body.fileno(), 0, os.SEEK_SET)
