"""`remediate approvals`, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from remediate.cli.approvals import command
from remediate.errors import Unreachable, UsageProblem
from remediate.state.approvals import NAME

PLAN = "5d0c9f3a1b7e2648"


def call(state: Path, *words: str) -> Result:
    return CliRunner().invoke(command, [*words, "--state", str(state)])


def test_give_list_revoke(tmp_path: Path) -> None:
    assert call(tmp_path, "give", PLAN, "--by", "ada\x1b[2J").stdout == f"{PLAN}  approved by ada\\x1b[2J\n"
    out = call(tmp_path, "list").stdout
    assert out.startswith(f"{PLAN}  20")
    assert out.endswith("  ada\\x1b[2J\n")
    (one,) = json.loads(call(tmp_path, "list", "--format", "json").stdout)
    assert (one["plan"], one["by"]) == (PLAN, "ada\x1b[2J")
    assert call(tmp_path, "revoke", PLAN).stdout == f"{PLAN}  revoked\n"
    assert call(tmp_path, "list").stdout == ""


def test_json_of_each_verb(tmp_path: Path) -> None:
    given = json.loads(call(tmp_path, "give", PLAN, "--by", "ada", "--format", "json").stdout)
    assert (given["plan"], given["by"]) == (PLAN, "ada")
    assert json.loads(call(tmp_path, "revoke", PLAN, "--format", "json").stdout) == {
        "plan": PLAN,
        "revoked": True,
    }


def test_the_last_word_counts(tmp_path: Path) -> None:
    for name in ("ada", "eve"):
        call(tmp_path, "give", PLAN, "--by", name)
    (one,) = json.loads(call(tmp_path, "list", "--format", "json").stdout)
    assert one["by"] == "eve"


@pytest.mark.parametrize(
    "words",
    [("give", "xyz", "--by", "ada"), ("revoke", "xyz"), ("revoke", PLAN), ("give", PLAN, "--by", " ")],
)
def test_what_makes_no_sense_is_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    raised = call(tmp_path, *words).exception
    assert isinstance(raised, UsageProblem)
    assert raised.hint
    assert list(tmp_path.iterdir()) == []


def test_a_newer_state_is_left_alone(tmp_path: Path) -> None:
    call(tmp_path, "give", PLAN, "--by", "ada")
    path = tmp_path / "documents" / NAME
    newer = path.read_bytes().replace(b"approvals/1", b"approvals/2")
    path.write_bytes(newer)
    raised = call(tmp_path, "give", PLAN, "--by", "ada").exception
    assert isinstance(raised, Unreachable)
    assert "a newer version" in raised.message
    assert path.read_bytes() == newer
