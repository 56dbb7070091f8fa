"""What stands behind a fault port: a folder of files, a folder of git repositories, or another server."""

from __future__ import annotations

import http.client
import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

Headers = Mapping[str, str]


class Answer(NamedTuple):
    """A whole answer; it names its length only where it has no body, as that to a HEAD."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Upstream = Callable[[str, str, Headers, bytes], Answer]
"""Method, path, headers and body of a request, to its answer."""

OWN_TO_A_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length", "date", "server")
KINDS = {".html": "text/html", ".json": "application/json", ".zip": "application/zip", ".xml": "text/xml"}


def from_folder(folder: Path) -> Upstream:
    """Files as they lie; a folder answers with its `index.html`."""

    def answer(method: str, path: str, headers: Headers, body: bytes) -> Answer:
        wanted = folder / unquote(path.partition("?")[0]).strip("/")
        found = wanted / "index.html" if wanted.is_dir() else wanted
        if ".." in wanted.parts or not found.is_file():
            return Answer(404, {"Content-Type": "application/json"}, b'{"error":"Not found"}')
        kind = KINDS.get(found.suffix, "application/octet-stream")
        return Answer(200, {"Content-Type": kind}, found.read_bytes())

    return answer


def from_server(port: int) -> Upstream:
    """Another server on loopback; it sees the host that the client asked for."""

    def answer(method: str, path: str, headers: Headers, body: bytes) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                if name.lower() not in OWN_TO_A_HOP:
                    connection.putheader(name, value)
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            reply = connection.getresponse()
            own = OWN_TO_A_HOP if method != "HEAD" else tuple(set(OWN_TO_A_HOP) - {"content-length"})
            kept = {name.title(): value for name, value in reply.getheaders() if name.lower() not in own}
            return Answer(reply.status, kept, reply.read())
        finally:
            connection.close()

    return answer


def from_repositories(folder: Path) -> Upstream:
    """Bare git repositories, served by git's own program."""

    def answer(method: str, path: str, headers: Headers, body: bytes) -> Answer:
        place, _, query = path.partition("?")
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": method,
            "PATH_INFO": place,
            "QUERY_STRING": query,
            "CONTENT_TYPE": headers.get("Content-Type", ""),
            "GIT_PROTOCOL": headers.get("Git-Protocol", ""),
            "HTTP_CONTENT_ENCODING": headers.get("Content-Encoding", ""),
            "REMOTE_USER": "runner",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        }
        command = ["git", "http-backend"]
        done = subprocess.run(command, input=body, env=environment, capture_output=True, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        return Answer(int(fields.pop("Status", "200").split()[0]), fields, content)

    return answer
