"""A web server that misbehaves exactly as a scenario orders."""

from __future__ import annotations

import fnmatch
import http.server
import os
import socket
import socketserver
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from machine.request_body import read_body

Action = Callable[["Handler", dict[str, str]], None]


class Orders:
    """The routes of a scenario; each route's actions are taken in turn and its last one stays."""

    def __init__(self, routes: tuple[dict[str, Any], ...], site: Path) -> None:
        self.routes = routes
        self.site = site
        self.taken: dict[int, int] = {}
        self.lock = threading.Lock()

    def next_action(self, method: str, host: str, path: str) -> tuple[str, dict[str, str]]:
        with self.lock:
            for number, route in enumerate(self.routes):
                if self._matches(route, method, host, path):
                    return self._take(number, route)
        return "site", {}

    def _matches(self, route: dict[str, Any], method: str, host: str, path: str) -> bool:
        return (
            fnmatch.fnmatch(path, route.get("path", "*"))
            and fnmatch.fnmatch(host, route.get("host", "*"))
            and method in route.get("method", method)
        )

    def _take(self, number: int, route: dict[str, Any]) -> tuple[str, dict[str, str]]:
        orders = route["do"] if isinstance(route["do"], list) else [route["do"]]
        turn = self.taken.get(number, 0)
        self.taken[number] = turn + 1
        verb, *options = str(orders[min(turn, len(orders) - 1)]).split()
        fixed = {"body": route["body"]} if "body" in route else {}
        return verb, {**fixed, **dict(option.split("=", 1) for option in options)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "nginx"
    sys_version = ""
    orders: Orders
    body: bytes = b""

    def answer(self) -> None:
        host = self.headers.get("Host", "").partition(":")[0]
        self.body = read_body(self)
        verb, options = self.orders.next_action(self.command, host, self.path)
        if verb.isdigit():
            self.refuse(int(verb), options)
        else:
            ACTIONS[verb](self, options)

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):  # every method is answered alike
            return self.answer
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the tool's output is the recording."""

    def refuse(self, status: int, options: dict[str, str]) -> None:
        reason = self.responses[status][0]
        page = f"<html><head><title>{status} {reason}</title></head><body>{status} {reason}</body></html>\n"
        body = options.pop("body", page).encode()
        kind = options.pop("type", "application/json" if body[:1] in b"{[" else "text/html")
        self.reply(status, body, kind, options)

    def reply(self, status: int, body: bytes, kind: str, extra: dict[str, str], length: int = -1) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length < 0 else length))
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def find_file(self) -> Path | None:
        wanted = self.orders.site / self.path.partition("?")[0].replace("%2f", "/").strip("/")
        found = wanted / "index.html" if wanted.is_dir() else wanted
        return found if found.is_file() else None

    def cut(self, hard: bool) -> None:
        if hard:  # close with unsent data and no linger: the peer sees a reset, not an end
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True


def give_file(handler: Handler, options: dict[str, str]) -> None:
    found = handler.find_file()
    if not found:
        handler.refuse(404, {"body": '{"error":"Not found"}'})
        return
    handler.reply(200, found.read_bytes(), _kind(found), options)


