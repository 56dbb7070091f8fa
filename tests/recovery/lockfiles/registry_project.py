"""A project of Cargo, Bundler, Composer or Go on disk, locked by the real tool, and the repair of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec
from locked_project import LockedProject

from remediate.recovery.lockfiles.bench import Stuck, make_bench

Wishes = Mapping[str, str]
"""Plain names, each with the least version that is wanted; the next major version is not."""


NOTHING: Wishes = {}


class Registry(Protocol):
    """Where the tests publish packages."""

    @property
    def address(self) -> str: ...

    def add(
        self, name: str, version: str, needs: Mapping[str, str] = {}, canary: Path | None = None
    ) -> None: ...

    def clear(self) -> None: ...


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How a tool names packages and versions and how its projects are written."""

    tool: str
    programs: tuple[str, ...]
    write: Callable[[Wishes, str], Mapping[str, str]]
    name: Callable[[str], str] = str
    version: Callable[[str], str] = str
    wish: Callable[[str], str] = str
    environment: Callable[[str, Path], dict[str, str]] = lambda _, __: {}
    asks: bool = False  # code of the project runs, so a person is asked every time
    prunes: bool = True  # what is required no more leaves the lockfile


class Project(LockedProject):
    """One whose manifest wants plain names from a registry of the tests' own."""

    def __init__(self, folder: Path, dialect: Dialect, registry: Registry) -> None:
        super().__init__(folder, dialect.tool, registry.address)
        self.dialect, self.registry = dialect, registry

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, **self.dialect.environment(self.address, self.folder)}

    def publish(self, name: str, version: str, needs: Wishes = NOTHING, *, canary: bool = False) -> None:
        full, worded = self.dialect.name, self.dialect.wish
        wishes = {full(need): worded(wish) for need, wish in needs.items()}
        self.registry.add(full(name), self.dialect.version(version), wishes, self.canary if canary else None)

    def want(self, **wishes: str) -> None:
        """Writes the manifest and the settings."""
        for path, text in self.dialect.write(wishes, self.address).items():
            (self.workspace / path).parent.mkdir(parents=True, exist_ok=True)
            (self.workspace / path).write_text(text)

    def lock(self, **wishes: str) -> bytes:
        """Locks from nothing."""
        self.want(**wishes)
        return self.lock_anew()

    def check(self) -> Stuck | str:
        """The tool's own proof, in a copy."""
        inputs = (*self.tool.inputs(self.workspace), self.tool.lockfile)
        bench = make_bench(self.workspace, inputs, self.site())
        return bench.run(self.tool.check(bench.folder))

    def versions(self) -> dict[str, str]:
        """The packages of the lockfile by their plain names; of several versions the last."""
        found = (each for each in self.read().packages if not each.version.endswith("/go.mod"))
        return {each.name.rpartition("/")[2]: each.version.removeprefix("v") for each in found}
