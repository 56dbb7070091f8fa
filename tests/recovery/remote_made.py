"""What the tests of remote recoveries share: a case, a place with in-memory doors, a keeper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from fakes.fake_clock import FakeClock
from fakes.fake_platform import FakeGitHub, Killed

from remediate.model.actions import WorkflowRun
from remediate.model.case import Case
from remediate.model.plan import Plan, Step
from remediate.model.policy import Policy
from remediate.model.subject import Subject
from remediate.ports import Answered, Unanswered
from remediate.recovery.remote_strategy import Place

__all__ = ["FakeGitHub", "Kept", "Killed", "PageWeb", "case_of", "hub", "place_of", "plan_of"]


class Kept:
    """The document that outlives the process: the case as it was last kept, through JSON as on the branch."""

    def __init__(self, case: Case, hub: FakeGitHub) -> None:
        self.case = case
        self.times = 0
        self._hub = hub

    def __call__(self, case: Case) -> None:
        self._hub.enter("keep")
        self.times += 1
        self.case = msgspec.json.decode(msgspec.json.encode(case), type=Case)


class PageWeb:
    """Answers from a table of addresses; None is no answer."""

    def __init__(self, hub: FakeGitHub) -> None:
        self.pages: dict[str, int | None] = {}
        self._hub = hub

    def request(self, method: str, address: str, **_more: Any) -> Answered | Unanswered:
        self._hub.enter(f"web {address}")
        status = self.pages.get(address)
        if status is None:
            return Unanswered(reason="no answer within 10 s")
        return Answered(status=status, headers={}, body=b"")


def hub() -> FakeGitHub:
    return FakeGitHub(FakeClock())


def plan_of(*steps: str | Step, run: WorkflowRun, cause: str = "network") -> Plan:
    made = [Step(strategy=step) if isinstance(step, str) else step for step in steps]
    return Plan(
        subject=Subject(repository=run.repository, branch=run.branch, commit=run.commit, run=str(run.id)),
        cause=cause,
        rule="rule",
        signature="5167",
        confidence=0.95,
        tree="tree",
        path=(),
        groups=tuple((step,) for step in made),
    )


def case_of(run: WorkflowRun, *steps: str | Step, **more: Any) -> Case:
    return Case(run=run, trusted=True, plan=plan_of(*steps, run=run), found=run.updated, **more)


def place_of(
    github: FakeGitHub, case: Case, folder: Path, policy: Policy | None = None, web: PageWeb | None = None
) -> Place:
    return Place(
        case=case,
        policy=policy or Policy(),
        platform=github,
        forge=github,
        web=web or PageWeb(github),
        clock=github.clock,
        folder=folder,
        default_branch=github.known.default_branch,
    )
