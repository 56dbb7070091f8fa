"""Requests reach no private network, follow nothing, and end."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from remediate.model.policy import Mirror, OwnRequest, Policy
from remediate.ports import Answered, Unanswered
from remediate.system.web import SystemWeb, hosts_named, public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_addresses_that_are_not_of_the_internet(address: str) -> None:
    assert not public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_that_are(address: str) -> None:
    assert public(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f.1:{port}/",
        "http://user@127.0.0.1:{port}/",
        "file:///etc/passwd",
        "ftp://files.example/",
        "http://",
        "no address",
        "http://h:99999/",
    ],
)
def test_nothing_private_is_asked(address: str, server: Server) -> None:
    answer = SystemWeb().request("GET", address.format(port=server.port))
    assert isinstance(answer, Unanswered)
    assert server.taken == 0


def test_a_name_that_changes_its_mind_leads_nowhere_else(
    monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    """The name first means the internet, then this machine: the first answer is the one that is spoken to."""
    answers = iter(["203.0.113.1", "127.0.0.1", "127.0.0.1"])
    spoken: list[str] = []

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(address: tuple[str, int], *_: object) -> socket.socket:
        spoken.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("remediate.system.web.public", lambda address: address != "127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert isinstance(SystemWeb().request("GET", f"http://rebound.example:{server.port}/"), Unanswered)
    assert spoken == ["203.0.113.1"]


class Server:
    """Says one thing to whoever comes."""

    def __init__(self) -> None:
        self.says = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok"
        self.slowly = 0.0
        self.taken = self.sent = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self.taken += 1
            threading.Thread(target=self._answer, args=(client,), daemon=True).start()

    def _answer(self, client: socket.socket) -> None:
        try:
            client.recv(65536)
            for at in range(len(self.says)) if self.slowly else ():
                client.sendall(self.says[at : at + 1])
                self.sent += 1
                time.sleep(self.slowly)
            if not self.slowly:
                client.sendall(self.says)
        except OSError:
            pass
        finally:
            client.close()

    def close(self) -> None:
        # A thread that still waits on a closed socket would answer for whoever gets its number next.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def ask(server: Server, **more: float) -> Answered | Unanswered:
    web = SystemWeb({f"127.0.0.1:{server.port}"}, most=1000)
    return web.request("GET", f"http://127.0.0.1:{server.port}/a?b=c", timeout=more.get("timeout", 5.0))


def test_what_the_configuration_names_is_asked(server: Server) -> None:
    answer = ask(server)
    assert isinstance(answer, Answered)
    assert (answer.status, answer.body, answer.headers["x-a"]) == (200, b"ok", "b")


def test_a_redirect_is_an_answer(server: Server) -> None:
    server.says = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    answer = ask(server)
    assert isinstance(answer, Answered)
    assert answer.status == 302
    assert server.taken == 1


def test_a_body_is_cut(server: Server) -> None:
    server.says = b"HTTP/1.1 200 OK\r\nContent-Length: 500000\r\n\r\n" + b"x" * 500_000
    answer = ask(server)
    assert isinstance(answer, Answered)
    assert len(answer.body) == 1000


@pytest.mark.parametrize(
    "says", [b"", b"HTTP/1.1 ", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"]
)
def test_a_broken_answer_is_none_and_is_not_asked_again(server: Server, says: bytes) -> None:
    server.says = says
    assert isinstance(ask(server), Unanswered)
    assert server.taken == 1


def test_who_answers_byte_by_byte_does_not_keep_us(server: Server) -> None:
    server.slowly = 0.5
    assert isinstance(ask(server, timeout=1.0), Unanswered)
    assert server.sent < len(server.says)


def test_nothing_listens() -> None:
    with socket.socket() as bound:  # so that nobody else listens there meanwhile
        bound.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{bound.getsockname()[1]}"
        assert isinstance(SystemWeb({host}).request("GET", f"http://{host}/"), Unanswered)


def test_headers_cannot_be_smuggled(server: Server) -> None:
    web = SystemWeb({f"127.0.0.1:{server.port}"})
    address = f"http://127.0.0.1:{server.port}/"
    assert isinstance(web.request("GET", address, headers={"X": "a\r\nY: b"}), Unanswered)
    assert isinstance(web.request("GET", address + "a b\r\nX: y"), Unanswered | Answered)
    assert server.taken <= 2


def test_the_hosts_that_a_configuration_names() -> None:
    policy = Policy(
        mirrors=(Mirror(kind="npm", address="https://mirror.example/npm"),),
        requests={
            "in": OwnRequest(
                url="http://in.example:8080/x", verify="https://ok.example/", private_address=True
            ),
            "out": OwnRequest(url="https://out.example/"),
        },
    )
    assert hosts_named(policy) == {"mirror.example:443", "in.example:8080", "ok.example:443"}
