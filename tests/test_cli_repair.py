"""`remediate repair`, as a step of a workflow calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes.fake_clock import FakeClock
from running import remediate

from remediate.errors import CONFIGURATION, DONE, USAGE
from remediate.model.diagnosis import Diagnosis
from remediate.model.plan import Step
from remediate.model.policy import AnomalyPolicy
from remediate.model.subject import Subject
from remediate.recovery.repair_order import Limits, Order, Repair, read_repair, write_document
from remediate.stages.repairing_apart import Tools, repair_orders
from remediate.system.processes import SystemProcesses
from remediate.system.web import SystemWeb

SHAPED = "ghs_" + "Qw3rTyUiOp" * 4
CLEAN = dict.fromkeys(("GITHUB_TOKEN", "GH_TOKEN", "ACTIONS_RUNTIME_TOKEN"), "")


def ordered(folder: Path, case: str = "7-1") -> Order:
    """An order beside an empty tree."""
    found = Diagnosis(
        source="build.log",
        format="plain",
        cause="lockfile",
        type="dependency",
        severity="medium",
        confidence=0.97,
        transient=False,
        signature="5167",
        rule="made-up",
        title="made up",
        evidence=(),
        step=None,
        recovery="lockfile-repair",
        hint=None,
    )
    order = Order(
        case=case,
        plan="5d0c9f3a1b7e2648",
        address="https://github.example/octo/shop.git",
        subject=Subject(branch="main", commit="a" * 40),
        diagnosis=found,
        step=Step(strategy="lockfile-repair"),
        limits=Limits(recovery_timeout=60.0, anomaly=AnomalyPolicy()),
    )
    write_document(folder, order)
    (folder / case / "tree").mkdir()
    return order


def test_what_could_not_be_repaired_is_told(tmp_path: Path) -> None:
    ordered(tmp_path)
    done = remediate("repair", tmp_path, **CLEAN)
    assert (done.code, done.err) == (DONE, "")
    assert done.out == "7-1: failed: no lockfile of a known tool is here\n"
    repair = read_repair(tmp_path, "7-1")
    assert isinstance(repair, Repair)
    assert (repair.ended, repair.files) == ("failed", ())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GITHUB_TOKEN", "x"),
        ("GH_TOKEN", "x"),
        ("GH_ENTERPRISE_TOKEN", "x"),
        ("ACTIONS_RUNTIME_TOKEN", "x"),
        ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "x"),
        ("ACTIONS_ID_TOKEN_REQUEST_URL", "x"),
        ("INPUT_TOKEN", "x"),
        ("INPUT_GITHUB-TOKEN", "x"),
        ("REMEDIATE_TOKEN", "x"),
        ("SOMETHING", SHAPED),
        ("GIT_CONFIG_VALUE_0", "Authorization: Basic eDp5"),
    ],
)
def test_it_does_not_start_beside_a_token(name: str, value: str, tmp_path: Path) -> None:
    ordered(tmp_path)
    done = remediate("repair", tmp_path, **{**CLEAN, name: value})
    assert done.code == CONFIGURATION
    assert name in done.err
    assert "way out" in done.err
    assert value == "x" or value not in done.err
    assert not (tmp_path / "7-1" / "repair.json").exists()


def test_the_folder_may_be_named_by_a_variable(tmp_path: Path) -> None:
    ordered(tmp_path)
    done = remediate("repair", cwd=tmp_path, **CLEAN, REMEDIATE_REPAIR_FOLDER=str(tmp_path))
    assert done.out.startswith("7-1: failed: ")


def test_a_folder_without_orders_needs_nothing(tmp_path: Path) -> None:
    done = remediate("repair", tmp_path, **CLEAN)
    assert (done.code, done.out, done.err) == (DONE, "", "")


@pytest.mark.parametrize("words", [(), ("nowhere",)])
def test_a_folder_is_needed(words: tuple[str, ...], tmp_path: Path) -> None:
    done = remediate("repair", *words, cwd=tmp_path, **CLEAN, REMEDIATE_REPAIR_FOLDER="")
    assert done.code == USAGE
    assert "way out" in done.err


class Hasty(FakeClock):
    """Ten minutes go by between two looks at it."""

    def now(self) -> float:
        self.advance(600)
        return super().now()


def test_all_repairs_have_a_time_together(tmp_path: Path) -> None:
    for case in ("7-1", "8-1", "9-1"):
        ordered(tmp_path, case)
    tools = Tools(clock=Hasty(), processes=SystemProcesses(), web=SystemWeb())
    first, *_, last = repair_orders(tmp_path, {}, tools)
    assert first.reason == "no lockfile of a known tool is here"
    assert last.reason.startswith("no time was left for it")
    assert read_repair(tmp_path, "9-1") == last


def test_an_order_of_another_version_is_refused(tmp_path: Path) -> None:
    ordered(tmp_path)
    place = tmp_path / "7-1" / "order.json"
    place.write_text(json.dumps({**json.loads(place.read_bytes()), "schema": "remediate/order/9"}))
    done = remediate("repair", tmp_path, **CLEAN)
    assert done.code == USAGE
    assert "no document of this version" in done.err
