"""`remediate config show` says what is in force and where it came from, and gives no secret away."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from remediate.cli.config import command
from remediate.errors import ConfigProblem
from remediate.model.keys import leaves
from remediate.model.policy import OVERRIDES, Policy

FILE = """\
mode: suggest
redact-env: [MY_KEY]
requests:
  ping:
    url: https://host.example/hunter22-hunter22
    headers: {Authorization: Bearer abcdefgh}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in OVERRIDES:
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "r.yml"
    path.write_text(FILE)
    return path


def show(file: Path, *arguments: str, **environment: str) -> Result:
    result = CliRunner().invoke(command, ["show", "--config", str(file), *arguments], env=environment)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def shown(file: Path, **environment: str) -> Any:
    return json.loads(show(file, "--format", "json", **environment).output)


def test_text_names_every_key_its_value_and_its_origin(file: Path) -> None:
    lines = show(file, REMEDIATE_MAX_ATTEMPTS="7").output.splitlines()
    assert lines[0] == f"configuration: {file}"
    told = {line.split()[0]: line.split()[1:] for line in lines[1:]}
    assert told["mode"] == ["suggest", f"{file}:1:7"]
    assert told["max-attempts"] == ["7", "REMEDIATE_MAX_ATTEMPTS"]
    assert told["circuit.open-for"] == ["1d", "default"]
    assert {leaf.key for leaf in leaves(Policy())} - {"requests"} <= set(told)


def test_json_says_the_same(file: Path) -> None:
    found = shown(file, REMEDIATE_MODE="observe")
    assert (found["schema"], found["file"]) == ("remediate/config/1", str(file))
    assert found["values"]["mode"] == {"value": "observe", "from": "REMEDIATE_MODE"}
    assert found["values"]["circuit.open-for"] == {"value": 86400.0, "from": "default"}
    assert found["values"]["redact-env"] == {"value": ["MY_KEY"], "from": f"{file}:2:13"}


def test_markdown_is_a_table(file: Path) -> None:
    lines = show(file, "--format", "markdown").output.splitlines()
    assert lines[:2] == ["| key | value | from |", "| --- | --- | --- |"]
    assert all(line.count(" | ") == 2 for line in lines[2:])


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_no_secret_is_shown(form: str, file: Path) -> None:
    output = show(file, "--format", form, MY_KEY="hunter22-hunter22").output
    assert "hunter22" not in output
    assert "abcdefgh" not in output
    assert "Authorization" in output


def test_hostile_values_stay_harmless(file: Path) -> None:
    file.write_text('state: "a\\u001b[31m\\u202e"\nrules: ["::error::told", "x|y"]\n')
    for form in ("text", "json", "markdown"):
        output = show(file, "--format", form).output
        assert "\x1b" not in output
        assert "\u202e" not in output
    assert not any(line.lstrip().startswith("::") for line in show(file).output.splitlines())


def test_no_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    result = CliRunner().invoke(command, ["show"])
    assert result.output.splitlines()[0] == "configuration: none, the defaults hold"


def test_what_is_wrong_is_an_error_with_its_place(file: Path) -> None:
    file.write_text("mode: observed\n")
    with pytest.raises(ConfigProblem) as caught:
        show(file)
    assert caught.value.message == f"{file}:1:7: unknown value `observed`"
    assert caught.value.hint == "Did you mean `observe`?"
