"""A Python project on disk with a lockfile of a real tool, and the repair of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from python_index import Index
from recovery_made import diagnosis, site
from tools import search_path

from remediate.model.outcome import StepResult
from remediate.model.plan import Step
from remediate.model.preview import Offer
from remediate.recovery.lockfiles.registry import TOOLS
from remediate.recovery.lockfiles.tool import Lock, LockTool
from remediate.recovery.strategies.lockfile_repair import LockfileRepair
from remediate.recovery.strategy import Site

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


class Project:
    """`workspace` is the project's folder; everything is done as a job on this machine would do it."""

    def __init__(self, folder: Path, dialect: Dialect, index: Index) -> None:
        self.folder, self.dialect, self.index = folder, dialect, index
        self.workspace = folder / "workspace"
        self.workspace.mkdir(parents=True)
        self.address = index.simple
        self.canary = folder / "canary"
        self.tool: LockTool = TOOLS[dialect.tool]
        self.job: dict[str, str] = {}  # what the failed command's environment holds beside

    @property
    def lockfile(self) -> Path:
        return self.workspace / self.tool.lockfile

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "PATH": search_path(),
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "PIP_CONFIG_FILE": os.devnull,
        }
        return {**own, **self.dialect.environment(self.address)}

    def want(self, *requirements: str) -> None:
        """Writes the manifest."""
        text = self.dialect.write(requirements, self.address)
        (self.workspace / self.dialect.manifest).write_text(text)

    def lock(self, *requirements: str) -> bytes:
        """Locks these requirements with the tool itself, as its user would."""
        self.want(*requirements)
        self.lockfile.unlink(missing_ok=True)
        rounds = self.tool.rounds(self.workspace, usable=False)
        for command in rounds if not self.dialect.locking else ():
            self.run(*command.arguments, **command.environment)
        for arguments in self.dialect.locking:
            self.run(*arguments)
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
        """Puts manifest and lockfile into git."""
        if not (self.workspace / ".git").exists():
            self.run("git", "init", "-q", "-b", "main")
        self.run("git", "add", self.dialect.manifest, self.tool.lockfile)
        who = ("-c", "user.name=t", "-c", "user.email=t@example.org")
        self.run("git", *who, "commit", "-q", "-m", "lock")

    def preview(self) -> Offer:
        return LockfileRepair().preview(self._step(), self._site())

    def repair(self) -> StepResult:
        return LockfileRepair().apply(self._step(), self._site())

    def verify(self) -> StepResult:
        return LockfileRepair().verify(self._step(), self._site())

    def _step(self) -> Step:
        return Step(strategy="lockfile-repair", arguments={"tool": self.dialect.tool})

    def _site(self) -> Site:
        (self.folder / "scratch").mkdir(exist_ok=True)
        return site(
            self.folder, seen=diagnosis(cause="lockfile"), environment={**self.environment, **self.job}
        )

    def versions(self) -> dict[str, str]:
        """The packages of the lockfile, without the project itself."""
        lock = self.tool.read(self.lockfile.read_bytes())
        assert isinstance(lock, Lock), lock
        return {each.name: each.version for each in lock.packages if each.name != "app"}


def standard(requirements: Sequence[str], rest: str = "") -> str:
    """A manifest that every tool reads."""
    return MANIFEST.format(requirements=", ".join(f'"{each}"' for each in requirements)) + rest
