"""Real lockfiles of npm, pip-tools and Cargo, repaired where no token is and proposed as a pull request."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from box.git_host import GitHost
from lockfile_pull_made import TOKEN, World, served_host  # noqa: F401 - a fixture

from remediate.model.outcome import Done, Failed
from remediate.model.preview import Preview
from remediate.recovery.strategies.lockfile_pull import LockfilePull

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "machine"), str(TESTS / "recovery" / "lockfiles")]

from cargo_registry import CargoRegistry  # noqa: E402 - it stands in one of these
from node_project import make_project, npmrc  # noqa: E402
from npm_registry import NpmRegistry  # noqa: E402
from python_index import Index  # noqa: E402
from python_project import NAMES_ITS_INDEX  # noqa: E402
from python_project import Project as PythonProject  # noqa: E402
from registry_cases import newer, seed  # noqa: E402
from registry_project import Project  # noqa: E402
from test_cargo import CARGO  # noqa: E402
from tools import want  # noqa: E402


def test_npm(tmp_path: Path, host: GitHost, npm_packages: NpmRegistry) -> None:
    project = make_project(tmp_path / "npm", npm_packages, "npm", npmrc, "npm")
    seed(project)
    project.lock(alpha="1.0.0")
    world = World(tmp_path, host, project.workspace)
    world.push()
    newer(project)
    project.want(alpha="1.0.0", gamma="1.0.0")
    _proposed(world, "npm", "package-lock.json", world.push)
    assert f'"{project.dialect.name("gamma")}"' in world.text(_branch(world), "package-lock.json")
    assert not project.canary.exists()


def test_cargo(tmp_path: Path, host: GitHost, crates: CargoRegistry) -> None:
    want("cargo", "git")
    crates.clear()
    project = Project(tmp_path / "cargo", CARGO, crates)
    seed(project)
    project.lock(alpha="1.0.0")
    world = World(tmp_path, host, project.workspace)
    world.push()
    newer(project)
    project.want(alpha="1.0.0", gamma="1.0.0")
    _proposed(world, "cargo", "Cargo.lock", world.push)
    assert 'name = "gamma"' in world.text(_branch(world), "Cargo.lock")
    assert not project.canary.exists()


def test_pip_tools(tmp_path: Path, host: GitHost, index: Index) -> None:
    want("pip-compile", "pip")
    for name in ("alpha", "gamma"):
        index.add(name, "1.0.0")
    project = PythonProject(tmp_path / "python", NAMES_ITS_INDEX, index)
    project.lock("alpha")
    world = World(tmp_path, host, project.workspace)
    world.push()
    index.add("alpha", "1.1.0")
    project.want("alpha", "gamma")
    _proposed(world, "pip-tools", "requirements.txt", world.push)
    text = world.text(_branch(world), "requirements.txt")
    assert "alpha==1.0.0" in text
    assert "gamma==1.0.0" in text


def test_code_of_the_project_runs_only_where_a_person_agreed(
    tmp_path: Path, host: GitHost, crates: CargoRegistry
) -> None:
    want("cargo", "git")
    crates.clear()
    project = Project(tmp_path / "cargo", CARGO, crates)
    seed(project)
    project.lock(alpha="1.0.0")
    project.want(alpha="1.0.0", gamma="1.0.0")
    settings = project.workspace / ".cargo" / "config.toml"
    settings.write_text(settings.read_text() + '[credential-alias]\nmine = ["./mine"]\n')
    world = World(tmp_path, host, project.workspace)
    world.push()
    case = world.failed("cargo")
    offer = LockfilePull().preview(case.plan.steps[0], world.place(case))  # type: ignore[union-attr]
    assert isinstance(offer, Preview)
    assert "credential-alias.mine" in offer.asks
    for agreed in ("", "something else"):
        repair = world.repair(case, agreed)
        assert repair.ended == "failed"
        assert repair.reason.startswith("a person has to agree first: ")
    assert world.repair(case, offer.asks).ended == "mended"
    assert isinstance(world.publish(case), Done)


def test_nothing_to_repair(tmp_path: Path, host: GitHost, npm_packages: NpmRegistry) -> None:
    project = make_project(tmp_path / "npm", npm_packages, "npm", npmrc, "npm")
    seed(project)
    project.lock(alpha="1.0.0")
    world = World(tmp_path, host, project.workspace)
    world.push()
    case = world.failed()
    assert world.repair(case).ended == "unchanged"
    result = world.publish(case)
    assert isinstance(result, Failed)
    assert "agrees with its manifest" in result.reason
    assert world.untouched()


def test_a_lockfile_that_breaks_off_goes_back_to_that_of_an_earlier_commit(
    tmp_path: Path, host: GitHost, npm_packages: NpmRegistry
) -> None:
    """Which the history that was fetched tells, where the token is and where it is not."""
    project = make_project(tmp_path / "npm", npm_packages, "npm", npmrc, "npm")
    seed(project)
    right = project.lock(alpha="1.0.0", gamma="1.0.0")
    world = World(tmp_path, host, project.workspace)
    world.push()
    project.lockfile.write_bytes(right[: len(right) * 2 // 3])
    world.push()
    case = world.failed()
    assert world.repair(case).ended == "mended"
    assert isinstance(world.publish(case), Done)
    assert world.text(_branch(world), "package-lock.json") == right.decode().strip()


def _proposed(world: World, tool: str, path: str, push: Callable[[], str]) -> None:
    push()
    case = world.failed(tool)
    offer = LockfilePull().preview(case.plan.steps[0], world.place(case))  # type: ignore[union-attr]
    assert isinstance(offer, Preview), offer
    assert (offer.target, offer.touches, offer.asks) == (path, (path,), "")
    repair = world.repair(case)
    assert repair.ended == "mended", repair
    result = world.publish(case)
    assert isinstance(result, Done), result
    branch = _branch(world)
    assert world.changed(branch) == {path: "100644"}
    (pull,) = world.github.pull_requests
    assert (pull.head, pull.base) == (branch, "main")
    assert "gamma" in pull.body
    assert TOKEN not in pull.body


def _branch(world: World) -> str:
    (branch,) = (name for name in world.github.branches if name != "main")
    assert branch.startswith("remediate/lockfile-")
    return branch
