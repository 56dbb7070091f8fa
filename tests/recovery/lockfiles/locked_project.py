"""A project on disk with a lockfile of a real tool, and the repair of it: what all tools' projects share."""

from __future__ import annotations

import subprocess
from pathlib import Path

from recovery_made import diagnosis, site
from tools import search_path

from remediate.model.outcome import StepResult
from remediate.model.plan import Step
from remediate.model.preview import Offer
from remediate.recovery.lockfiles.registry import TOOLS
from remediate.recovery.lockfiles.tool import Lock, LockTool
from remediate.recovery.strategies.lockfile_repair import LockfileRepair
from remediate.recovery.strategy import Site


class LockedProject:
    """`workspace` is the project's folder; everything is done as a job on this machine would do it."""

    def __init__(self, folder: Path, tool: str, address: str) -> None:
        self.folder, self.address = folder, address
        self.workspace = folder / "workspace"
        self.workspace.mkdir(parents=True)
        self.canary = folder / "canary"
        self.tool: LockTool = TOOLS[tool]
        self.job: dict[str, str] = {}  # what the failed command's environment holds beside

    @property
    def lockfile(self) -> Path:
        return self.workspace / self.tool.lockfile

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": search_path(), "HOME": str(self.folder), "LANG": "C.UTF-8"}

    def lock_anew(self, *by: tuple[str, ...]) -> bytes:
        """Locks from nothing with the tool itself, by these commands where they are given."""
        self.lockfile.unlink(missing_ok=True)
        for command in self.tool.rounds(self.workspace, usable=False) if not by else ():
            self.run(*command.arguments, **command.environment)
        for arguments in by:
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

    def commit(self, *paths: str) -> None:
        """Puts these into git, or everything."""
        if not (self.workspace / ".git").exists():
            self.run("git", "init", "-q", "-b", "main")
        self.run("git", "add", *(paths or ("-A", "-f")))
        who = ("-c", "user.name=t", "-c", "user.email=t@registry.example")
        self.run("git", *who, "commit", "-q", "-m", "lock")

    def preview(self) -> Offer:
        return LockfileRepair().preview(self.step, self.site())

    def repair(self) -> StepResult:
        return LockfileRepair().apply(self.step, self.site())

    def verify(self) -> StepResult:
        return LockfileRepair().verify(self.step, self.site())

    @property
    def step(self) -> Step:
        return Step(strategy="lockfile-repair", arguments={"tool": self.tool.name})

    def site(self) -> Site:
        (self.folder / "scratch").mkdir(exist_ok=True)
        environment = {**self.environment, **self.job}
        return site(self.folder, seen=diagnosis(cause="lockfile"), environment=environment)

    def read(self) -> Lock:
        lock = self.tool.read(self.lockfile.read_bytes())
        assert isinstance(lock, Lock), lock
        return lock
