"""What doctor judges by itself: the origin of a clone, permissions of a workflow, a schedule near its end."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest

from remediate.model.policy import Policy
from remediate.platforms.github.wire import Reply
from remediate.stages.adopting.files import PERMISSIONS, workflow
from remediate.stages.adopting.wish import Wish
from remediate.stages.examination.desk import address_of
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


@pytest.mark.parametrize(
    ("url", "server", "name"),
    [
        ("https://github.com/octo/shop.git", "https://github.com", "octo/shop"),
        ("https://x-access-token:abc@git.example:8443/octo/shop", "https://git.example:8443", "octo/shop"),
        ("git@github.com:octo/shop.git", "https://github.com", "octo/shop"),
        ("ssh://git@git.example:22/octo/shop.git", "https://git.example", "octo/shop"),
    ],
)
def test_origin_of_a_clone(url: str, server: str, name: str) -> None:
    assert address_of(url) == {"GITHUB_REPOSITORY": name, "GITHUB_SERVER_URL": server}


@pytest.mark.parametrize(
    "url", ["", "/srv/git/shop.git", "file:///srv/shop.git", "https://git.example/a/b/c"]
)
def test_origin_that_tells_no_repository(url: str) -> None:
    assert address_of(url) == {}


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
