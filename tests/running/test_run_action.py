"""`actions/run` hands its inputs to the command through the environment alone, whatever they hold."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from passed import posix
from running import COMMAND, ROOT, environment

pytestmark = posix

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "actions" / "run" / "action.yml").read_text())
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Where the runner puts the action, with the command where `scripts/setup` leaves it."""
    program = tmp_path / "action" / ".work" / "run" / "bin" / "remediate"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
    program.chmod(0o755)
    (tmp_path / "action" / "actions" / "run").mkdir(parents=True)
    return tmp_path


def call(place: Path, **inputs: str) -> subprocess.CompletedProcess[bytes]:
    """Runs the step as the runner does, with these inputs and the other ones as by default."""
    step = STEPS[-1]
    given = {name: str(known.get("default", "")) for name, known in ACTION["inputs"].items()} | inputs
    values = {
        variable: given[re.fullmatch(r"\$\{\{ inputs\.([\w-]+) \}\}", text)[1]]  # type: ignore[index]
        for variable, text in step["env"].items()
    }
    script = place / "step.sh"
    script.write_text(step["run"])
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
        capture_output=True,
        cwd=place,
        env=environment(
            **values,
            GITHUB_ACTION_PATH=str(place / "action" / "actions" / "run"),
            XDG_STATE_HOME=str(place / "state"),
        ),
        check=False,
    )


def test_no_expression_stands_in_a_script() -> None:
    assert [step for step in STEPS if "${{" in step.get("run", "")] == []
    assert [step for step in STEPS if len(step.get("run", "").splitlines()) >= 10] == []


def test_what_it_uses_is_pinned() -> None:
    assert [
        step for step in STEPS if not re.search(r"@[0-9a-f]{40}$", step.get("uses", "@" + "0" * 40))
    ] == []


def test_every_input_reaches_the_command() -> None:
    told = {*STEPS[-1]["env"].values(), STEPS[-1]["working-directory"]}
    assert told == {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]}
    names = {name.replace("-", "_") for name in ACTION["inputs"]} - {"working_directory"}
    assert {name.removeprefix("REMEDIATE_INPUT_") for name in STEPS[-1]["env"]} == names


def test_the_script_runs_as_a_step_does(place: Path) -> None:
    done = call(place, run='echo "one"\nfalse | true\necho never\n')
    assert (done.returncode, done.stdout) == (1, b"one\n")
    assert call(place, run="exit 42").returncode == 42


def test_inputs_reach_the_options(place: Path) -> None:
    done = call(place, run="exit 3", report="a report.json", only="network", **{"max-attempts": "2"})
    assert done.returncode == 3
    told = json.loads((place / "a report.json").read_text())
    assert (told["code"], told["name"]) == (3, "exit 3")


@pytest.mark.parametrize(
    "name", [name for name in ACTION["inputs"] if name not in ("run", "working-directory")]
)
@pytest.mark.parametrize(
    "text", ["$(touch owned)", "`touch owned`", '"; touch owned; "', "x\ntouch owned", "--help"]
)
def test_no_input_is_obeyed(name: str, text: str, place: Path) -> None:
    done = call(place, run="true", **{name: text})
    assert not (place / "owned").exists()
    assert b"Usage" not in done.stdout
