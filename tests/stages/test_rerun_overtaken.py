"""An old commit is not deployed over a newer one, and a file of a fork does not tell what its base ran."""

from __future__ import annotations

from pathlib import Path

import pytest
from staged import Repository

from remediate.model.actions import WorkflowRun

DEPLOYS = b"""on: push
jobs:
  build: {steps: [{run: npm ci}]}
  live: {needs: build, steps: [{run: npm ci}, {run: ./there}], environment: live}
"""


@pytest.mark.parametrize(
    ("text", "tip", "held"),
    [
        (DEPLOYS, "d" * 40, True),
        (DEPLOYS, "c" * 40, False),
        (DEPLOYS, None, False),  # a tag
        (b"on: push\njobs: {build: {steps: [{run: npm ci}]}}", "d" * 40, False),
        (DEPLOYS.replace(b"needs: build", b"needs: []"), "d" * 40, False),
    ],
    ids=["overtaken", "newest", "no-branch", "deploys-nothing", "not-led-to"],
)
def test_what_an_old_commit_has_not_deployed_yet_stays_so(
    tmp_path: Path, text: bytes, tip: str | None, held: bool
) -> None:
    here = Repository(tmp_path)
    run = here.fails()
    here.github.files[run.workflow, run.commit] = text
    if tip:
        here.github.branches[run.branch] = tip
    here.heals()
    assert (here.github.effects == []) == held
    if held:
        assert here.standing(run) == "refused"
        assert "has moved on" in here.case(run).reason
        assert "deploys to `live`" in here.case(run).reason


@pytest.mark.parametrize("home", ["octo/shop", "fork/shop"])
def test_the_file_of_the_head_says_nothing_of_what_its_base_ran(tmp_path: Path, home: str) -> None:
    here = Repository(tmp_path)
    run: WorkflowRun = here.fails(event="pull_request_target", home=home, branch="feature")
    here.github.files[run.workflow, "main"] = b"on: push\njobs: {build: {steps: [{run: npm publish}]}}"
    here.heals()
    assert here.github.effects == []
    assert "npm publish" in here.case(run).reason
