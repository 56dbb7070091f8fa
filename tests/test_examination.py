"""What doctor judges by itself: permissions of a workflow, settings, a schedule near its end."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from remediate.model.policy import Policy
from remediate.platforms.github.wire import Reply
from remediate.stages.adopting.files import PERMISSIONS, WORKFLOW, workflow
from remediate.stages.adopting.wish import Wish
from remediate.stages.examination.examination import Finding, Patient
from remediate.stages.examination.repository import check_actions, check_repository
from remediate.stages.examination.workflow import check_workflow, missing

OURS = workflow(Wish(revision="0" * 40), ("ci",))
HELD = {name: level for name, (level, _) in PERMISSIONS.items()}


class Told:
    """Answers by the path, and knows nothing else."""

    clock_ahead = 0.0

    def __init__(self, **answers: object) -> None:
        self._answers = {path.replace("__", "/").replace("_", "-"): told for path, told in answers.items()}

    def look(self, path: str, query: Mapping[str, str] = {}) -> Reply:
        told = self._answers.get(path.lstrip("/") or "repository")
        return Reply(status=404 if told is None else 200, headers={}, body=json.dumps(told).encode())

    def look_up(self, path: str) -> Reply:
        raise AssertionError(path)


def patient(inspector: Told, **more: Any) -> Patient:
    known = {
        "repository": "octo/shop",
        "policy": Policy(),
        "in_actions": False,
        "token": "ghs_1",
        "now": 1.8e9,
    }
    return Patient(inspector=inspector, **{**known, **more})


def levels(found: Iterable[Finding]) -> dict[str, str]:
    return {one.id: one.level for one in found}


@pytest.mark.parametrize(("days", "told"), [(10, False), (50, True)])
def test_schedule_that_is_about_to_be_switched_off(days: int, told: bool) -> None:
    pushed = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1.8e9 - days * 86400))
    quiet = Told(**{"actions__workflows__remediate.yml": {"state": "active"}, f"contents/{WORKFLOW}": {}})
    found = levels(check_workflow(patient(quiet, public=True, active=pushed)))
    assert found["workflow"] == "good"
    assert ("schedule" in found) == told


def test_workflow_that_once_ran_from_a_branch_is_not_there() -> None:
    known = Told(**{"actions__workflows__remediate.yml": {"state": "active"}})
    found = list(check_workflow(patient(known)))
    assert [(one.id, one.level) for one in found] == [("workflow", "trouble")]
    assert "default branch" in found[0].text


@pytest.mark.parametrize(
    ("patterns", "githubs", "level"),
    [
        (["remediate/*"], True, "good"),
        (["Remediate/remediate/*", "Remediate/remediate@*"], True, "good"),
        (["*"], False, "good"),
        (["remediate/*", "actions/*"], False, "good"),
        (["remediate/*"], False, "trouble"),
        (["remediate/remediate/.github/workflows/heal.yml@v1"], True, "trouble"),
        (["*", "!remediate/*"], True, "trouble"),
        (["remediated/*"], True, "trouble"),
        ([], True, "trouble"),
        (None, True, "remark"),
    ],
)
def test_actions_that_are_allowed_by_a_pattern(patterns: list[str] | None, githubs: bool, level: str) -> None:
    listed = {"patterns_allowed": patterns, "github_owned_allowed": githubs}
    told = Told(
        actions__permissions={"enabled": True, "allowed_actions": "selected"},
        actions__permissions__selected_actions=None if patterns is None else listed,
    )
    assert levels(check_actions(patient(told)))["allowed-actions"] == level


@pytest.mark.parametrize(
    ("token", "push", "told"),
    [("ghp_1", False, True), ("github_pat_1", False, True), ("ghp_1", True, False), ("ghs_1", False, False)],
)
def test_person_who_may_not_write(token: str, push: bool, told: bool) -> None:
    shop = Told(repository={"full_name": "octo/shop", "permissions": {"push": push, "pull": True}})
    found = levels(check_repository(patient(shop, token=token)))
    assert ("permission-write" in found) == told


def test_repository_that_has_another_name_now() -> None:
    found = levels(check_repository(patient(Told(repository={"full_name": "Octo/store"}))))
    assert found["renamed"] == "trouble"
    assert "renamed" not in levels(check_repository(patient(Told(repository={"full_name": "Octo/Shop"}))))


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
