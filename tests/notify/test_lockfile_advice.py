"""Whose lockfile we may not repair is told how to."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from remediate.model.actions import WorkflowRun
from remediate.model.case import Case
from remediate.model.diagnosis import Diagnosis
from remediate.notify.pull_request import COMMANDS, advice
from remediate.rules.catalog import Catalog


def case(rule: str = "npm-ci-out-of-sync", cause: str = "lockfile", **more: Any) -> Case:
    run = WorkflowRun(
        id=7,
        attempt=1,
        repository="octo/shop",
        home="mallory/shop",
        workflow=".github/workflows/ci.yml",
        name="ci",
        event="pull_request",
        branch="x`$(touch canary)`",
        commit="a" * 40,
        status="completed",
        conclusion="failure",
        created=0.0,
        started=0.0,
        updated=0.0,
    )
    found = Diagnosis(
        source="",
        format="github",
        cause=cause,
        type="dependency",
        severity="medium",
        confidence=0.97,
        transient=False,
        signature="5167",
        rule=rule,
        title="```\nrm -rf /",
        evidence=(),
        step=None,
        recovery="lockfile-repair",
        hint=None,
    )
    return Case(**{"run": run, "trusted": False, "standing": "refused", "diagnosis": found, **more})


def test_a_fork_gets_the_commands() -> None:
    told = advice(case())
    assert "from a fork" in told
    assert "npm install --package-lock-only --ignore-scripts\ngit add package-lock.json\ngit commit" in told
    assert "canary" not in told
    assert "rm -rf" not in told


def test_the_longest_prefix_counts() -> None:
    assert "--mode=update-lockfile" in advice(case("yarn-berry-immutable"))
    assert "--mode=update-lockfile" not in advice(case("yarn-frozen-lockfile"))


@pytest.mark.parametrize(
    "silent",
    [
        case(cause="network"),
        case("unheard-of"),
        case(trusted=True, standing="pending"),
        msgspec.structs.replace(case(), diagnosis=None),
    ],
)
def test_nothing_is_said_where_it_does_not_help(silent: Case) -> None:
    assert advice(silent) == ""


def test_one_of_ours_that_was_not_repaired_gets_them_too() -> None:
    assert "not repaired by us" in advice(case(trusted=True, standing="escalated"))


def test_every_rule_that_recommends_a_repair_has_commands(catalog: Catalog) -> None:
    rules = [rule.id for rule in catalog.rules if rule.recovery == "lockfile-repair"]
    assert rules
    assert [rule for rule in rules if not rule.startswith(tuple(COMMANDS))] == []
