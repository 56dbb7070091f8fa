"""A server on loopback that stands before a registry and misbehaves as ordered, for a while, then no more."""

from __future__ import annotations

import contextlib
import http.server
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from machine.faults import OF_REQUESTS, Faults
from machine.request_body import read_body
from machine.server_program import kept_port
from machine.upstream import Answer, Upstream


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers for the upstream, or as a fault orders."""

    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    timeout = 30
    faults: Faults
    upstream: Upstream

    def answer(self) -> None:
        body = read_body(self)
        if isinstance(self.server, Server) and self.server.contexts:
            self.headers["X-Forwarded-Proto"] = "https"
        fault = self.faults.next(self.command, self.path)
        if fault is None:
            self.send(self.upstream(self.command, self.path, self.headers, body))
        elif fault.verb.isdigit():
            self.send(_refusal(int(fault.verb), fault.options))
        else:
            ACTIONS[fault.verb](
                self, fault.options, lambda: self.upstream(self.command, self.path, self.headers, body)
            )

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):  # every method is answered alike
            return self.answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: the requests are kept in `faults.requests`."""

    def send(self, answer: Answer, length: int | None = None) -> None:
        self.send_response(answer.status)
        whole = str(len(answer.body) if length is None else length)
        headers = {"Content-Length": whole, **answer.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)
        self.wfile.flush()

    def cut(self, *, hard: bool) -> None:
        if hard:  # closed with no linger: the peer sees a reset, not an end
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True


def _refusal(status: int, options: dict[str, str]) -> Answer:
    reason = http.server.BaseHTTPRequestHandler.responses[http.HTTPStatus(status)][0]
    page = f"<html><head><title>{status} {reason}</title></head><body>{status} {reason}</body></html>\n"
    body = options.get("body", page).encode()
    kind = "application/json" if body[:1] in b"{[" else "text/html"
    return Answer(status, {"Content-Type": kind, **{k: v for k, v in options.items() if k != "body"}}, body)


Fetch = Callable[[], Answer]


def _reset(handler: Handler, options: dict[str, str], fetch: Fetch) -> None:
    handler.cut(hard=True)


def _hang_up(handler: Handler, options: dict[str, str], fetch: Fetch) -> None:
    handler.cut(hard=False)


def _part(handler: Handler, options: dict[str, str], fetch: Fetch) -> None:
    """Promises the whole, sends `after` bytes and hangs up (`hard=1`: by a reset)."""
    whole = fetch()
    part = whole.body[: int(options.get("after", len(whole.body) // 2))]
    handler.send(whole._replace(body=part), length=len(whole.body))
    if "hard" in options:
        time.sleep(0.05)  # what is still unsent would be thrown away with the connection
    handler.cut(hard="hard" in options)


def _corrupt(handler: Handler, options: dict[str, str], fetch: Fetch) -> None:
    whole = fetch()
    body = bytearray(whole.body)
    middle = len(body) // 2
    body[middle : middle + 8] = bytes(byte ^ 0x55 for byte in body[middle : middle + 8])
    handler.send(whole._replace(body=bytes(body)))


def _slow(handler: Handler, options: dict[str, str], fetch: Fetch) -> None:
    _wait(handler, float(options.get("seconds", "30")))
    handler.cut(hard=False)


def _text(handler: Handler, options: dict[str, str], fetch: Fetch) -> None:
    """Something else than was asked for, as the page of a hotel's network."""
    handler.send(_refusal(200, options))


def _wait(handler: Handler, seconds: float) -> None:
    server = handler.server
    assert isinstance(server, Server)
    server.closing.wait(seconds)


ACTIONS: dict[str, Callable[[Handler, dict[str, str], Fetch], None]] = dict(
    zip(OF_REQUESTS, (_reset, _hang_up, _part, _corrupt, _slow, _text), strict=True)
)


class Server(socketserver.ThreadingTCPServer):
    """Threads that end with the process, and a port that can be bound without listening: it refuses."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, handler: type[Handler], certificates: Path | None) -> None:
        self._kept = contextlib.ExitStack()
        port = self._kept.enter_context(kept_port())  # also while it does not listen
        super().__init__(("127.0.0.1", port), handler, bind_and_activate=False)
        self.closing = threading.Event()
        self.faults = handler.faults
        self.contexts = _contexts(certificates) if certificates else {}
        self.timeout = 0.02
        self.server_bind()
        self.server_activate()

    def serve(self) -> None:
        """Takes connections until it is closed; while the port refuses, it is bound but does not listen."""
        listens = True
        while not self.closing.is_set():
            if not self.faults.on("refuse"):
                if not listens:
                    self.server_activate()
                listens = True
                self.handle_request()
                continue
            if listens:
                self._stop_listening()
            listens = False
            self.closing.wait(self.timeout)

    def _stop_listening(self) -> None:
        address = self.server_address
        self.socket.close()
        self.socket = socket.socket(self.address_family, self.socket_type)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(address)

    def server_close(self) -> None:
        super().server_close()
        self._kept.close()

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.contexts:
            if self.faults.on("tls-reset"):
                request.settimeout(Handler.timeout)
                request.recv(1)  # once the client speaks: sooner, its connecting itself might fail
                request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            name = "selfsigned" if self.faults.on("bad-certificate") else "registry"
            request = self.contexts[name].wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.close_request(request)  # without the polite end, so that a reset is a reset

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is part of the play."""


def _contexts(certificates: Path) -> dict[str, ssl.SSLContext]:
    contexts = {}
    for name in ("registry", "selfsigned"):
        contexts[name] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        contexts[name].load_cert_chain(certificates / f"{name}.pem")
    return contexts


class FaultPort:
    """One port before one upstream, with TLS where certificates are given; a context manager."""

    def __init__(self, upstream: Upstream, faults: Faults, certificates: Path | None = None) -> None:
        handler = type("Ordered", (Handler,), {"faults": faults, "upstream": staticmethod(upstream)})
        self.faults = faults
        self._server = Server(handler, certificates)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve, daemon=True)

    def __enter__(self) -> FaultPort:
        self._thread.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._server.closing.set()
        self._thread.join(5)
        self._server.server_close()
