"""Requests over HTTP that reach no private network and follow nothing."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import SplitResult, urlsplit

from remediate.model.policy import Policy
from remediate.ports import Answered, Unanswered

# What a body is cut at: we look at answers, we do not download.
MOST_BODY = 1 << 20
_BLOCK = 64 * 1024
_GIVEN = {"Accept-Encoding": "identity", "User-Agent": "remediate"}
_PORTS = {"http": 80, "https": 443}


class SystemWeb:
    """`allowed` are hosts, as `host` or `host:port`, that may be in a private network.

    A name is resolved once; the address that was judged is the one that is spoken to, so that a second answer
    of the resolver cannot lead inside.
    """

    def __init__(self, allowed: Iterable[str] = (), *, most: int = MOST_BODY) -> None:
        self._allowed = frozenset(host.lower() for host in allowed)
        self._most = most

    def request(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] = {},
        body: bytes = b"",
        timeout: float = 10.0,
    ) -> Answered | Unanswered:
        """One request, one answer; never repeated, redirects not followed."""
        try:
            parts = urlsplit(address)
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError as error:
            return Unanswered(reason=f"not an address: {error}")
        if not port or not parts.hostname:
            return Unanswered(reason="only http and https addresses with a host are asked")
        until = time.monotonic() + timeout
        try:
            place = self._place(parts.hostname, port)
            if isinstance(place, Unanswered):
                return place
            with _open(parts, port, place, timeout) as connection:
                connection.request(method, _target(parts), body=body or None, headers=_GIVEN | dict(headers))
                return self._read(connection.getresponse(), until)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return Unanswered(reason=_reason(error))

    def _place(self, host: str, port: int) -> str | Unanswered:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        places = [str(each[4][0]) for each in found]
        if {host.lower(), f"{host.lower()}:{port}"} & self._allowed:
            return places[0]
        private = next((place for place in places if not public(place)), None)
        if private is not None:
            return Unanswered(reason=f"{host} is in a private network ({private}), which is not allowed")
        return places[0]

    def _read(self, answer: http.client.HTTPResponse, until: float) -> Answered | Unanswered:
        held = bytearray()
        while len(held) < self._most and (block := answer.read1(min(_BLOCK, self._most - len(held)))):
            held += block
            if time.monotonic() > until:
                return Unanswered(reason="the answer took too long")
        if answer.length and len(held) < self._most:
            return Unanswered(reason="the answer ended too early")
        return Answered(status=answer.status, headers=_headers(answer), body=bytes(held))


def hosts_named(policy: Policy) -> frozenset[str]:
    """The hosts that the configuration itself names, and so may be in a private network."""
    own = [request for request in policy.requests.values() if request.private_address]
    named = [address for request in own for address in (request.url, request.verify, request.undo)]
    named += [mirror.address for mirror in policy.mirrors]
    named += [one.health_url for one in policy.deployments.values() if one.private_address]
    return frozenset(host for host in map(_host, named) if host)


def public(address: str) -> bool:
    """Whether the address is one of the internet, also where it is wrapped into another kind."""
    place = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(place, ipaddress.IPv6Address):
        inner = place.ipv4_mapped or place.sixtofour or (place.teredo[1] if place.teredo else None)
        inner = inner or (ipaddress.IPv4Address(place.packed[12:]) if place in _TRANSLATED else None)
        if inner is not None:
            return public(str(inner))
    return place.is_global and not place.is_multicast


_TRANSLATED = ipaddress.IPv6Network("64:ff9b::/96")


def _host(address: str) -> str:
    try:
        parts = urlsplit(address)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return ""
    return f"{parts.hostname}:{port}" if parts.hostname else ""


def _headers(answer: http.client.HTTPResponse) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.getheaders()}


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


@contextlib.contextmanager
def _open(parts: SplitResult, port: int, place: str, timeout: float) -> Iterator[http.client.HTTPConnection]:
    kind = _PinnedTls if parts.scheme == "https" else _Pinned
    connection = kind(parts.hostname or "", port, place, timeout)
    # The socket's own timeout begins anew with each byte: who sends slowly would keep us for ever.
    watch = threading.Timer(timeout, _hang_up, (connection,))
    watch.daemon = True
    watch.start()
    try:
        yield connection
    finally:
        watch.cancel()
        connection.close()


def _hang_up(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)


class _Pinned(http.client.HTTPConnection):
    """Speaks of the host and to the address that was judged."""

    def __init__(self, host: str, port: int, place: str, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._place = place

    def connect(self) -> None:
        self.sock = socket.create_connection((self._place, self.port), self.timeout)


class _PinnedTls(http.client.HTTPSConnection):
    def __init__(self, host: str, port: int, place: str, timeout: float) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=timeout, context=self._tls)
        self._place = place

    def connect(self) -> None:
        plain = socket.create_connection((self._place, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
