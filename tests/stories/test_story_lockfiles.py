"""Lockfiles that do not fit: found by the real tool, repaired by a pull request whose run is green."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from box import Run
from box.talk import Issue
from played import RIGHTS, Story, ci

TESTS = Path(__file__).resolve().parents[1]
for _place in (TESTS / "machine", TESTS / "recovery", TESTS / "recovery" / "lockfiles"):
    if str(_place) not in sys.path:
        sys.path.append(str(_place))

from cargo_registry import CargoRegistry  # noqa: E402 - it stands in one of these
from node_project import make_project, npmrc  # noqa: E402
from npm_registry import NpmRegistry  # noqa: E402
from python_index import Index  # noqa: E402
from python_project import NAMES_ITS_INDEX  # noqa: E402
from python_project import Project as PythonProject  # noqa: E402
from registry_cases import newer, seed  # noqa: E402
from registry_project import Project  # noqa: E402
from test_cargo import CARGO, toolchain  # noqa: E402
from tools import search_path, want  # noqa: E402

Begin = Callable[..., Story]
ON = "{push: {branches: [main]}, pull_request: {}}"
NPM = "npm ci --ignore-scripts --no-audit --no-fund"
CARGO_CHECKS = "cargo metadata --locked --format-version 1 > /dev/null"
PIP = "pip install --disable-pip-version-check --require-hashes --target installed -r requirements.txt"


class Mended(Story):
    """A project whose lockfile is broken by a push of ada's; nothing of ours runs but when it is called."""

    kind = "app"

    def npm_breaks(self, registry: NpmRegistry, more: str = "", kind: str = "app") -> Run:
        """A package is wanted that is not locked."""
        self.kind = kind
        project = npm_out_of_step(self.folder / "npm", registry)
        self.canary = project.canary
        return self.breaks(project.workspace, f"{NPM}\n{more}")

    def breaks(self, workspace: Path, command: str, **files: str | None) -> Run:
        """The whole workspace is pushed, and its run is red."""
        actor = "healer[bot]" if self.kind == "app" else "github-actions[bot]"
        self.token = self.box.token(self.repo, actor, dict.fromkeys(RIGHTS, "write"), self.kind)
        self.box.life.environment.update(toolchain())
        self.push({".github/workflows/remediate.yml": None, **files_of(workspace), **files})
        self.push({".github/workflows/ci.yml": ci(command, on=ON)})
        self.goes_on()
        (run,) = self.runs()
        assert run.conclusion == "failure", self.log(run)
        return run

    def heals(self) -> None:
        self.heal(PATH=search_path(), **toolchain())
        self.goes_on()

    def pull(self) -> Issue:
        """The one pull request."""
        (pull,) = [one for one in self.repo.issues.values() if one.pull]
        return pull

    def changed(self, pull: Issue) -> list[str]:
        """The files that its head changes."""
        assert pull.pull
        head = self.repo.git.head(pull.pull.head)
        assert head
        assert self.repo.git.run("rev-parse", f"{head}^").decode().strip() == self.repo.git.head("main")
        return self.repo.git.run("diff", "--name-only", "main", head).decode().split()


@pytest.fixture
def broken(box: Any, tmp_path: Path) -> Mended:
    return Mended(box, tmp_path)


def npm_out_of_step(folder: Path, registry: NpmRegistry) -> Project:
    """A project that wants a package which its lockfile does not hold."""
    project = make_project(folder, registry, "npm", npmrc, "npm")
    seed(project)
    project.lock(alpha="1.0.0")
    newer(project)
    project.want(alpha="1.0.0", gamma="1.0.0")
    return project


def files_of(workspace: Path) -> dict[str, str]:
    """What ada would commit; the names begin where the project does."""
    found = (path for path in sorted(workspace.rglob("*")) if path.is_file())
    kept = (path for path in found if "node_modules" not in path.parts and ".git" not in path.parts)
    return {str(path.relative_to(workspace)): path.read_text() for path in kept}


