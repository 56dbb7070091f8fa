"""What asks for a person's word gets it: by the plan's hash, or at the terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from passed import Terminal, done, posix

pytestmark = posix

CONFIG = """\
environment: production
environments: {production: {approval: true, min-availability: 0}}
backoff-first: 0.01
backoff-most: 0.01
"""
FAILS_ONCE = """\
#!/bin/sh
echo x >> count
[ $(wc -l < count) -gt 1 ] && echo fine && exit 0
echo npm error code ECONNRESET
echo npm error network read ECONNRESET
exit 1
"""


@pytest.fixture
def options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    (tmp_path / "production.yml").write_text(CONFIG)
    npm = tmp_path / "npm"
    npm.write_text(FAILS_ONCE)
    npm.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    return ("--config", "production.yml", "--state", str(tmp_path / "state"))


def approvals(tmp_path: Path) -> list[dict[str, str]]:
    given: list[dict[str, str]] = json.loads((tmp_path / "state/documents/approvals.json").read_bytes())[
        "approvals"
    ]
    return given


def test_plan_is_refused_until_its_hash_is_approved(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, _, err = done("./npm", "ci", options=options)
    assert code == 1
    hashes = re.findall(rb"--approve ([0-9a-f]{16})", err)
    assert len(hashes) == 1, err
    (tmp_path / "count").unlink()
    code, out, _ = done("./npm", "ci", options=(*options, "--approve", hashes[0].decode()))
    assert (code, out.endswith(b"fine\n")) == (0, True)
    assert [one["plan"] for one in approvals(tmp_path)] == [hashes[0].decode()]


def test_another_hash_approves_nothing(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, _, err = done("./npm", "ci", options=(*options, "--approve", "0" * 16))
    assert code == 1
    assert b"a person has to approve it" in err
    assert (tmp_path / "count").read_text() == "x\n"


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"n\n", 1), (b"\n", 1), (b"perhaps\n", 1)])
def test_person_at_the_terminal_is_asked(
    tmp_path: Path, options: tuple[str, ...], answer: bytes, code: int
) -> None:
    terminal = Terminal("./npm", "ci", options=options)
    seen = terminal.until(b"[y/N]")
    assert b"production" in seen
    terminal.type(answer)
    assert terminal.rest()[0] == code
    if code == 0:
        assert len(approvals(tmp_path)) == 1


def test_state_is_the_repositorys_wherever_in_it_the_command_runs(
    tmp_path: Path, options: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "below").mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "states"))
    for folder in (tmp_path, tmp_path / "below"):
        monkeypatch.chdir(folder)
        (tmp_path / "count").unlink(missing_ok=True)
        (folder / "count").unlink(missing_ok=True)
        assert (
            done(str(tmp_path / "npm"), "ci", options=("--config", str(tmp_path / "production.yml")))[0] == 1
        )
    assert len(list((tmp_path / "states" / "remediate").iterdir())) == 1
