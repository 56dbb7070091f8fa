"""The HTTP server: takes a request through mischief, rights, limits and checks to its handler and back."""

from __future__ import annotations

import re
import socket
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .answering import respond
from .calls import Answer, Seen

if TYPE_CHECKING:
    from .github import Box

# With and without `.git`, as GitHub takes both.
GIT = re.compile(r"^/[^/]+/[^/]+(\.git(/.*)?|/info/refs|/git-(upload|receive)-pack)$")


class Cut(Exception):
    """The connection is to be closed here and now."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Else a client that keeps its connection waits 40 ms for every answer.
    disable_nagle_algorithm = True
    server_version, sys_version = "github.com", ""
    server: _Listening
    seen: Seen | None = None

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ConnectionError, Cut):
            self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        # Called before anything is sent, so that who has an answer finds its status noted.
        if self.seen:
            self.seen.status = int(code)

    def log_message(self, *told: Any) -> None:
        pass

    def date_time_string(self, timestamp: float | None = None) -> str:
        return formatdate(self.server.box.clock.now() if timestamp is None else timestamp, usegmt=True)

    def _any(self) -> None:
        box = self.server.box
        git = GIT.match(urlsplit(self.path).path)
        self.seen = seen = self._read(whole=not git)
        box.requests.append(seen)
        box.mischief.happen(self.command, seen.path, "before")
        if git:
            from .git_seat import seat_of  # noqa: PLC0415 - the other half of the box

            if not seat_of(box).host.serve(self):
                self.send_error(404)
            return
        trick = box.mischief.pick(self.command, seen.path, "cut", when="before")
        if trick:
            self._hang_up()
        answer = respond(box, seen)
        seen.status = answer.status
        self._send(answer, seen)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _any  # noqa: N815 - the names that the library calls

    def _read(self, *, whole: bool) -> Seen:
        parts = urlsplit(self.path)
        size = int(self.headers.get("Content-Length") or 0) if whole else 0
        body = self.rfile.read(size) if size else b""
        authorization = self.headers.get("Authorization")
        token = self.server.box.tokens.find(authorization)
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Seen(self.command, parts.path, parts.query, token, authorization, headers, body)

    def _send(self, answer: Answer, seen: Seen) -> None:
        mischief = self.server.box.mischief
        mischief.happen(self.command, seen.path, "after")
        slow = mischief.pick(self.command, seen.path, "slow")
        if slow:
            mischief.closing.wait(slow.amount)
        if mischief.pick(self.command, seen.path, "cut", when="after"):
            self._hang_up()
        body = answer.bytes()
        corrupt = body and mischief.pick(self.command, seen.path, "corrupt")
        shown = _spoilt(body) if corrupt else body
        part = mischief.pick(self.command, seen.path, "truncate") if body else None
        half = mischief.pick(self.command, seen.path, "cut", when="during") if body else None
        if part or half:
            shown = body[: int(len(body) * (part.amount if part else 0.5))]
        self._write(answer, shown, len(body))
        if part or half:
            self._hang_up()

    def _write(self, answer: Answer, body: bytes, size: int) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Type", answer.media)
            self.send_header("Content-Length", str(size))
        self.end_headers()
        if answer.status not in (204, 304):
            self.wfile.write(body)

    def _hang_up(self) -> None:
        try:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        raise Cut


def _spoilt(body: bytes) -> bytes:
    middle, span = len(body) // 2, max(1, min(64, len(body) // 4))
    wrong = bytes(byte ^ 0x5A for byte in body[middle : middle + span])
    return body[:middle] + wrong + body[middle + span :]


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    # A client that knocked and went away must not leave us waiting for it.
    timeout = 1.0
    box: Box

    def server_activate(self) -> None:
        super().server_activate()
        self.socket.settimeout(self.timeout)

    def handle_error(self, request: Any, client_address: Any) -> None:
        import traceback  # noqa: PLC0415 - only when the box itself is broken

        self.box.faults.append("the box itself failed: " + traceback.format_exc())


class Server:
    """Listens on a free port of 127.0.0.1 from the start, answers once started."""

    def __init__(self, box: Box) -> None:
        self._http = _Listening(("127.0.0.1", 0), _Handler)
        self._http.box = box
        self.port: int = self._http.server_address[1]
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()
