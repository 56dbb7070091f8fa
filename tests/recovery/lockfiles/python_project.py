"""A Python project on disk with a lockfile of a real tool, and the repair of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from locked_project import LockedProject
from python_index import Index

MANIFEST = """\
[project]
name = "app"
version = "1"
requires-python = ">=3.8"
dependencies = [{requirements}]
"""


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How a tool's projects are written: what stands in the manifest, and who is told of the index how."""

    tool: str
    programs: tuple[str, ...]
    manifest: str = "pyproject.toml"
    write: Callable[[Sequence[str], str], str]
    environment: Callable[[str], dict[str, str]] = lambda _: {}
    locking: tuple[tuple[str, ...], ...] = ()
    by_manifest: bool = False  # the manifest names the index


# pip-tools as a project has it that tells of its index in a file, so that no setting has to go along.
NAMES_ITS_INDEX = Dialect(
    tool="pip-tools",
    programs=("pip-compile", "pip"),
    manifest="requirements.in",
    write=lambda found, address: f"--index-url {address}\n" + "".join(f"{one}\n" for one in found),
    locking=(("pip-compile", "-q", "--strip-extras", "--generate-hashes"),),
)


class Project(LockedProject):
    """One whose manifest wants requirements as Python writes them."""

    def __init__(self, folder: Path, dialect: Dialect, index: Index) -> None:
        super().__init__(folder, dialect.tool, index.simple)
        self.dialect, self.index = dialect, index

    @property
    def environment(self) -> dict[str, str]:
        own = {**super().environment, "PIP_CONFIG_FILE": os.devnull}
        return {**own, **self.dialect.environment(self.address)}

    def want(self, *requirements: str) -> None:
        """Writes the manifest."""
        text = self.dialect.write(requirements, self.address)
        (self.workspace / self.dialect.manifest).write_text(text)

    def lock(self, *requirements: str) -> bytes:
        """Locks these requirements, as the tool's user would."""
        self.want(*requirements)
        return self.lock_anew(*self.dialect.locking)

    def commit_lock(self) -> None:
        self.commit(self.dialect.manifest, self.tool.lockfile)

    def versions(self) -> dict[str, str]:
        """The packages of the lockfile, without the project itself."""
        return {each.name: each.version for each in self.read().packages if each.name != "app"}


def standard(requirements: Sequence[str], rest: str = "") -> str:
    """A manifest that every tool reads."""
    return MANIFEST.format(requirements=", ".join(f'"{each}"' for each in requirements)) + rest
