"""A real Python index on this machine: `pypi-server` over a folder of packages that the tests make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec
from python_packages import make_sdist, make_wheel
from server_program import running
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
    program = [str(find("pypi-server")), "run", "--interface", "127.0.0.1", "--disable-fallback"]
    program += ["--backend", "simple-dir", "--hash-algo", "sha256", str(folder), "--port"]
    log = folder.parent / f"{folder.name}.log"
    with running(lambda port: [*program, str(port)], "/health", log) as address:
        yield Index(address=address, folder=folder)
