"""A copy of the project's inputs in a scratch folder: the only place where a tool is run."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from remediate.ports import Absent, Clock, Processes
from remediate.recovery.lockfiles.environment import reduced
from remediate.recovery.lockfiles.tool import Command
from remediate.recovery.strategy import Site

_LARGEST = 64 * 1024 * 1024


class Stuck(msgspec.Struct, frozen=True, kw_only=True):
    """A command that did not end well, with all that it printed."""

    command: Command
    output: str
    reason: str


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """`folder` is the copied project; its parent is the tool's own too, as for a cache."""

    folder: Path
    environment: Mapping[str, str]
    processes: Processes
    clock: Clock
    until: float

    def run(self, commands: tuple[Command, ...], *, reads: bool = False) -> Stuck | str:
        """Runs them in their order, to the first that fails; what they printed."""
        printed = ""
        for command in commands:
            left = self.until - self.clock.now()
            if left <= 0:
                return Stuck(command=command, output=printed, reason="there was no time left")
            ended = self.processes.run(
                command.arguments,
                folder=self.folder,
                environment={**self.environment, **command.environment},
                timeout=left,
                reads=reads,
            )
            if isinstance(ended, Absent):
                return Stuck(command=command, output="", reason=f"{ended.program}: {ended.reason}")
            printed = ended.output.decode("utf-8", "replace")
            if ended.code != 0:
                how = "took too long" if ended.code is None else f"ended with {ended.code}"
                return Stuck(command=command, output=printed, reason=f"{command.arguments[0]} {how}")
        return printed


def copy_inputs(source: Path, scratch: Path, inputs: tuple[str, ...]) -> Path:
    """Copies what is there of the inputs to a new folder; raises ValueError for a path that leads outside."""
    target = Path(tempfile.mkdtemp(dir=scratch)) / "project"
    target.mkdir()
    top = source.resolve()
    for name in inputs:
        whence = source / name
        if not whence.exists():
            continue
        if not whence.resolve().is_relative_to(top) or ".." in Path(name).parts:
            raise ValueError(f"{name} leads outside the project")
        _copy(whence, target / name)
    return target


def _copy(whence: Path, where: Path) -> None:
    where.parent.mkdir(parents=True, exist_ok=True)
    if whence.is_dir():
        shutil.copytree(whence, where, symlinks=True, dirs_exist_ok=True)
    elif whence.stat().st_size > _LARGEST:
        raise ValueError(f"{whence.name} is larger than 64 MiB")
    else:
        shutil.copyfile(whence, where)


def settings_of(folder: Path, inputs: tuple[str, ...]) -> list[bytes]:
    """The inputs' texts: they may name variables that hold credentials."""
    return [path.read_bytes() for name in inputs if (path := folder / name).is_file()]


def make_bench(source: Path, inputs: tuple[str, ...], site: Site) -> Bench:
    """A fresh copy to work in, for as long as a recovery may take."""
    site.scratch.mkdir(parents=True, exist_ok=True)
    return Bench(
        folder=copy_inputs(source, site.scratch, inputs),
        environment=reduced(site.environment, settings_of(source, inputs)),
        processes=site.processes,
        clock=site.clock,
        until=site.clock.now() + site.policy.recovery_timeout,
    )
