"""A log belongs to whoever wrote the code that was built: none of it acts, none of its secrets show."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from running import LOCKFILE_LOG, OUT_OF_SYNC, github_log, remediate

FORMATS = ("text", "json", "markdown")
# Parts, so that no scanner takes this file for a leak.
TOKEN = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"[:36]

ESCAPES = {
    "colour": "\x1b[31m",
    "title": "\x1b]0;owned\x07",
    "c1": "\x9b31m",
    "bidi": "\u202e",
    "line separator": "\u2028",
    "zero width": "\u200b",
    "tag": "\U000e0041",
    "delete": "\x7f",
}


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_of_a_log_reaches_the_terminal(form: str) -> None:
    lines = [f"npm error Missing: left-pad{escape}@1.3.0 from lock file" for escape in ESCAPES.values()]
    out = remediate("diagnose", "-", "--format", form, stdin=github_log(*OUT_OF_SYNC[:2], *lines)).out
    assert "left-pad" in out
    for char in out.replace("\n", ""):
        assert char.isprintable(), f"{char!r} in {form}"


@pytest.mark.parametrize("form", FORMATS)
def test_no_workflow_command_is_printed(form: str) -> None:
    lines = ["npm error Missing: a@1 from lock file ##[add-mask]x", "##vso[task.setvariable variable=a]b"]
    log = github_log(*OUT_OF_SYNC, *lines, "::set-output name=a::b")
    out = remediate("diagnose", "-", "--format", form, stdin=log).out
    assert "##[" not in out
    assert "##vso[" not in out
    assert not [line for line in out.splitlines() if line.strip().startswith("::")]


def test_json_keeps_the_value_that_it_escapes() -> None:
    line = "npm error Missing: a\u202eb@1 from lock file ##[x]"
    done = remediate("diagnose", "-", "--format", "json", stdin=github_log(*OUT_OF_SYNC[:2], line))
    assert line in [one["text"] for one in done.json["evidence"]]


def test_markdown_of_a_log_stays_text() -> None:
    line = "npm error Missing: </code>``` @team #1 <img src=x> from lock file"
    out = remediate("diagnose", "-", "--format", "markdown", stdin=github_log(*OUT_OF_SYNC[:2], line)).out
    fence = next(row for row in out.splitlines() if row.startswith("```"))
    assert len(fence.removesuffix("text")) > 3
    outside = out.split(fence)[0] + out.rsplit(fence.removesuffix("text"), 1)[1]
    assert "<img" not in outside


@pytest.mark.parametrize("form", FORMATS)
def test_tokens_never_show(form: str) -> None:
    lines = (*OUT_OF_SYNC, f"npm error Missing: {TOKEN} from lock file", f"Authorization: Bearer {TOKEN}")
    out = remediate("diagnose", "-", "--format", form, stdin=github_log(*lines)).out
    assert TOKEN not in out
    assert TOKEN[:20] not in out


@pytest.mark.parametrize("form", FORMATS)
def test_values_of_the_user_never_show_in_any_coding(form: str) -> None:
    value = "s3cret/pass word+phrase"
    codings = (value, base64.b64encode(value.encode()).decode(), quote(value, safe=""))
    lines = [f"npm error Missing: {coding} from lock file" for coding in codings]
    arguments = ("diagnose", "-", "--format", form, "--redact-env", "MINE")
    done = remediate(*arguments, stdin=github_log(*OUT_OF_SYNC[:2], *lines), MINE=value)
    assert done.code == 0
    assert "***" in done.out
    for coding in codings:
        assert coding not in done.out


def test_configuration_names_what_to_hide(tmp_path: Path) -> None:
    (tmp_path / "r.yml").write_text("redact-env: [MINE, NOT_SET]\n")
    log = github_log(*OUT_OF_SYNC[:2], "npm error Missing: open-sesame-now from lock file")
    done = remediate("diagnose", "-", "--config", tmp_path / "r.yml", stdin=log, MINE="open-sesame-now")
    assert done.code == 0
    assert "open-sesame-now" not in done.out


def test_command_of_the_step_is_redacted() -> None:
    log = github_log(*OUT_OF_SYNC, command=f"npm ci --token={TOKEN}")
    for form in FORMATS:
        assert TOKEN not in remediate("diagnose", "-", "--format", form, stdin=log).out


def test_explain_is_redacted() -> None:
    log = github_log(*OUT_OF_SYNC[:2], f"npm error Missing: {TOKEN} from lock file")
    assert TOKEN not in remediate("rules", "explain", "-", stdin=log).out


def test_key_over_many_lines_is_hidden() -> None:
    body = base64.b64encode(bytes(range(256)) * 4).decode()
    rows = [body[at : at + 64] for at in range(0, len(body), 64)]
    key = ["-----BEGIN RSA PRIVATE KEY-----", *rows, "-----END RSA PRIVATE KEY-----"]
    done = remediate("diagnose", "-", "--format", "json", stdin=github_log(*key[:6], OUT_OF_SYNC[1], *key))
    assert not [row for row in rows if row in done.out]


def test_names_of_files_cannot_act(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m\u202eb.log"
    path.write_bytes(LOCKFILE_LOG)
    for form in FORMATS:
        out = remediate("diagnose", tmp_path, "--format", form).out
        assert "\x1b" not in out
        assert "\u202e" not in out
    assert json.loads(remediate("diagnose", tmp_path, "--format", "json").out)["source"] == str(path)
