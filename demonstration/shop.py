"""A project in the GitHub in a box: its repository there, a person's clone of it, and Remediate beside it."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from box import Box
from box.git_run import clean_environment

from demonstration.healing import COMMAND

ROOT = Path(__file__).resolve().parent.parent
NAME, STATE = "octo/shop", "remediate-state"
# A job that takes longer hangs.
_PATIENCE = 300.0
_CI = """\
name: CI
on: push
permissions: {contents: read}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: python -m pip install -q --target packages -r requirements.txt
      - run: PYTHONPATH=packages python -m unittest
"""
_TEST = """\
import unittest

import demo_ledger


class Shop(unittest.TestCase):
    def test_total(self):
        self.assertEqual(demo_ledger.TOTAL, 42)
"""
PROJECT = {
    ".github/workflows/ci.yml": _CI,
    "requirements.txt": "demo-ledger\n",
    "test_shop.py": _TEST,
}
DEFECT = {"test_shop.py": _TEST.replace("42", "43")}
# The jobs' own package index is down; pip says so at once, and keeps nothing.
_CALM = {
    "PIP_RETRIES": "0",
    "PIP_NO_CACHE_DIR": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "GIT_TERMINAL_PROMPT": "0",
}
# Beside the actions stands what `scripts/setup run` would make on a runner: the installed command.
_SETUP = """\
#!/bin/sh
cd "$(dirname "$0")/.." && mkdir -p .work/run/bin && ln -sfn {command} .work/run/bin/remediate
"""


class Shop:
    """The project; `push` is a real one, after which the box has jobs to play."""

    def __init__(self, box: Box, folder: Path, index: str) -> None:
        self.box = box
        self.repo = box.repository(NAME)
        self.clone = folder / "shop"
        box.life.actions["remediate/remediate"] = _house(folder / "house")
        box.life.environment.update(_CALM, PIP_INDEX_URL=index, PIP_CONFIG_FILE=os.devnull)
        box.life.timeout = _PATIENCE
        box.person("ada", self.repo)
        self.token = box.person_token("ada")
        address = box.address.replace("://", f"://x-access-token:{self.token}@")
        self.call("git", "clone", "-q", f"{address}/{NAME}.git", str(self.clone), folder=folder)
        self.write(PROJECT)

    def write(self, files: Mapping[str, str]) -> None:
        """Puts files into the clone."""
        for name, text in files.items():
            place = self.clone / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)

    def adopt(self) -> str:
        """`remediate init`, and what it said."""
        known = self.call("git", "-C", str(ROOT), "rev-parse", "HEAD", check=False)
        # What was unpacked and not cloned has no commit; the box knows one Remediate, whatever is asked for.
        name = [] if known else ["--revision", hashlib.sha1(COMMAND.read_bytes()).hexdigest()]
        return self.call(str(COMMAND), "init", *name)

    def push(self, message: str) -> None:
        """All that changed becomes a commit of ada's and goes to the box."""
        self.call("git", "add", "--all")
        self.call("git", "commit", "-q", "-m", message)
        self.call("git", "push", "-q", "origin", "main")

    def documents(self) -> list[str]:
        """What is kept on the state branch."""
        self.call("git", "fetch", "-q", "origin")
        return self.call("git", "ls-tree", "-r", "--name-only", f"origin/{STATE}").split()

    def figures(self, *, coloured: bool) -> str:
        """What `remediate metrics show --remote` makes of them."""
        screen = {"FORCE_COLOR": "1"} if coloured else {}
        return self.call(str(COMMAND), "metrics", "show", "--remote", more=screen)

    def call(
        self,
        *words: str,
        folder: Path | None = None,
        check: bool = True,
        more: Mapping[str, str] | None = None,
    ) -> str:
        """Runs a program as ada does, who has no settings, and gives what it printed."""
        who = {f"GIT_{role}_{what}": "ada" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        own = {"GITHUB_TOKEN": self.token, "GIT_TERMINAL_PROMPT": "0"}
        done = subprocess.run(
            words,
            cwd=folder or self.clone,
            env={**clean_environment(), **who, **own, **(more or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        if check and done.returncode:
            raise RuntimeError(f"{shlex.join(words)}: {done.stderr or done.stdout}")
        return done.stdout.rstrip()


def _house(place: Path) -> Path:
    """Our repository as workflows find it."""
    for name in ("actions", ".github/workflows"):
        shutil.copytree(ROOT / name, place / name)
    setup = place / "scripts" / "setup"
    setup.parent.mkdir()
    setup.write_text(_SETUP.format(command=shlex.quote(str(COMMAND))))
    setup.chmod(0o755)
    return place
