"""The action as a runner runs it: `act` plays a workflow that uses it, on this machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from running import INSTALLED, ROOT, WHEEL

sys.path.insert(0, str(ROOT / "tests" / "machine"))

from tools import find, want

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="by nature: process groups and terminals of POSIX"),
    pytest.mark.skipif(not WHEEL, reason="it runs the installed command, which scripts/test installs"),
]

WORKFLOW = """\
on: push
permissions: {}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - id: it
        continue-on-error: true
        uses: remediate/remediate/actions/run@main
        with:
          config: calm.yml
          run: |
            SCRIPT
      - run: echo "told $OUTCOME after $ATTEMPTS of $CAUSE"
        env:
          OUTCOME: ${{ steps.it.outputs.outcome }}
          ATTEMPTS: ${{ steps.it.outputs.attempts }}
          CAUSE: ${{ steps.it.outputs.cause }}
"""
FAILS_ONCE = """\
echo x >> "$COUNTED"
if [ "$(wc -l < "$COUNTED")" -lt 2 ]; then
  echo npm error code ECONNRESET; echo npm error network read ECONNRESET; exit 1
fi
echo "and now it is fine"
"""
REAL = """\
echo x >> "$COUNTED"
echo "FAILED tests/test_login.py::test_login - AssertionError: assert 401 == 200"; exit 1
"""
CALM = "backoff-first: 0s\nbackoff-most: 0s\nhealth: {cpu: [1, 1, 1], memory: [1, 1, 1], disk: [1, 1, 1]}\n"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The action beside a scripts/setup that takes the tests' own environment for installed."""
    folder = tmp_path / "house"
    shutil.copytree(ROOT / "actions", folder / "actions")
    setup = folder / "scripts" / "setup"
    setup.parent.mkdir()
    venv = INSTALLED.parent.parent
    setup.write_text(f'#!/bin/sh\ncd "$(dirname "$0")/.." && mkdir -p .work && ln -sfn "{venv}" .work/run\n')
    setup.chmod(0o755)
    return folder


def act(tmp_path: Path, house: Path, script: str) -> tuple[str, int]:
    """What act says, and how often the script ran."""
    want("act")
    project, counted = tmp_path / "project", tmp_path / "counted"
    (project / ".github" / "workflows").mkdir(parents=True)
    workflow = WORKFLOW.replace("SCRIPT", script.rstrip().replace("\n", "\n            "))
    (project / ".github" / "workflows" / "ci.yml").write_text(workflow)
    (project / "calm.yml").write_text(CALM)
    git = ("git", "-c", "user.name=Ann", "-c", "user.email=ann@mail.example")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "A project")):
        subprocess.run([*git, *words], cwd=project, check=True)
    home = {
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    done = subprocess.run(
        [
            *(str(find("act")), "push", "-P", "ubuntu-latest=-self-hosted", "--env", f"COUNTED={counted}"),
            *("--local-repository", f"remediate/remediate@main={house}"),
        ],
        cwd=project,
        env={**os.environ, **home},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout, len(counted.read_text().split())


def test_transient_failure_is_healed_in_a_job(tmp_path: Path, house: Path) -> None:
    said, runs = act(tmp_path, house, FAILS_ONCE)
    assert runs == 2
    assert "told healed after 2 of network" in said
    assert "```mermaid" in said


def test_real_failure_passes_a_job_by_at_once(tmp_path: Path, house: Path) -> None:
    said, runs = act(tmp_path, house, REAL)
    assert runs == 1
    assert "told failed after 1 of test" in said
