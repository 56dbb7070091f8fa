"""`remediate backups`, as a user calls it."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from running import ROOT, Done

from remediate.cli.group import COMMANDS
from remediate.recovery.backups import Backups

NOW = 1_790_000_000.0


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A repository with three backups of its lockfile."""
    (tmp_path / "repo/.git").mkdir(parents=True)
    (tmp_path / "repo/package-lock.json").write_text("old")
    for number in range(3):
        Backups(tmp_path / "state").take(
            tmp_path / "repo", ("package-lock.json", "gone.txt"), now=NOW + number, why="plan x: lockfile"
        )
    (tmp_path / "repo/package-lock.json").write_text("new")
    return tmp_path


def ask(place: Path, *arguments: str) -> Done:
    ended = subprocess.run(
        [sys.executable, "-c", _CALL, *arguments],
        cwd=place / "repo",
        env={**os.environ, "PYTHONPATH": str(ROOT), "REMEDIATE_STATE": str(place / "state")},
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(ended.returncode, ended.stdout, ended.stderr)


_CALL = (
    "import sys; from remediate.cli import main, group\n"
    "group.COMMANDS.setdefault('backups', ('remediate.cli.backups', 'x'))\n"
    "main.sys.argv[1:1] = ['backups']; main.main()"
)


def newest(place: Path) -> str:
    return Backups(place / "state").list()[0].id


def test_the_command_is_one_of_the_group() -> None:
    assert importlib.import_module("remediate.cli.backups").command.name == "backups"
    assert COMMANDS.get("backups", ("remediate.cli.backups",))[0] == "remediate.cli.backups"


def test_list_and_show(place: Path) -> None:
    listed = ask(place, "list")
    assert listed.code == 0, listed.err
    assert len(listed.out.splitlines()) == 3
    assert listed.out.startswith(newest(place))
    assert "3 backups" in listed.err
    assert [each["id"] for each in ask(place, "list", "--format", "json").json] == [
        each.id for each in Backups(place / "state").list()
    ]
    shown = ask(place, "show", newest(place))
    assert "package-lock.json" in shown.out
    assert "was not there" in shown.out
    assert ask(place, "show", newest(place), "--format", "json").json["schema"] == "remediate/backup/1"


def test_restore_puts_back_and_keeps_what_was_there(place: Path) -> None:
    (place / "repo/gone.txt").write_text("came later")
    done = ask(place, "restore", newest(place))
    assert done.code == 0, done.err
    assert (place / "repo/package-lock.json").read_text() == "old"
    assert not (place / "repo/gone.txt").exists()
    assert set(done.out.split()) == {"package-lock.json", "gone.txt"}
    assert "is kept as backup" in done.err
    kept = done.err.split("is kept as backup ")[1].split()[0]
    ask(place, "restore", kept)
    assert (place / "repo/package-lock.json").read_text() == "new"
    assert (place / "repo/gone.txt").read_text() == "came later"


def test_restore_into_another_folder(place: Path) -> None:
    done = ask(place, "restore", newest(place), "--to", str(place / "before"), "--format", "json")
    assert done.json["changed"] == ["package-lock.json"]
    assert (place / "before/package-lock.json").read_text() == "old"
    assert (place / "repo/package-lock.json").read_text() == "new"
    again = ask(place, "restore", newest(place), "--to", str(place / "before"))
    assert again.code == 2
    assert "not an empty folder" in again.err


def test_verify_finds_the_damaged_one_and_restore_refuses_it(place: Path) -> None:
    assert ask(place, "verify").code == 0
    (place / "state/backups" / newest(place) / "files/0").write_text("bad")
    checked = ask(place, "verify")
    assert checked.code == 4
    assert "not what was written" in checked.out
    assert "1 of 3" in checked.err
    assert ask(place, "verify", newest(place), "--format", "json").json[0]["whole"] is False
    refused = ask(place, "restore", newest(place))
    assert refused.code == 4
    assert "damaged" in refused.err
    assert (place / "repo/package-lock.json").read_text() == "new"
    (place / "state/backups" / newest(place) / "manifest.json").write_text("{}")
    assert "damaged" in ask(place, "list").out
    assert ask(place, "verify").code == 4


def test_prune_removes_what_is_old(place: Path) -> None:
    done = ask(place, "prune", "--format", "json")
    assert done.code == 0, done.err
    listed = ask(place, "list", "--format", "json").json
    assert len(done.json["removed"]) + len(listed) == 3


def test_a_wrong_id_and_a_state_of_ones_own(place: Path) -> None:
    assert ask(place, "show", "../../etc").code == 2
    missing = ask(place, "show", "20200101T000000-00000000")
    assert missing.code == 2
    assert "way out" in missing.err
    assert ask(place, "list", "--state", str(place / "elsewhere"), "--format", "json").json == []
