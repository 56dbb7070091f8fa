"""A repository served by real git, whose lockfile is out of date, and all three acts of its repair."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

TESTS = Path(__file__).resolve().parents[1]
for _place in (TESTS / "machine", TESTS / "recovery" / "lockfiles"):
    if str(_place) not in sys.path:
        sys.path.insert(0, str(_place))

from box.git_host import GitHost, Turned, Visitor  # noqa: E402 - it stands above
from box.git_run import git  # noqa: E402
from remote_made import FakeGitHub, Kept, hub, place_of, plan_of  # noqa: E402
from tools import search_path  # noqa: E402

from remediate.model.case import Case, Deed  # noqa: E402
from remediate.model.diagnosis import Diagnosis, Evidence  # noqa: E402
from remediate.model.outcome import StepResult  # noqa: E402
from remediate.model.plan import Step  # noqa: E402
from remediate.model.policy import Policy  # noqa: E402
from remediate.recovery.remote_strategy import Place  # noqa: E402
from remediate.recovery.repair_order import Repair, read_repair, write_document  # noqa: E402
from remediate.recovery.strategies.lockfile_pull import LockfilePull  # noqa: E402
from remediate.stages.repairing import Wanted, prepare, run_repairs  # noqa: E402
from remediate.system.git import SystemGit, with_credentials  # noqa: E402

TOKEN = "ghs_" + "Qw3rTyUiOp" * 4
REPOSITORY = "octo/shop"


class Branches(MutableMapping[str, str]):
    """The branches of a bare repository."""

    def __init__(self, bare: Path) -> None:
        self._bare = bare

    def __getitem__(self, branch: str) -> str:
        found = git(self._bare, "rev-parse", "--verify", "-q", f"refs/heads/{branch}", check=False)
        if not found:
            raise KeyError(branch)
        return found

    def __setitem__(self, branch: str, commit: str) -> None:
        git(self._bare, "update-ref", f"refs/heads/{branch}", commit)

    def __delitem__(self, branch: str) -> None:
        git(self._bare, "update-ref", "-d", f"refs/heads/{branch}")

    def __iter__(self) -> Iterator[str]:
        return iter(git(self._bare, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").split())

    def __len__(self) -> int:
        return len(list(iter(self)))


class World:
    """`workspace` is what a person pushes from; `github` is the platform, its branches those of real git."""

    def __init__(self, folder: Path, host: GitHost, workspace: Path) -> None:
        self.folder, self.host, self.workspace = folder, host, workspace
        self.github: FakeGitHub = hub()
        self.bare = host.path(REPOSITORY) if host.path(REPOSITORY).exists() else host.create(REPOSITORY)
        self.github.branches = Branches(self.bare)  # type: ignore[assignment]
        self.address, credentials = with_credentials(host.url(REPOSITORY), TOKEN)
        assert credentials is not None
        self.git = SystemGit(os.environ, credentials)
        self.repairs = folder / "repairs"
        self.kept: dict[str, str] = {}

    def push(self, branch: str = "main") -> str:
        """Everything that stands in the workspace, as a commit on this branch."""
        who = ("-c", "user.name=ada", "-c", "user.email=ada@registry.example", "-c", "core.hooksPath=/dev/null")
        if not (self.workspace / ".git").exists():
            git(self.workspace, "init", "-q", "-b", "main")
        git(self.workspace, *who, "add", "-A", "-f")
        git(self.workspace, *who, "commit", "-q", "--allow-empty", "-m", "work")
        git(self.workspace, "push", "-q", str(self.bare), f"HEAD:refs/heads/{branch}")
        return git(self.workspace, "rev-parse", "HEAD")

    def failed(self, tool: str = "npm", branch: str = "main", **run: Any) -> Case:
        """A run that failed on the branch's commit, diagnosed and planned."""
        known = {"branch": branch, "commit": self.github.branches.get(branch, "0" * 40), **run}
        made = self.github.add_run(**known)
        step = Step(strategy="lockfile-repair", arguments={"tool": tool})
        return Case(
            run=made,
            trusted=True,
            found=made.updated,
            phase="acting",
            diagnosis=diagnosis(),
            plan=plan_of(step, run=made, cause="lockfile"),
        )

    def place(self, case: Case, policy: Policy | None = None) -> Place:
        """An empty folder of this step alone, as the engine gives."""
        folder = self.folder / f"step{len(list(self.folder.glob('step*')))}"
        folder.mkdir()
        place = place_of(self.github, case, folder, policy)
        return msgspec.structs.replace(place, repaired=self.repairs, git=self.git, address=self.address)

    def prepare(self, case: Case, agreed: str = "") -> dict[str, str]:
        wanted = [Wanted(case=case, agreed=agreed)]
        return prepare(wanted, git=self.git, address=self.address, policy=Policy(), folder=self.repairs)

    def repair(self, case: Case, agreed: str = "", **environment: str) -> Repair:
        """Acts one and two, the second in a process of its own."""
        assert self.prepare(case, agreed) == {}
        said = run_repairs(self.repairs, {**os.environ, "PATH": search_path(), "GITHUB_TOKEN": TOKEN, **environment})
        assert said == ""
        repair = read_repair(self.repairs, case.key)
        assert isinstance(repair, Repair), repair
        return repair

    def forge(self, repair: Repair, **changes: Any) -> None:
        """What package managers, had they been taken over, could have written."""
        write_document(self.repairs, msgspec.structs.replace(repair, **changes))

    def publish(self, case: Case, deed: Deed | None = None) -> StepResult:
        """Act three; what it notes is in `kept`."""
        deed = deed or Deed(step=0, strategy="lockfile-repair", begun=0.0)
        return LockfilePull().apply(case.plan.steps[0], self.place(case), deed, self.kept.update)  # type: ignore[union-attr]

    def deed(self) -> Deed:
        """The deed as it was noted."""
        return Deed(step=0, strategy="lockfile-repair", begun=0.0, trace=dict(self.kept))

    def changed(self, branch: str, base: str = "main") -> dict[str, str]:
        """What the branch's commit changes, with the mode of each file."""
        told = git(self.bare, "diff-tree", "-r", "--no-renames", f"refs/heads/{base}", f"refs/heads/{branch}")
        return {line.split("\t")[1]: line.split()[1] for line in told.splitlines()}

    def text(self, branch: str, path: str) -> str:
        return git(self.bare, "cat-file", "blob", f"refs/heads/{branch}:{path}")


