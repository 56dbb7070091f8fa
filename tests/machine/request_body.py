"""What a client sends with its request, by its length or in chunks."""

from __future__ import annotations

import http.server


def read_body(request: http.server.BaseHTTPRequestHandler) -> bytes:
    """All of it, so that the connection can be used again."""
    if request.headers.get("Transfer-Encoding") != "chunked":
        return request.rfile.read(int(request.headers.get("Content-Length") or 0))
    parts = []
    while size := int(request.rfile.readline(), 16):
        parts.append(request.rfile.read(size))
        request.rfile.readline()
    request.rfile.readline()
    return b"".join(parts)
