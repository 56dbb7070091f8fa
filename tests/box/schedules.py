"""Time that passes: workflows run at the moments for which they are scheduled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .events import with_origin
from .occasions import of_default_branch, workflows_at
from .patterns import next_time
from .workflow_file import Workflow

if TYPE_CHECKING:
    from .life import Life
    from .repository import Repository


def pass_time(life: Life, seconds: float) -> None:
    """Moves the clock; what is scheduled within that time is played, each at its moment."""
    clock = life.box.clock
    life.settle()
    moment, end = clock.now(), clock.now() + seconds
    while True:
        due = sorted(
            (next_time(cron, moment), name, workflow.path, cron)
            for name, repo in life.box.repositories.items()
            for workflow in scheduled(repo)
            for cron in workflow.crons
        )
        if not due or due[0][0] > end:
            break
        moment = due[0][0]
        clock.advance(max(0.0, moment - clock.now()))
        for when, name, path, cron in due:
            if when == moment:
                begin(life, life.box.repositories[name], path, cron)
        life.settle()
    clock.advance(max(0.0, end - clock.now()))
    life.webhooks.flush()


def scheduled(repo: Repository) -> list[Workflow]:
    """The workflows of the default branch that have a schedule."""
    found = workflows_at(repo, repo.git.head(repo.default_branch) or "")
    return [workflow for workflow in found if isinstance(workflow, Workflow) and workflow.crons]


def begin(life: Life, repo: Repository, path: str, cron: str) -> None:
    """Starts one of them, in the name of somebody who may write."""
    roles = life.box.tokens.roles
    actor = next((login for login, name in roles if name == repo.full_name), repo.owner)
    payload = with_origin(life.box, repo, {"schedule": cron, "workflow": path}, None)
    life.begin(repo, of_default_branch(repo, "schedule", payload, actor, facts={}, only=path))