def diagnosis(**more: Any) -> Diagnosis:
    """Of a lockfile that is out of step."""
    line = Evidence(line=7, offset=0, text="npm ERR! Missing: gamma@1.0.0 from lock file", role="decisive")
    known: dict[str, Any] = {
        "source": "build.log",
        "format": "github",
        "cause": "lockfile",
        "type": "dependency",
        "severity": "medium",
        "confidence": 0.97,
        "transient": False,
        "signature": "5167",
        "rule": "made-up",
        "title": "The lockfile does not fit the manifest",
        "evidence": (line,),
        "step": None,
        "recovery": "lockfile-repair",
        "hint": None,
    }
    return Diagnosis(**{**known, **more})


def guard(repo: str, authorization: str | None, writes: bool) -> Visitor | Turned:
    """A private repository."""
    return Visitor(name="github-actions[bot]") if authorization else Turned(status=401, words="who are you?")


@pytest.fixture
def host(tmp_path: Path) -> Iterator[GitHost]:
    with GitHost(tmp_path / "host", guard=guard) as served:
        yield served


def canaries(folder: Path) -> Mapping[str, str]:
    """Every file below that a program of the repository would have written."""
    return {str(path): path.read_text() for path in folder.rglob("canary*") if path.is_file()}


__all__ = ["Kept", "World", "canaries", "diagnosis", "guard", "host"]
