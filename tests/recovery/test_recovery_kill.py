"""A recovery killed at any instant is finished or undone by the next process, and no effect happens twice.

A real process is killed with SIGKILL before each of its calls that writes, syncs, renames, removes, opens or
closes something or starts a program, and in the middle of each write; a second process then starts. The same
while a recovery is being undone, and when the second process is killed too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
STRIPES = 4

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="by nature: this system has no fork")


def killed(kind: str, how: str, second: int, start: int, stride: int) -> list[dict[str, Any]]:
    ended = subprocess.run(
        [sys.executable, str(HERE / "killed.py"), kind, how, str(second), str(start), str(stride)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(HERE)])},
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    *lines, total = map(json.loads, ended.stdout.splitlines())
    assert total["total"] > 150
    return lines


def check(end: dict[str, Any]) -> None:
    assert end["last"] == 0, end
    assert end["untouched"] != end["recovered"], f"neither as before nor recovered: {end}"
    assert end["flags"] == ([] if end["untouched"] else ["create", "edit", "last", "outside"]), end
    assert end["twice"] == [], f"an effect happened twice: {end}"
    assert end["left"] == [], f"something of ours was left in the workspace: {end}"
    assert "RollbackFailed" not in end["outcomes"], end


@pytest.mark.parametrize("start", range(STRIPES))
@pytest.mark.parametrize("how", ["whole", "torn"])
@pytest.mark.parametrize("kind", ["working", "failing"])
def test_a_recovery_killed_at_any_call_is_finished_or_undone(kind: str, how: str, start: int) -> None:
    ends = killed(kind, how, 0, start, STRIPES)
    assert sum(end["killed"] for end in ends) > (40 if how == "whole" else 3)
    for end in ends:
        check(end)
        assert not (kind == "failing" and end["recovered"])


@pytest.mark.parametrize("second", [7, 23, 38, 52])
@pytest.mark.parametrize("kind", ["working", "failing"])
def test_the_process_that_finishes_may_be_killed_as_well(kind: str, second: int) -> None:
    for end in killed(kind, "whole", second, second % 9, 9):
        check(end)