def _healed(shop: Mended, run: Run, lockfile: str, *said: str) -> None:
    """From the red run on: one pull request, one file, a green run, a case that ends healed."""
    shop.heals()
    pull = shop.pull()
    assert shop.changed(pull) == [lockfile]
    assert shop.standing(run) == "pending"
    for told in ("### What was wrong", "### What changed", "### Why it is safe", lockfile, *said):
        assert told in (pull.body or ""), pull.body
    (proof,) = [one for one in shop.runs() if one.event == "pull_request"]
    assert proof.conclusion == "success", shop.log(proof)
    shop.box.clock.advance(1000)
    shop.heals()
    assert shop.standing(run) == "healed", shop.case(run)
    assert run.attempt.number == 1
    assert not [one for one in shop.repo.issues.values() if not one.pull]
    shop.box.clock.advance(1000)
    shop.heals()
    assert shop.pull() is pull
    assert pull.state == "open"


def test_a_broken_npm_lockfile(broken: Mended, npm_packages: NpmRegistry) -> None:
    run = broken.npm_breaks(npm_packages)
    _healed(broken, run, "package-lock.json", "gamma")
    assert not broken.canary.exists()


def test_a_broken_lockfile_of_cargo(broken: Mended, tmp_path: Path, crates: CargoRegistry) -> None:
    want("cargo", "git")
    project = Project(tmp_path / "cargo", CARGO, crates)
    seed(project)
    project.lock(alpha="1.0.0")
    newer(project)
    project.want(alpha="1.0.0", gamma="1.0.0")
    run = broken.breaks(project.workspace, CARGO_CHECKS)
    _healed(broken, run, "Cargo.lock", "gamma")
    assert not project.canary.exists()


def test_a_broken_lockfile_of_pip_tools(broken: Mended, tmp_path: Path, index: Index) -> None:
    """Somebody has written the pin of a new package by hand, without its hash."""
    want("pip-compile", "pip")
    for name in ("alpha", "gamma"):
        index.add(name, "1.0.0")
    project = PythonProject(tmp_path / "python", NAMES_ITS_INDEX, index)
    locked = project.lock("alpha").decode()
    index.add("alpha", "1.1.0")
    project.want("alpha", "gamma")
    project.lockfile.write_text(locked + "gamma==1.0.0\n    # via -r requirements.in\n")
    run = broken.breaks(project.workspace, PIP)
    _healed(broken, run, "requirements.txt", "gamma")


def test_with_the_workflows_own_token_the_repair_waits_for_a_person(
    broken: Mended, npm_packages: NpmRegistry
) -> None:
    run = broken.npm_breaks(npm_packages, kind="installation")
    broken.heals()
    pull = broken.pull()
    (proof,) = [one for one in broken.runs() if one.event == "pull_request"]
    assert proof.conclusion == "action_required"
    broken.box.clock.advance(1000)
    broken.heals()
    assert broken.standing(run) == "pending"
    assert "approve" in broken.told
    assert broken.case(run).reason == (
        "the run of its pull request waits for someone with write access to approve it"
    )
    broken.box.life.approve(proof)
    broken.goes_on()
    assert proof.conclusion == "success", broken.log(proof)
    broken.box.clock.advance(1000)
    broken.heals()
    assert (broken.standing(run), pull.state) == ("healed", "open")


def test_a_repair_that_does_not_help_is_taken_back(broken: Mended, npm_packages: NpmRegistry) -> None:
    red = 'if grep -q gamma package-lock.json; then echo "AssertionError: gamma is not welcome"; exit 1; fi'
    run = broken.npm_breaks(npm_packages, more=red)
    broken.heals()
    pull = broken.pull()
    assert pull.pull
    (proof,) = [one for one in broken.runs() if one.event == "pull_request"]
    assert proof.conclusion == "failure"
    broken.box.clock.advance(1000)
    broken.heals()
    assert (pull.state, pull.pull.merged_at) == ("closed", None)
    assert broken.repo.git.head(pull.pull.head) is None
    assert broken.standing(run) == "escalated"
    (issue,) = [one for one in broken.repo.issues.values() if not one.pull]
    assert issue.state == "open"
    for told in ("gamma", "build is red on pull request"):
        assert told in (issue.body or "")
    kept = len(broken.repo.issues)
    for _ in range(2):
        broken.box.clock.advance(1000)
        broken.heals()
    assert len(broken.repo.issues) == kept
    assert pull.state == "closed"
