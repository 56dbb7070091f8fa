"""`remediate metrics` and `remediate incidents`, as a user calls them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import click
import jsonschema
import pytest
from click.testing import CliRunner, Result

sys.path.insert(0, str(Path(__file__).resolve().parent / "notify"))

from desk_doors import doors
from fakes.fake_clock import FakeClock
from fakes.fake_platform import FakeGitHub
from made_cases import NOON, SIGNATURE, escalated, healed, refused, verdicts

from remediate.cli.incidents import command as incidents
from remediate.cli.metrics import command as metrics
from remediate.errors import RemediateError, Unreachable, UsageProblem
from remediate.model.record import Record
from remediate.stages.collect import collect
from remediate.state.folder import FolderStore
from remediate.state.history import name_of
from remediate.state.shapes import encoded


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state in which a few cases were counted, with a hostile branch."""
    clock = FakeClock(NOON + 60)
    evil = {"branch": "\x1b[2Jtopic\n::error::x"}
    told = verdicts(healed(1), refused(2), escalated(3, of=evil))
    collect(told, doors(tmp_path, clock, FakeGitHub(clock)))
    return tmp_path


def call(command: click.Command, state: Path, *words: str, **environment: str) -> Result:
    return CliRunner().invoke(command, [*words, "--state", str(state)], env={"COLUMNS": "", **environment})


def problem(command: click.Command, state: Path, *words: str) -> RemediateError:
    raised = call(command, state, *words).exception
    assert isinstance(raised, RemediateError)
    return raised


def test_show_draws_them(state: Path) -> None:
    done = call(metrics, state, "show")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == "3 failed attempts ended, 1 of them healed"
    assert any("█" in line for line in lines)
    assert any("▁" in line or "█ 3" in line for line in lines)
    assert "\x1b" not in done.stdout
    assert "\x1b[1m" in call(metrics, state, "show", FORCE_COLOR="1").stdout
    assert "\x1b" not in call(metrics, state, "show", FORCE_COLOR="1", NO_COLOR="1").stdout


def test_a_terminal_without_unicode_sees_pictures_all_the_same(state: Path) -> None:
    called = [sys.executable, "-m", "remediate", "metrics", "show", "--state", str(state)]
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "60"}
    shown = subprocess.run(called, capture_output=True, text=True, env=env, check=True).stdout
    assert "\\u" not in shown
    assert re.search(r"(?m)^  healed +[#.]+ 1$", shown)
    assert re.search(r"(?m)^  detected +# 3$", shown)


def test_the_other_forms(state: Path) -> None:
    schema = json.loads(CliRunner().invoke(metrics, ["schema"]).stdout)
    document = json.loads(call(metrics, state, "show", "--format", "json").stdout)
    jsonschema.validate(document, schema, jsonschema.Draft202012Validator)
    assert document["cases"] == {"escalated": 1, "healed": 1, "refused": 1}
    assert "remediate_escalations_total 1\n" in call(metrics, state, "show", "--format", "prometheus").stdout
    ElementTree.fromstring(call(metrics, state, "show", "--format", "svg").stdout)
    assert "| failures whose cause was named |" in call(metrics, state, "show", "--format", "markdown").stdout
    assert json.loads(call(metrics, state, "show", "--format", "badge").stdout)["schemaVersion"] == 1


def test_export_writes_each_in_its_form(state: Path, tmp_path: Path) -> None:
    names = ["m.json", "badge.json", "trend.svg", "remediate.prom", "figures.md", "figures.txt"]
    files = [str(tmp_path / name) for name in names]
    done = call(metrics, state, "export", *files)
    assert done.exit_code == 0
    assert [line.rpartition("  ")[2] for line in done.stdout.splitlines()] == [
        *("json", "badge", "svg", "prometheus", "markdown", "text"),
    ]
    assert json.loads((tmp_path / "m.json").read_text())["schema"] == "remediate/metrics/1"
    assert "schema" not in json.loads((tmp_path / "badge.json").read_text())
    assert (tmp_path / "remediate.prom").read_text().endswith("\n")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".m.json")]


def test_an_unknown_form_writes_nothing(state: Path, tmp_path: Path) -> None:
    raised = problem(metrics, state, "export", str(tmp_path / "m.json"), str(tmp_path / "m.xlsx"))
    assert isinstance(raised, UsageProblem)
    assert ".svg" in raised.hint
    assert not (tmp_path / "m.json").exists()


def test_a_folder_that_is_not_there_is_named(state: Path, tmp_path: Path) -> None:
    raised = problem(metrics, state, "export", str(tmp_path / "none" / "m.json"))
    assert isinstance(raised, Unreachable)
    assert "m.json" in raised.message


def test_without_figures_the_history_tells_them(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    assert call(metrics, tmp_path, "show").stdout == "Nothing was counted yet.\n"
    import time  # noqa: PLC0415 - the only test that needs it

    now = time.time()
    record = Record(
        at=now, owner="run 7", cause="network", strategies=("retry-command",), outcome="recovered"
    )
    name = name_of(now)
    FolderStore(tmp_path / "documents").change("made", [name], lambda _: {name: encoded(record)})
    assert call(metrics, tmp_path, "show").stdout.startswith("1 failed attempt ended, 1 of them healed\n")


def test_incidents_are_listed_and_shown(state: Path) -> None:
    done = call(incidents, state, "list")
    (line,) = done.stdout.splitlines()
    assert line.startswith(f"{SIGNATURE}  for a person  high  2 on 2 branches  ")
    shown = call(incidents, state, "show", SIGNATURE[:6]).stdout
    assert "\\x1b[2Jtopic\\n::error::x" in shown
    assert not [line for line in shown.splitlines() if line.lstrip().startswith("::")]
    assert "14: connection reset by peer" in shown
    assert json.loads(call(incidents, state, "list", "--format", "json").stdout)[0]["signature"] == SIGNATURE
    assert json.loads(call(incidents, state, "show", SIGNATURE, "--format", "json").stdout)["count"] == 2


def test_an_incident_that_is_not_there(state: Path) -> None:
    assert "there is no such incident" in problem(incidents, state, "show", "ffff").message
    assert call(incidents, state, "list", "--all").exit_code == 0
