"""What the tests of recoveries share: a diagnosis, a plan, a site with real doors, a picture of a folder."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path

from remediate.model.diagnosis import Diagnosis, Evidence
from remediate.model.plan import Plan, Step
from remediate.model.policy import OwnCommand, Policy
from remediate.model.subject import Subject
from remediate.ports import Absent, Answered, Clock, Finished, Processes, Unanswered, Web
from remediate.recovery.strategy import Site
from remediate.system.processes import SystemProcesses

NOW = 1_790_000_000.0


class StillClock:
    """Stands until it is moved."""

    def __init__(self, now: float = NOW) -> None:
        self.at = now

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


class RecordedProcesses:
    """The machine's own programs, and what was asked of them."""

    def __init__(self, inner: Processes | None = None) -> None:
        self.inner = inner or SystemProcesses()
        self.calls: list[tuple[tuple[str, ...], bool]] = []

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        timeout: float,
        reads: bool = False,
    ) -> Finished | Absent:
        self.calls.append((tuple(command), reads))
        return self.inner.run(command, folder=folder, environment=environment, timeout=timeout, reads=reads)

    def find(self, program: str) -> Path | None:
        return self.inner.find(program)


class RecordedWeb:
    """Another web, or none, and what was asked of it."""

    def __init__(self, inner: Web | None = None) -> None:
        self.inner = inner
        self.calls: list[tuple[str, str]] = []

    def request(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] = {},
        body: bytes = b"",
        timeout: float = 10.0,
    ) -> Answered | Unanswered:
        self.calls.append((method, address))
        if self.inner is None:
            return Unanswered(reason="there is no network in this test")
        return self.inner.request(method, address, headers=headers, body=body, timeout=timeout)


def diagnosis(
    rule: str = "made-up", cause: str = "cache", lines: Sequence[str] = (), recovery: str = "command"
) -> Diagnosis:
    evidence = tuple(
        Evidence(line=number, offset=0, text=text, role="decisive", rule=rule)
        for number, text in enumerate(lines, 1)
    )
    return Diagnosis(
        source="build.log",
        format="plain",
        cause=cause,
        type="infrastructure",
        severity="medium",
        confidence=0.99,
        transient=False,
        signature="s1",
        rule=rule,
        title="made up",
        evidence=evidence,
        step=None,
        recovery=recovery,
        hint=None,
    )


def plan(*groups: Sequence[Step], subject: Subject | None = None) -> Plan:
    return Plan(
        subject=subject or Subject(branch="main"),
        cause="cache",
        rule="made-up",
        signature="s1",
        confidence=0.99,
        tree="made-up",
        path=(),
        groups=tuple(tuple(group) for group in groups),
    )


def own(name: str) -> Step:
    return Step(strategy="command", arguments={"name": name})


def shell(run: str, verify: str = "true", undo: str = "", touches: Sequence[str] = ()) -> OwnCommand:
    return OwnCommand(
        run=("sh", "-c", run),
        verify=("sh", "-c", verify),
        undo=("sh", "-c", undo) if undo else (),
        touches=tuple(touches),
        timeout=20.0,
    )


def site(
    folder: Path,
    *,
    policy: Policy | None = None,
    seen: Diagnosis | None = None,
    subject: Subject | None = None,
    clock: Clock | None = None,
    processes: Processes | None = None,
    web: Web | None = None,
    environment: Mapping[str, str] | None = None,
) -> Site:
    """`folder` holds the workspace and the scratch beside it."""
    root = folder / "workspace"
    root.mkdir(parents=True, exist_ok=True)
    return Site(
        diagnosis=seen or diagnosis(),
        subject=subject or Subject(branch="main", command=("make", "test")),
        policy=policy or Policy(),
        root=root,
        scratch=folder / "scratch",
        environment=dict(os.environ) if environment is None else environment,
        clock=clock or StillClock(),
        processes=processes or SystemProcesses(),
        web=web or RecordedWeb(),
    )


def picture(folder: Path) -> dict[str, str]:
    """Every path below the folder with its kind, mode and content."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = os.lstat(path).st_mode
        content = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(mode) else ""
        if stat.S_ISLNK(mode):
            content = str(path.readlink())
        found[path.relative_to(folder).as_posix()] = f"{mode:o} {content}"
    return found
