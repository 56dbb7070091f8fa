"""A recovery that is killed at its n-th call to the system, and a second process that finds what it left.

Run as a program: prints one line of JSON for each kill. The calls are counted here, not in the product.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from recovery_made import own, picture, plan, shell, site

from remediate.model.outcome import Recovered, RolledBack
from remediate.model.policy import Policy
from remediate.recovery.engine import Engine
from remediate.system.orphans import end_orphans
from remediate.system.processes import SystemProcesses

COUNTED = (
    "write",
    "fsync",
    "replace",
    "rename",
    "unlink",
    "rmdir",
    "mkdir",
    "ftruncate",
    "chmod",
    "open",
    "close",
)
_FREE = 0
_NAMES = ("outside", "edit", "create", "last")


def scenario(folder: Path, *, failing: bool) -> Policy:
    """Four steps whose effects are counted in a log: outside the workspace, in a file, in a new folder."""
    log, flags = folder / "effects.log", folder / "flags"

    def step(name: str, run: str, check: str, touches: tuple[str, ...]) -> Any:
        return shell(
            run=f"echo {name} >> {log}; touch {flags}/{name}; {run}",
            verify=f"test -e {flags}/{name} && {check}",
            undo=f"test ! -e {flags}/{name} || {{ rm {flags}/{name}; echo undo-{name} >> {log}; }}",
            touches=touches,
        )

    return Policy(
        commands={
            "outside": step("outside", "true", "true", ()),
            "edit": step(
                "edit", "echo new > lock.txt; chmod 600 lock.txt", "grep -q new lock.txt", ("lock.txt",)
            ),
            "create": step("create", "mkdir -p a/b; echo x > a/b/c.txt", "test -e a/b/c.txt", ("a/b/c.txt",)),
            "last": step("last", "true", "false" if failing else "true", ()),
        }
    )


def lay(folder: Path) -> None:
    workspace = folder / "workspace"
    workspace.mkdir()
    (folder / "flags").mkdir()
    (workspace / "lock.txt").write_text("old\n" * 40)
    (workspace / "lock.txt").chmod(0o751)
    (workspace / "other.txt").write_text("untouched")


def carry(folder: Path, policy: Policy) -> object:
    steps = plan([own("outside")], [own("edit"), own("create")], [own("last")])
    return Engine(folder / "state", orphans=end_orphans).carry_out(steps, site(folder, policy=policy))


def finish(folder: Path, policy: Policy) -> object:
    return Engine(folder / "state", orphans=end_orphans).finish(site(folder, policy=policy))


class Killer:
    """Counts every call that changes what is on the disk or starts a program, and ends the process at one."""

    def __init__(self, at: int, *, torn: bool) -> None:
        self.at, self.torn, self.count = at, torn, 0
        self.writes: list[int] = []

    def watch(self) -> None:
        for name in COUNTED:
            setattr(os, name, self._watched(name, getattr(os, name)))
        run = SystemProcesses.run

        def watched(inner: SystemProcesses, *args: Any, **more: Any) -> Any:
            self._pass()
            ended = run(inner, *args, **more)
            self._pass()
            return ended

        SystemProcesses.run = watched  # type: ignore[method-assign]

    def _watched(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **more: Any) -> Any:
            self.count += 1
            if name == "write":
                self.writes.append(self.count)
            if self.count == self.at:
                if self.torn and name == "write":
                    call(args[0], bytes(args[1])[: max(1, len(args[1]) // 2)])
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **more)

        return watched

    def _pass(self) -> None:
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def in_child(task: Callable[[], object]) -> int:
    """The wait status of a process that does only this."""
    child = os.fork()
    if child == 0:
        code = 70
        try:
            task()
            code = _FREE
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1]


def one(at: int, *, failing: bool, torn: bool, second: int = 0) -> dict[str, Any]:
    """A recovery killed at one call, perhaps its finishing too, and what a last process makes of it."""
    folder = Path(tempfile.mkdtemp(prefix="killed-"))
    try:
        lay(folder)
        policy = scenario(folder, failing=failing)
        before = picture(folder / "workspace")

        def first() -> None:
            Killer(at, torn=torn).watch()
            carry(folder, policy)

        def between() -> None:
            Killer(second, torn=torn).watch()
            finish(folder, policy)

        status = in_child(first)
        if second:
            in_child(between)
        ended: list[object] = []
        reader, writer = os.pipe()

        def last() -> None:
            ended.extend(finish(folder, policy))  # type: ignore[arg-type]
            kinds = [type(each.outcome).__name__ for each in ended]  # type: ignore[attr-defined]
            os.write(writer, json.dumps(kinds).encode())

        status_last = in_child(last)
        os.close(writer)
        kinds = os.read(reader, 10_000).decode()
        os.close(reader)
        return {
            "at": at,
            "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
            "last": status_last,
            "outcomes": kinds,
            **judged(folder, before),
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def judged(folder: Path, before: dict[str, str]) -> dict[str, Any]:
    log = folder / "effects.log"
    effects = log.read_text().split() if log.exists() else []
    return {
        "untouched": picture(folder / "workspace") == before,
        "recovered": (folder / "workspace/lock.txt").read_text() == "new\n"
        and (folder / "workspace/a/b/c.txt").exists(),
        "flags": sorted(path.name for path in (folder / "flags").iterdir()),
        "twice": sorted(name for name in set(effects) if effects.count(name) > 1),
        "left": [path.name for path in (folder / "workspace").rglob(".remediate*")],
    }


def calls(*, failing: bool) -> tuple[int, list[int]]:
    """How many there are when nobody is killed, and which of them write."""
    folder = Path(tempfile.mkdtemp(prefix="killed-"))
    reader, writer = os.pipe()
    lay(folder)

    def count() -> None:
        killer = Killer(0, torn=False)
        write = os.write
        killer.watch()
        outcome = carry(folder, scenario(folder, failing=failing))
        assert isinstance(outcome, RolledBack if failing else Recovered), outcome
        write(writer, json.dumps([killer.count, killer.writes]).encode())

    in_child(count)
    os.close(writer)
    total, writes = json.loads(os.read(reader, 60_000))
    os.close(reader)
    shutil.rmtree(folder, ignore_errors=True)
    return total, writes


def main(failing: bool, torn: bool, second: int, start: int, stride: int) -> None:
    total, writes = calls(failing=failing)
    # A few more than were counted: two steps go side by side, so the order is not always the same.
    points = writes if torn else list(range(1, total + 4))
    for at in points[start::stride]:
        print(json.dumps(one(at, failing=failing, torn=torn, second=second)), flush=True)
    print(json.dumps({"total": total}))


if __name__ == "__main__":
    main(sys.argv[1] == "failing", sys.argv[2] == "torn", *map(int, sys.argv[3:6]))
