"""A real Python index on this machine: `pypi-server` over a folder of packages that the tests make."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from python_packages import make_sdist, make_wheel
from tools import find, want


class Index(msgspec.Struct, frozen=True, kw_only=True):
    """A running index; what is added is served at once."""

    address: str
    folder: Path

    @property
    def simple(self) -> str:
        """What the tools are given as the index's address."""
        return f"{self.address}/simple/"

    def add(self, name: str, version: str, requires: Sequence[str] = (), code: str = "") -> Path:
        """Publishes a wheel."""
        return make_wheel(self.folder, name, version, requires, code)

    def add_sdist(self, name: str, version: str, canary: Path) -> Path:
        """Publishes a source archive alone; its build would write `canary`."""
        return make_sdist(self.folder, name, version, canary)

    def clear(self) -> None:
        """Takes everything out again."""
        for each in self.folder.iterdir():
            each.unlink()


@contextmanager
def python_index(folder: Path) -> Iterator[Index]:
    """Serves the folder until the end of the block; never asks another index."""
    want("pypi-server")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [
        str(find("pypi-server")),
        "run",
        "--interface",
        "127.0.0.1",
        "--port",
        str(port),
        "--disable-fallback",
    ]
    command += ["--backend", "simple-dir", "--hash-algo", "sha256", str(folder)]
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        index = Index(address=f"http://127.0.0.1:{port}", folder=folder)
        wait_until_served(server, index)
        yield index
    finally:
        server.terminate()
        server.wait(10)


def wait_until_served(server: subprocess.Popen[bytes], index: Index) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{index.address}/health", timeout=5):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"pypi-server did not come up: exit {server.poll()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
