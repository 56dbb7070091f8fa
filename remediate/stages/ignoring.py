"""Which runs are no failures for us: by where they come from, or by how they ended."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from remediate.model.actions import UNHEALED, WorkflowRun
from remediate.model.policy import Policy
from remediate.stages.doors import Doors
from remediate.stages.waking import OUR_BRANCHES

_ENDS = {
    # GitHub tells no other conclusion of a job that ran into its `timeout-minutes`; detect asks which it was.
    "cancelled": "it was cancelled, by a person, a newer run, a failed sibling or its own time limit",
    "action_required": "it waits for a person's word before it may run",
    "neutral": "it ended neither well nor badly",
    "stale": "the platform gave it up as too old",
    "skipped": "it did not run",
}


def reason_to_ignore(run: WorkflowRun, doors: Doors, policy: Policy) -> str:
    """Empty where it is a failure that somebody has to do with."""
    return passed_over(run, doors, policy) or (_ENDS[run.conclusion] if run.conclusion in UNHEALED else "")


def passed_over(run: WorkflowRun, doors: Doors, policy: Policy) -> str:
    """Why it would not be looked at however it ended."""
    if run.workflow and run.workflow == doors.own_workflow:
        return "it is the workflow that runs Remediate itself"
    if run.branch.startswith(OUR_BRANCHES) and run.home == run.repository:
        return "it is the run of a repair of ours, and judged as its proof"
    pattern = _matching(run.workflow, policy.ignore_workflows)
    return f"`ignore-workflows` names it with `{pattern}`" if pattern else ""


def _matching(workflow: str, patterns: Iterable[str]) -> str:
    return next((pattern for pattern in patterns if fnmatchcase(workflow, pattern)), "")
