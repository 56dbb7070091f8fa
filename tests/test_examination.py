"""What doctor judges by itself: permissions of a workflow, a schedule near its end."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from remediate.model.policy import Policy
from remediate.platforms.github.wire import Reply
from remediate.stages.adopting.files import PERMISSIONS, workflow
from remediate.stages.adopting.wish import Wish
from remediate.stages.examination.examination import Patient
from remediate.stages.examination.workflow import check_workflow, missing

OURS = workflow(Wish(revision="0" * 40), ("ci",))
HELD = {name: level for name, (level, _) in PERMISSIONS.items()}


@pytest.mark.parametrize(("days", "told"), [(10, False), (50, True)])
def test_schedule_that_is_about_to_be_switched_off(days: int, told: bool) -> None:
    class Quiet:
        """A repository whose workflow is on."""

        clock_ahead = 0.0

        def look(self, path: str, query: Mapping[str, str] = {}) -> Reply:
            known = path.startswith("/actions/workflows/")
            return Reply(status=200 if known else 404, headers={}, body=b'{"state": "active"}')

        def look_up(self, path: str) -> Reply:
            raise AssertionError(path)

    pushed = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1.8e9 - days * 86400))
    patient = Patient(
        repository="octo/shop",
        policy=Policy(),
        inspector=Quiet(),
        in_actions=False,
        token="ghs_1",
        now=1.8e9,
        public=True,
        active=pushed,
    )
    assert ("schedule" in [one.id for one in check_workflow(patient)]) == told


def test_permissions_of_a_workflow_as_it_is_written() -> None:
    assert missing(OURS.encode()) == ()
    assert missing(b"jobs: {build: {steps: [{run: make}]}}") is None
    assert missing(b"on: [") is None
    everything = (
        "permissions: write-all\njobs: {heal: {uses: remediate/remediate/.github/workflows/heal.yml@x}}"
    )
    assert missing(everything.encode()) == ()
    nothing = everything.replace("write-all", "read-all").encode()
    assert missing(nothing) == tuple(f"{name}: write" for name, level in HELD.items() if level == "write")
    steps = b"jobs: {heal: {permissions: {contents: write}, steps: [{uses: remediate/remediate@x}]}}"
    assert "actions: write" in (missing(steps) or ())
