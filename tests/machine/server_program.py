"""A server that is a program of its own: on a port that nobody else is given, waited for until it answers."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 300.0


@contextmanager
def kept_port() -> Iterator[int]:
    """A port of loopback for a server that is yet to listen there; until the end nobody else gets it.

    Linux lets several hold a port who all allow it, as servers do, while but one of them listens. Elsewhere
    it is let go, and somebody else might be faster.
    """
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        port = int(keeper.getsockname()[1])
        if not sys.platform.startswith("linux"):
            keeper.close()
        yield port


@contextmanager
def running(
    command: Callable[[int], Sequence[str]],
    ping: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """The address at which the program serves until the end of the block; `ping` is what it answers first."""
    with kept_port() as port, log.open("wb") as output:
        address = f"http://127.0.0.1:{port}"
        server = subprocess.Popen(
            command(port), stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=environment
        )
        try:
            _wait(server, address + ping)
            yield address
        finally:
            server.kill()
            server.wait()


def _wait(server: subprocess.Popen[bytes], ping: str) -> None:
    end = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(ping, timeout=PATIENCE):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{server.args!r} did not come up: exit {server.poll()}")
