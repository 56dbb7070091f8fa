"""Workflows: files of the default branch, and those whose runs are known; starting one by hand."""

from __future__ import annotations

import re

from .. import render
from ..calls import Answer, Call, Refused, not_found, route
from ..render.actions import workflow_id
from ..repository import Repository

_FILE = re.compile(r"^\.github/workflows/[^/]+\.ya?ml$")
_DISPATCH = re.compile(rb"\bworkflow_dispatch\b")
MOST_INPUTS = 25


def paths(repo: Repository) -> list[str]:
    found = {run.workflow for run in repo.runs.values()}
    if repo.git.head(repo.default_branch):
        listing = repo.git.run(
            "ls-tree", "-r", "--name-only", "-z", f"refs/heads/{repo.default_branch}", ".github/"
        )
        found |= {path for path in listing.decode().split("\0") if _FILE.match(path)}
    return sorted(found)


def find_workflow(call: Call) -> str:
    """The path of the workflow that a number or a file name names."""
    wanted = call.params["workflow_id"]
    for path in paths(call.repo):
        if wanted in (str(workflow_id(call.repo, path)), path.rsplit("/", 1)[-1]):
            return path
    raise not_found()


@route("GET", "~/actions/workflows", "actions")
def list_workflows(call: Call) -> Answer:
    return call.page(paths(call.repo), lambda path: render.workflow(call.repo, path), "workflows")


@route("GET", "~/actions/workflows/{workflow_id}", "actions")
def get_workflow(call: Call) -> Answer:
    return Answer(200, render.workflow(call.repo, find_workflow(call)))


@route("PUT", "~/actions/workflows/{workflow_id}/disable", "actions")
def disable_workflow(call: Call) -> Answer:
    call.repo.disabled_workflows.add(find_workflow(call))
    return Answer(204)


@route("PUT", "~/actions/workflows/{workflow_id}/enable", "actions")
def enable_workflow(call: Call) -> Answer:
    call.repo.disabled_workflows.discard(find_workflow(call))
    return Answer(204)


@route("POST", "~/actions/workflows/{workflow_id}/dispatches", "actions")
def dispatch(call: Call) -> Answer:
    path, ref = find_workflow(call), call.given("ref", "")
    inputs = call.given("inputs", {})
    if path in call.repo.disabled_workflows:
        raise Refused(422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow")
    branch = ref.removeprefix("refs/heads/")
    sha = call.repo.git.commit_of(ref)
    if sha is None:
        raise Refused(422, f"No ref found for: {ref}")
    if not _DISPATCH.search(call.repo.git.read(sha, path) or b""):
        raise Refused(422, "Workflow does not have 'workflow_dispatch' trigger")
    if len(inputs) > MOST_INPUTS:
        raise Refused(
            422, f"you may only define up to {MOST_INPUTS} `inputs` for a `workflow_dispatch` event"
        )
    full = ref if ref.startswith("refs/") else f"refs/heads/{branch}"
    call.repo.dispatches.append({"workflow": path, "ref": full, "inputs": inputs, "actor": call.actor})
    call.tell("workflow_dispatch", workflow=path, ref=full, inputs=inputs)
    return Answer(204)
