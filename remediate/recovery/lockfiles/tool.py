"""What is wanted of every tool that keeps a lockfile, and what is read from a lockfile."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import msgspec


class Locked(msgspec.Struct, frozen=True, kw_only=True):
    """A package in a lockfile.

    `host` is the host it comes from, empty where the file names none. `hashes` are written `algorithm:digest`
    in the file's own encoding. `needs` are the names of the packages it depends on.
    """

    name: str
    version: str
    host: str = ""
    hashes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """A lockfile that could be read; `roots` maps each direct requirement to its wording, if known.

    `descriptors` are all requirements that it answers, direct or not, as `name@wording`, where it has those
    instead.
    """

    packages: tuple[Locked, ...]
    roots: dict[str, str] = {}
    descriptors: frozenset[str] = frozenset()


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """A lockfile that no tool would take."""

    reason: str


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A call of the tool in the copied project; `environment` is set beside that of the failed command."""

    arguments: tuple[str, ...]
    environment: dict[str, str] = {}


class LockTool(Protocol):
    """A package manager; one file for each, listed in `registry.TOOLS`."""

    @property
    def name(self) -> str: ...

    @property
    def lockfile(self) -> str: ...

    @property
    def programs(self) -> tuple[str, ...]:
        """All of these have to be there."""

    @property
    def hooks(self) -> str:
        """Why code of packages may run although scripts are off; empty where it never does."""

    def owns(self, folder: Path) -> bool:
        """Whether the folder is a project of this tool, told by its files alone."""

    def inputs(self, folder: Path) -> tuple[str, ...]:
        """The files, relative to the folder, that the tool needs: manifests of all members, settings."""

    def wanted(self, folder: Path) -> dict[str, str]:
        """Each direct requirement of the manifests, with its wording."""

    def read(self, text: bytes) -> Lock | Unreadable:
        """The lockfile's packages."""

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        """The calls that mend the lockfile with the fewest changes, scripts off.

        Not `usable`: there is no lockfile that the tool could read.
        """

    def check(self, folder: Path) -> tuple[Command, ...]:
        """The tool's own proof that lockfile and manifest agree and all hashes hold: a frozen install."""
