"""A project of Cargo, Bundler, Composer or Go on disk, locked by the real tool, and the repair of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import msgspec
from recovery_made import diagnosis, site
from tools import search_path

from remediate.model.outcome import StepResult
from remediate.model.plan import Step
from remediate.model.preview import Offer
from remediate.recovery.lockfiles.bench import Stuck, make_bench
from remediate.recovery.lockfiles.registry import TOOLS
from remediate.recovery.lockfiles.tool import Lock, LockTool
from remediate.recovery.strategies.lockfile_repair import LockfileRepair

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


class Project:
    """`workspace` is the project's folder; everything is done as a job on this machine would do it."""

    def __init__(self, folder: Path, dialect: Dialect, registry: Registry) -> None:
        self.folder, self.dialect, self.registry = folder, dialect, registry
        self.workspace = folder / "workspace"
        self.workspace.mkdir(parents=True)
        self.address = registry.address
        self.canary = folder / "canary"
        self.tool: LockTool = TOOLS[dialect.tool]

    @property
    def lockfile(self) -> Path:
        return self.workspace / self.tool.lockfile

    @property
    def environment(self) -> dict[str, str]:
        own = {"PATH": search_path(), "HOME": str(self.folder), "LANG": "C.UTF-8"}
        return {**own, **self.dialect.environment(self.address, self.folder)}

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
        self.lockfile.unlink(missing_ok=True)
        for command in self.tool.rounds(self.workspace, usable=False):
            self.run(*command.arguments, **command.environment)
        return self.lockfile.read_bytes()

    def run(self, *command: str, **environment: str) -> None:
        ended = subprocess.run(
            command,
            cwd=self.workspace,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout.decode()

    def commit(self) -> None:
        """Puts everything into git."""
        if not (self.workspace / ".git").exists():
            self.run("git", "init", "-q", "-b", "main")
        self.run("git", "add", "-A", "-f")
        self.run(
            "git", "-c", "user.name=t", "-c", "user.email=t@registry.example", "commit", "-q", "-m", "lock"
        )

    def preview(self) -> Offer:
        return LockfileRepair().preview(self._step(), self._site())

    def repair(self) -> StepResult:
        return LockfileRepair().apply(self._step(), self._site())

    def verify(self) -> StepResult:
        return LockfileRepair().verify(self._step(), self._site())

    def check(self) -> Stuck | str:
        """The tool's own proof, in a copy."""
        inputs = (*self.tool.inputs(self.workspace), self.tool.lockfile)
        bench = make_bench(self.workspace, inputs, self._site())
        return bench.run(self.tool.check(bench.folder))

    def _step(self) -> Step:
        return Step(strategy="lockfile-repair", arguments={"tool": self.dialect.tool})

    def _site(self):
        (self.folder / "scratch").mkdir(exist_ok=True)
        return site(self.folder, seen=diagnosis(cause="lockfile"), environment=self.environment)

    def versions(self) -> dict[str, str]:
        """The packages of the lockfile by their plain names; of several versions the last."""
        lock = self.tool.read(self.lockfile.read_bytes())
        assert isinstance(lock, Lock), lock
        found = (each for each in lock.packages if not each.version.endswith("/go.mod"))
        return {each.name.rpartition("/")[2]: each.version.removeprefix("v") for each in found}
