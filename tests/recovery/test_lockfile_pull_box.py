"""A repair against the GitHub of the box: its REST, its git, its rules, as GitHub publishes them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from box import Box, Job, description
from lockfile_pull_made import diagnosis, npm_lock, npm_manifest, repaired
from remote_made import plan_of

from remediate.errors import Unreachable
from remediate.model.case import Case, Deed
from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.policy import Policy
from remediate.model.preview import Preview
from remediate.platforms.github import Bounds, GitHub, github_platform
from remediate.ports import Unanswered
from remediate.recovery.remote_strategy import Place, Waiting
from remediate.recovery.repair_order import write_document
from remediate.recovery.strategies.lockfile_pull import LockfilePull
from remediate.stages.repairing import Wanted, prepare
from remediate.system.git import SystemGit, with_credentials

RIGHTS = {"actions": "write", "checks": "read", "contents": "write", "pull_requests": "write"}
STEP = Step(strategy="lockfile-repair", arguments={"tool": "npm"})


class NoWeb:
    def request(self, method: str, address: str, **_more: Any) -> Unanswered:
        return Unanswered(reason="nothing is out there")


class Here:
    """A private repository of the box whose lockfile is out of step, and a token for it."""

    def __init__(self, box: Box, folder: Path, rights: dict[str, str]) -> None:
        self.box, self.folder = box, folder
        self.repo = box.repository("octo/shop", private=True)
        files = {
            "package.json": npm_manifest("alpha", "gamma"),
            "package-lock.json": npm_lock(alpha="1.0.0"),
        }
        self.commit = self.repo.commit(files, branch="main")
        self.token = box.token(self.repo, permissions=rights)
        self.github: GitHub = github_platform(
            box.api, "octo/shop", self.token, clock=box.clock, random=lambda: 0.5, bounds=Bounds()
        )
        self.address, credentials = with_credentials(f"{box.address}/octo/shop.git", self.token)
        self.git = SystemGit(os.environ, credentials)
        self.trace: dict[str, str] = {}

    def failed(self) -> Case:
        """The run, as the adapter tells of it."""
        run = self.repo.add_run(sha=self.commit, jobs=[Job(name="build", conclusion="failure")])
        told = self.github.run(run.id)
        assert told is not None
        plan = plan_of(STEP, run=told, cause="lockfile")
        return Case(run=told, trusted=True, diagnosis=diagnosis(), plan=plan)

    def place(self, case: Case) -> Place:
        folder = self.folder / f"step{len(list(self.folder.glob('step*')))}"
        folder.mkdir()
        return Place(
            case=case,
            policy=Policy(),
            platform=self.github,
            forge=self.github,
            web=NoWeb(),
            clock=self.box.clock,
            folder=folder,
            default_branch="main",
            repaired=self.folder / "repairs",
            git=self.git,
            address=self.address,
        )

    @property
    def deed(self) -> Deed:
        return Deed(step=0, strategy="lockfile-repair", begun=0.0, trace=dict(self.trace))

    def publish(self, case: Case) -> StepResult:
        write_document(self.folder / "repairs", repaired(case))
        return LockfilePull().apply(STEP, self.place(case), self.deed, self.trace.update)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    if description.place() is None:
        pytest.skip("GitHub's OpenAPI description is not installed")
    with Box(tmp_path / "box") as made:
        yield made


def test_proposed_proved_and_merged(box: Box, tmp_path: Path) -> None:
    here = Here(box, tmp_path, RIGHTS)
    case = here.failed()
    assert isinstance(LockfilePull().preview(STEP, here.place(case)), Preview)
    wanted = [Wanted(case=case)]
    folder = tmp_path / "repairs"
    assert prepare(wanted, git=here.git, address=here.address, policy=Policy(), folder=folder) == {}
    assert isinstance(here.publish(case), Done)
    (pull,) = here.github.pulls_of(f"remediate/lockfile-{case.run.commit[:12]}")
    assert (pull.base, pull.head_commit, pull.author) == ("main", here.trace["commit"], "github-actions[bot]")
    assert (
        here.repo.git.read(pull.head_commit, "package-lock.json")
        == npm_lock(alpha="1.0.0", gamma="1.0.0").encode()
    )
    changed = here.repo.git.run("diff", "--name-only", here.commit, pull.head_commit).decode().split()
    assert changed == ["package-lock.json"]
    assert isinstance(LockfilePull().look(STEP, here.place(case), here.deed), Waiting)
    jobs = [Job(name="build", conclusion="success")]
    here.repo.add_run(branch=pull.head, sha=pull.head_commit, event="pull_request", jobs=jobs)
    seen = LockfilePull().look(STEP, here.place(case), here.deed)
    assert isinstance(seen, Done), seen
    assert isinstance(here.publish(case), Done)
    assert len(here.github.pulls_of(pull.head)) == 1


def test_red_again_is_taken_back(box: Box, tmp_path: Path) -> None:
    here = Here(box, tmp_path, RIGHTS)
    case = here.failed()
    assert isinstance(here.publish(case), Done)
    branch, commit = here.trace["branch"], here.trace["commit"]
    here.repo.add_run(branch=branch, sha=commit, jobs=[Job(name="build", conclusion="failure")])
    seen = LockfilePull().look(STEP, here.place(case), here.deed)
    assert isinstance(seen, Failed)
    assert isinstance(LockfilePull().undo(STEP, here.place(case), here.deed), Done)
    assert here.repo.git.head(branch) is None
    assert [pull.state for pull in here.github.pulls_of(branch)] == ["closed"]


def test_a_token_that_may_only_read(box: Box, tmp_path: Path) -> None:
    here = Here(box, tmp_path, {**RIGHTS, "contents": "read"})
    case = here.failed()
    result = here.publish(case)
    assert isinstance(result, Failed)
    assert "cannot be pushed" in result.reason
    assert here.token not in result.reason
    assert here.repo.git.head(f"remediate/lockfile-{case.run.commit[:12]}") is None


def test_a_token_that_may_not_open_pull_requests(box: Box, tmp_path: Path) -> None:
    here = Here(box, tmp_path, {**RIGHTS, "pull_requests": "read"})
    case = here.failed()
    with pytest.raises(Unreachable, match="pull"):
        here.publish(case)
    assert isinstance(LockfilePull().undo(STEP, here.place(case), here.deed), Done)
    assert here.repo.git.head(here.trace["branch"]) is None


def test_a_run_of_a_fork_is_not_even_fetched(box: Box, tmp_path: Path) -> None:
    here = Here(box, tmp_path, RIGHTS)
    case = here.failed()
    case = msgspec.structs.replace(case, run=msgspec.structs.replace(case.run, home="eve/shop"))
    before = len(box.requests)
    assert isinstance(here.publish(case), Failed)
    assert not [seen for seen in box.requests[before:] if "upload-pack" in seen.path]
