"""A server of its own gets a port that nobody else has been given meanwhile, and ends with the block."""

from __future__ import annotations

import errno
import socket
import sys
import urllib.request
from pathlib import Path

import pytest
from machine.server_program import kept_port, running

linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="by nature: elsewhere a port cannot be kept for another"
)
SERVES = ("-m", "http.server", "--bind", "127.0.0.1")


@linux
def test_a_port_is_kept_for_whoever_is_to_listen() -> None:
    with kept_port() as port:
        with socket.socket() as somebody, pytest.raises(OSError) as refused:
            somebody.bind(("127.0.0.1", port))
        assert refused.value.errno == errno.EADDRINUSE
        socket.create_server(("127.0.0.1", port)).close()


def test_a_program_serves_until_the_end_of_the_block(tmp_path: Path) -> None:
    with (
        running(lambda port: [sys.executable, *SERVES, str(port)], "/", tmp_path / "log") as address,
        urllib.request.urlopen(address, timeout=60) as answer,
    ):
        assert answer.status == 200
    with pytest.raises(OSError):
        urllib.request.urlopen(address, timeout=60)


def test_a_program_that_ends_at_once_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(AssertionError, match="did not come up: exit 7"),
        running(lambda _: [sys.executable, "-c", "raise SystemExit(7)"], "/", tmp_path / "log"),
    ):
        pass
