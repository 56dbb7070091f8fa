"""`remediate plan` says what would be done and why, and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import Done, remediate

OUTAGE = """\
##[group]Run pip install demo-ledger
pip install demo-ledger
shell: /usr/bin/bash -e {0}
##[endgroup]
ERROR: HTTP error 503 while getting http://index.example/demo.whl
ERROR: 503 Server Error: Service Unavailable for url: http://index.example/demo.whl
##[error]Process completed with exit code 1.
"""
BROKEN = """\
##[group]Run pytest
pytest
shell: /usr/bin/bash -e {0}
##[endgroup]
FAILED tests/test_parser.py::test_empty - AssertionError: assert 1 == 2
##[error]Process completed with exit code 1.
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    (tmp_path / "outage.log").write_text(OUTAGE)
    (tmp_path / "broken.log").write_text(BROKEN)
    return tmp_path


def plan(desk: Path, *arguments: str) -> Done:
    return remediate("plan", *arguments, cwd=desk, XDG_STATE_HOME=str(desk / "state"))


def test_plan_is_drawn_and_nothing_changed(desk: Path) -> None:
    before = sorted(desk.rglob("*"))
    ended = plan(desk, "outage.log", "--", "pip", "install", "demo-ledger")
    assert ended.code == 0
    assert "retry-command" in ended.out
    assert "[DRY-RUN]" in ended.out
    assert sorted(desk.rglob("*")) == before


def test_markdown_draws_the_tree_with_its_path(desk: Path) -> None:
    out = plan(desk, "outage.log", "--format", "markdown", "--", "pip", "install", "demo-ledger").out
    assert "```mermaid\nflowchart TD\n" in out
    assert "walked" in out


def test_json_names_the_hash_and_hides_secrets(desk: Path) -> None:
    secret = "ghp_" + "a1B2" * 9
    ended = plan(desk, "outage.log", "--format", "json", "--", "pip", "install", f"--token={secret}")
    found = json.loads(ended.out)
    assert (found["schema"], found["decision"]["type"]) == ("remediate/proposal/1", "plan")
    assert len(found["hash"]) == 16
    assert secret not in ended.out


def test_defect_gets_no_plan(desk: Path) -> None:
    ended = plan(desk, "broken.log", "--", "pytest")
    assert ended.code == 0
    assert "nothing would be done (confidence)" in ended.out
    assert "DRY-RUN" not in ended.out


def test_missing_log_is_said(desk: Path) -> None:
    ended = plan(desk, "nowhere.log")
    assert (ended.code, "there is no such file" in ended.err) == (2, True)
