"""Whatever goes wrong is said with its place and a way out, and with the exit code of its kind."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest
from running import LOCKFILE_LOG, remediate

from remediate.cli import diagnosing
from remediate.cli import main as door
from remediate.errors import BUG, CONFIGURATION, INTERRUPTED, UNREACHABLE, USAGE, Unreachable

USAGE_MISTAKES = {
    ("diagnose", "--fromat", "json", "x"): ("there is no option --fromat", "--format"),
    ("dignose",): ("there is no command `dignose`", "diagnose"),
    ("rules", "lst"): ("there is no command `lst`", "list"),
    ("diagnose", "x", "--format", "jsn"): ("--format jsn", "json"),
    ("diagnose", "x", "--log-format", "githb"): ("--log-format githb", "github"),
    ("diagnose", "x", "--log-format", "zzz"): ("--log-format zzz", "Known: auto"),
    ("diagnose",): ("no log given", "standard input"),
    ("diagnose", "x", "-q", "-v"): ("exclude each other", "Leave one"),
    ("diagnose", "no-such.log"): ("no-such.log: there is no such file", "-"),
    ("diagnose", "x", "--redact-env", "NOT_SET_HERE"): ("NOT_SET_HERE: the variable is not set", "Export it"),
    ("diagnose", "x", "--format"): ("remediate diagnose: option '--format'", "`remediate diagnose --help`"),
    ("circuits", "list", "--state"): ("remediate circuits list: ", "`remediate circuits list --help`"),
    ("rules", "explain"): ("LOG is missing", "Its form"),
    ("rules", "explain", "a", "b"): ("unexpected extra argument", "--help"),
    ("rules", "list", "--cause", "lockfil"): ("lockfil", "lockfile"),
    ("rules", "list", "--pack", "npn"): ("npn", "npm"),
    ("rules", "show", "npm-ci-out-of-syn"): ("npm-ci-out-of-syn", "npm-ci-out-of-sync"),
    ("rules", "test", "no-such.yaml"): ("no-such.yaml", "rule pack"),
    ("completion",): ("SHELL is missing", "Its form"),
    ("completion", "bsh"): ("bsh", "bash"),
}


@pytest.mark.parametrize("arguments", USAGE_MISTAKES, ids=" ".join)
def test_wrong_usage_is_two_and_shows_the_way_out(arguments: tuple[str, ...], tmp_path: Path) -> None:
    message, way_out = USAGE_MISTAKES[arguments]
    done = remediate(*arguments, cwd=tmp_path)
    assert done.code == USAGE
    assert done.out == ""
    first, _, rest = done.err.partition("  way out: ")
    assert message in first
    assert way_out in rest
    assert "Traceback" not in done.err


CONFIG_MISTAKES = {
    "ruls: [a]\n": ("remediate.yml:1:1: unknown key `ruls`", "`rules`"),
    "rules: []\nzzz: 1\n": ("remediate.yml:2:1: unknown key `zzz`", "Known: rules"),
    "rules: [\n": ("remediate.yml:2: not YAML", "way out"),
    "\nrules: [ci/none.yaml]\n": ("none.yaml: No such file", "remediate.yml:2"),
    "- rules\n": ("remediate.yml:1:1: a mapping", ""),
    "rules: {a: b}\n": ("remediate.yml:1:8: a single value", ""),
    "rules: []\nrules: []\n": ("remediate.yml:2: `rules` is given twice", ""),
}


@pytest.mark.parametrize("text", CONFIG_MISTAKES)
def test_wrong_configuration_is_three_and_names_the_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "remediate.yml").write_text(text)
    message, hint = CONFIG_MISTAKES[text]
    done = remediate("diagnose", "-", "--config", tmp_path / "remediate.yml", stdin=LOCKFILE_LOG)
    assert done.code == CONFIGURATION
    assert message in done.err
    assert hint in done.err


@pytest.mark.parametrize("wrong", [b"\xff\xfe", b"caf\xe9", b"\x00", b"\x1b[31m"])
def test_configuration_that_is_no_text(tmp_path: Path, wrong: bytes) -> None:
    (tmp_path / "remediate.yml").write_bytes(b"max-attempts: 2\nmode: " + wrong + b"\n")
    done = remediate("diagnose", "-", "--config", tmp_path / "remediate.yml", stdin=LOCKFILE_LOG)
    assert done.code == CONFIGURATION
    said, way_out = done.err.splitlines()
    assert "remediate.yml:2: not YAML: " in said
    assert way_out == "  way out: Save it as UTF-8, without control characters."


def test_configuration_named_but_missing(tmp_path: Path) -> None:
    done = remediate("diagnose", "-", "--config", tmp_path / "none.yml")
    assert done.code == CONFIGURATION
    assert "none.yml" in done.err
    assert "--config" in done.err


def test_binary_file_is_no_log(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    done = remediate("diagnose", path)
    assert done.code == USAGE
    assert f"{path}: this is no log" in done.err


def test_folder_without_logs(tmp_path: Path) -> None:
    done = remediate("diagnose", tmp_path)
    assert done.code == USAGE
    assert f"{tmp_path}: there is no log in it" in done.err


def test_damaged_archive(tmp_path: Path) -> None:
    path = tmp_path / "run.zip"
    path.write_bytes(b"PK\x03\x04 and then nothing of a zip")
    done = remediate("diagnose", path)
    assert done.code == USAGE
    assert str(path) in done.err


def test_one_bad_file_of_a_folder_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(LOCKFILE_LOG)
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 and then nothing of a zip")
    done = remediate("diagnose", tmp_path, "--quiet")
    assert "lockfile" in done.out
    assert "b.zip" in done.err
    assert done.code == USAGE


@pytest.mark.skipif(sys.platform == "win32", reason="by nature: sockets are no files there")
def test_file_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A socket refuses to be opened even to root, who may read a file of any mode.
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("build.log")
        done = remediate("diagnose", "build.log", cwd=tmp_path)
    assert done.code == USAGE
    assert "build.log: " in done.err
    assert "way out: " in done.err


def test_names_in_messages_cannot_act(tmp_path: Path) -> None:
    done = remediate("diagnose", "x\x1b]0;gotcha\x07", "--quiet", cwd=tmp_path)
    assert done.code == USAGE
    assert "\x1b" not in done.err
    assert "\\x1b" in done.err


def test_bug_is_one_and_quotes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def burst(**_: object) -> None:
        raise KeyError("hunter2")

    monkeypatch.setattr(diagnosing, "diagnose_sources", burst)
    monkeypatch.delenv("REMEDIATE_TRACEBACK", raising=False)
    assert door.run(["diagnose"]) == BUG
    said = capsys.readouterr().err
    assert "this is a bug in Remediate: KeyError at test_cli_errors.py:" in said
    assert "hunter2" not in said


def test_bug_can_be_shown_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def burst(**_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(diagnosing, "diagnose_sources", burst)
    monkeypatch.setenv("REMEDIATE_TRACEBACK", "1")
    with pytest.raises(KeyError):
        door.run(["diagnose"])


def test_a_page_is_named_by_an_address(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def away(**_: object) -> None:
        raise Unreachable("it is away", docs="docs/github.md")

    monkeypatch.setattr(diagnosing, "diagnose_sources", away)
    assert door.run(["diagnose", "x"]) == UNREACHABLE
    seen = capsys.readouterr().err.splitlines()[-1]
    assert seen == "  see: https://github.com/remediate/remediate/blob/main/docs/github.md"


def test_interrupt_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(diagnosing, "diagnose_sources", interrupt)
    assert door.run(["diagnose"]) == INTERRUPTED
    assert "interrupted" in capsys.readouterr().err
