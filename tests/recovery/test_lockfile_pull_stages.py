"""The stages have a lockfile repaired: decided with the token, repaired without, published and proved."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec
import pytest
from box.git_host import GitHost
from lockfile_pull_made import TOKEN, World, served_host  # noqa: F401 - a fixture

from remediate.model.actions import CheckState, WorkflowRun
from remediate.model.stage import Recoveries
from remediate.stages import repairing
from remediate.stages.doors import Doors
from remediate.stages.heal import order_repairs, repaired_and_published
from remediate.stages.recover import publish, recover
from remediate.stages.verify import verify

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "machine"), str(TESTS / "recovery" / "lockfiles"), str(TESTS / "stages")]

from node_project import make_project, npmrc  # noqa: E402 - it stands in one of these
from npm_registry import NpmRegistry  # noqa: E402
from registry_cases import newer, seed  # noqa: E402
from staged import Repository, found  # noqa: E402
from tools import search_path  # noqa: E402


class Here(Repository):
    """A repository in memory whose branches are those of real git."""

    def __init__(self, folder: Path, world: World) -> None:
        super().__init__(folder)
        self.world = world
        self.github.branches = world.github.branches

    def doors(self, owner: str) -> Doors:
        environment = {**os.environ, "PATH": search_path(), "GITHUB_TOKEN": TOKEN}
        return msgspec.structs.replace(
            super().doors(owner), git=self.world.git, address=self.world.address, environment=environment
        )

    def orders(self) -> tuple[Recoveries, Doors]:
        agenda, doors = self.begins()
        return recover(found(agenda, "lockfile"), doors), doors

    def pull_turns(self, conclusion: str) -> None:
        (pull,) = self.github.pull_requests
        check = CheckState(name="build", status="completed", conclusion=conclusion, run=99)
        self.github.states[pull.head_commit or self.github.branches[pull.head]] = (check,)


@pytest.fixture
def here(tmp_path: Path, host: GitHost, npm_packages: NpmRegistry) -> Here:
    project = make_project(tmp_path / "npm", npm_packages, "npm", npmrc, "npm")
    seed(project)
    project.lock(alpha="1.0.0")
    world = World(tmp_path, host, project.workspace)
    world.push()
    newer(project)
    project.want(alpha="1.0.0", gamma="1.0.0")
    world.push()
    (tmp_path / "stages").mkdir()
    return Here(tmp_path / "stages", world)


def fails(here: Here) -> WorkflowRun:
    run = here.fails("lockfile", commit=here.github.branches["main"])
    before = CheckState(name="build", status="completed", conclusion="failure", run=run.id)
    here.github.states[run.commit] = (before,)
    return run


def test_from_the_failure_to_its_healing(here: Here) -> None:
    run = fails(here)
    recoveries, doors = here.orders()
    verify(repaired_and_published(recoveries, doors, here.folder / "repairs"), doors)
    assert here.standing(run) == "pending", here.case(run)
    (pull,) = here.github.pull_requests
    assert here.world.changed(pull.head) == {"package-lock.json": "100644"}
    here.pull_turns("success")
    here.clock.advance(1000)
    assert [one.verdict for one in here.heals("lockfile").verdicts] == ["healed"]
    assert here.standing(run) == "healed"


def test_red_again_is_taken_back(here: Here) -> None:
    run = fails(here)
    recoveries, doors = here.orders()
    verify(repaired_and_published(recoveries, doors, here.folder / "repairs"), doors)
    here.pull_turns("failure")
    here.clock.advance(1000)
    assert [one.verdict for one in here.heals("lockfile").verdicts] == ["rolled-back"]
    assert here.standing(run) == "escalated"
    assert [pull.state for pull in here.github.pull_requests] == ["closed"]
    assert list(here.github.branches) == ["main"]


def test_a_repair_that_was_never_made_is_told(here: Here) -> None:
    run = fails(here)
    recoveries, doors = here.orders()
    folder = here.folder / "repairs"
    assert order_repairs(recoveries, doors, folder) == 1
    publish(recoveries, doors, folder)
    assert here.standing(run) == "escalated"
    assert "nothing repaired it: the step without a token ended" in here.case(run).reason
    assert here.github.pull_requests == []


def test_people_hear_why_the_process_without_a_token_failed(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repairing, "_CHILD", "raise SystemExit('no room is left')")
    run = fails(here)
    recoveries, doors = here.orders()
    repaired_and_published(recoveries, doors, here.folder / "repairs")
    assert here.standing(run) == "escalated"
    assert "no room is left" in here.case(run).reason