def give_part(handler: Handler, options: dict[str, str]) -> None:
    """Promise the whole file, send `after` bytes and hang up (`hard=1`: by a reset)."""
    found = handler.find_file()
    whole = found.read_bytes() if found else b"x" * 100_000
    part = whole[: int(options.get("after", len(whole) // 2))]
    handler.reply(200, part, _kind(found) if found else "text/plain", {}, length=len(whole))
    handler.wfile.flush()
    handler.cut(hard="hard" in options)


def give_corrupt(handler: Handler, options: dict[str, str]) -> None:
    found = handler.find_file()
    body = bytearray(found.read_bytes() if found else b"")
    middle = len(body) // 2
    body[middle : middle + 8] = bytes(byte ^ 0x55 for byte in body[middle : middle + 8])
    handler.reply(200, bytes(body), "application/octet-stream", {})


def give_text(handler: Handler, options: dict[str, str]) -> None:
    handler.reply(200, options["body"].encode(), options.get("type", "text/html"), {})


def reset(handler: Handler, options: dict[str, str]) -> None:
    handler.cut(hard=True)


def hang_up(handler: Handler, options: dict[str, str]) -> None:
    handler.cut(hard=False)


def stall(handler: Handler, options: dict[str, str]) -> None:
    time.sleep(float(options.get("seconds", "600")))
    handler.cut(hard=False)


def redirect(handler: Handler, options: dict[str, str]) -> None:
    handler.reply(302, b"", "text/html", {"Location": options["to"]})


def serve_git(handler: Handler, options: dict[str, str]) -> None:
    """Pass the request to git's own server program; `after` cuts its answer short."""
    path, _, query = handler.path.partition("?")
    environment = {
        **os.environ,
        "GIT_PROJECT_ROOT": str(handler.orders.site),
        "GIT_HTTP_EXPORT_ALL": "1",
        "REQUEST_METHOD": handler.command,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_TYPE": handler.headers.get("Content-Type", ""),
        "GIT_PROTOCOL": handler.headers.get("Git-Protocol", ""),
        "HTTP_CONTENT_ENCODING": handler.headers.get("Content-Encoding", ""),
        "REMOTE_USER": "runner",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "safe.directory",
        "GIT_CONFIG_VALUE_0": "*",
    }
    command = ["git", "http-backend"]
    done = subprocess.run(command, input=handler.body, env=environment, capture_output=True, check=False)
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
    status = int(fields.pop("Status", "200").split()[0])
    sent = body[: int(options["after"])] if "after" in options else body
    kind = fields.pop("Content-Type", "text/plain")
    handler.reply(status, sent, kind, fields, length=len(body))
    if len(sent) < len(body):
        handler.cut(hard="hard" in options)


ACTIONS: dict[str, Action] = {
    "site": give_file,
    "part": give_part,
    "corrupt": give_corrupt,
    "text": give_text,
    "reset": reset,
    "hang-up": hang_up,
    "stall": stall,
    "redirect": redirect,
    "git": serve_git,
}

KINDS = {".tgz": "application/octet-stream", ".gz": "application/octet-stream", ".html": "text/html"}
KINDS |= {".whl": "application/octet-stream", ".json": "application/json", ".zip": "application/zip"}


def _kind(path: Path) -> str:
    return KINDS.get(path.suffix, "application/json" if path.read_bytes()[:1] == b"{" else "text/plain")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def shutdown_request(self, request: Any) -> None:
        self.close_request(request)  # without the polite FIN, so that a reset is a reset

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is part of the play."""


class SecureServer(Server):
    contexts: dict[str, ssl.SSLContext]

    def get_request(self) -> tuple[Any, Any]:
        connection, address = super().get_request()
        context = self.contexts["registry"]
        return context.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address


def start_web(routes: tuple[dict[str, Any], ...], site: Path, certificates: Path) -> None:
    handler = type("Ordered", (Handler,), {"orders": Orders(routes, site)})
    secure = SecureServer(("127.0.0.1", 443), handler)
    secure.contexts = {path.stem: _context(path) for path in certificates.glob("*.pem")}
    secure.contexts["registry"].sni_callback = _choose(secure.contexts)
    for server in (Server(("127.0.0.1", 80), handler), secure):
        threading.Thread(target=server.serve_forever, daemon=True).start()


def _context(pem: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def _choose(contexts: dict[str, ssl.SSLContext]) -> Callable[..., None]:
    def choose(connection: ssl.SSLSocket, name: str | None, context: ssl.SSLContext) -> None:
        connection.context = contexts.get((name or "").partition(".")[0], contexts["registry"])

    return choose
