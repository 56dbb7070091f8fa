"""A repository served by real git, whose lockfile is out of date, and all three acts of its repair."""

from __future__ import annotations

import base64
import hashlib
import json
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
from remediate.recovery.repair_order import Mended, Repair, read_repair, write_document  # noqa: E402
from remediate.recovery.repair_site import digest_of  # noqa: E402
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
        who = (
            "-c",
            "user.name=ada",
            "-c",
            "user.email=ada@registry.example",
            "-c",
            "core.hooksPath=/dev/null",
        )
        if not (self.workspace / ".git").exists():
            git(self.workspace, "init", "-q", "-b", "main")
            # What is committed are the bytes that stand there, whatever the repository's attributes ask for.
            (self.workspace / ".git" / "info").mkdir(exist_ok=True)
            (self.workspace / ".git" / "info" / "attributes").write_text(
                "* -text !eol -ident -filter !working-tree-encoding\n"
            )
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
        said = run_repairs(
            self.repairs, {**os.environ, "PATH": search_path(), "GITHUB_TOKEN": TOKEN, **environment}
        )
        assert said == ""
        repair = read_repair(self.repairs, case.key)
        assert isinstance(repair, Repair), repair
        return repair

    def write(self, case: Case, **changes: Any) -> None:
        """What act two, or package managers that had taken it over, left."""
        write_document(self.repairs, repaired(case, **changes))

    def untouched(self) -> bool:
        """Whether nothing was pushed and nothing proposed."""
        return not self.github.pull_requests and not [
            b for b in self.github.branches if b.startswith("remed")
        ]

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


def npm_lock(**versions: str) -> str:
    """A lockfile as npm writes it, for packages that no registry has."""
    packages: dict[str, Any] = {"": {"name": "app", "dependencies": dict.fromkeys(versions, "^1.0.0")}}
    for name, version in versions.items():
        digest = base64.b64encode(hashlib.sha512(f"{name}{version}".encode()).digest()).decode()
        packages[f"node_modules/{name}"] = {
            "version": version,
            "resolved": f"https://registry.example/{name}/-/{name}-{version}.tgz",
            "integrity": f"sha512-{digest}",
        }
    return json.dumps({"name": "app", "lockfileVersion": 3, "packages": packages}, indent=2) + "\n"


def npm_manifest(*names: str) -> str:
    return json.dumps({"name": "app", "dependencies": dict.fromkeys(names, "^1.0.0")}, indent=2) + "\n"


def out_of_step(folder: Path, host: GitHost, branch: str = "main", **files: str) -> World:
    """`gamma` is wanted and not locked; no program is needed to say what a repair would be."""
    workspace = folder / "workspace"
    workspace.mkdir()
    (workspace / "package.json").write_text(npm_manifest("alpha", "gamma"))
    (workspace / "package-lock.json").write_text(npm_lock(alpha="1.0.0"))
    for path, text in files.items():
        (workspace / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace / path).write_text(text)
    world = World(folder, host, workspace)
    world.push(branch)
    return world


def repaired(case: Case, **changes: Any) -> Repair:
    """What act two would have written, or something else."""
    before, after = npm_lock(alpha="1.0.0").encode(), npm_lock(alpha="1.0.0", gamma="1.0.0").encode()
    after = changes.pop("content", after)
    mended = Mended(
        path=changes.pop("path", "package-lock.json"),
        mode=changes.pop("mode", "100644"),
        before=changes.pop("before", digest_of(before)),
        after=digest_of(after),
        content=after,
    )
    assert case.plan
    known: dict[str, Any] = {"case": case.key, "plan": case.plan.hash, "commit": case.run.commit}
    return Repair(**{**known, "ended": "mended", "files": (mended,), **changes})


def guard(repo: str, authorization: str | None, writes: bool) -> Visitor | Turned:
    """A private repository."""
    return Visitor(name="github-actions[bot]") if authorization else Turned(status=401, words="who are you?")


@pytest.fixture(name="host")
def served_host(tmp_path: Path) -> Iterator[GitHost]:
    with GitHost(tmp_path / "host", guard=guard) as served:
        yield served


def canaries(folder: Path) -> Mapping[str, str]:
    """Every file below that a program of the repository would have written."""
    return {str(path): path.read_text() for path in folder.rglob("canary*") if path.is_file()}


__all__ = [
    "Kept",
    "World",
    "canaries",
    "diagnosis",
    "guard",
    "npm_lock",
    "npm_manifest",
    "out_of_step",
    "repaired",
    "served_host",
]
