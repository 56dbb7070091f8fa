"""Builds that fail before your eyes, run by `remediate run`: two are healed, one is left alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click

from demonstration.index import index

# Beside this interpreter stands the command that was installed from the wheel.
COMMAND = Path(sys.executable).with_name("remediate")
_OUTAGES = 2
_FIRST, _LAST = 6, 6
_TEST = """\
import unittest


class Login(unittest.TestCase):
    def test_login(self):
        print("npm error code ECONNRESET, says the server that this test plays")
        self.assertEqual(401, 200)


unittest.main()
"""


class Build(NamedTuple):
    """A command that fails, and what is to be seen when it is run."""

    story: str
    shown: str
    command: tuple[str, ...]


def heal(folder: Path, *, coloured: bool = False) -> Iterator[tuple[str, str]]:
    """The story and the transcript of each build, in its turn."""
    with workplace(folder) as place, index(_OUTAGES) as address:
        for build in builds(place, address):
            yield build.story, transcript(build, place, coloured=coloured)


def builds(folder: Path, address: str) -> Iterator[Build]:
    """A dead package index, a lockfile that lags behind (where npm is installed), and a failing test."""
    pip = (sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--retries", "0", "-qq")
    target = ("--no-cache-dir", "--target", str(folder / "site"), "--index-url", address, "demo-ledger")
    yield Build(
        "The package index is down for a moment. It is waited for.",
        "pip install demo-ledger",
        (*pip, *target),
    )
    if shutil.which("npm"):
        lagging(folder)
        yield Build(
            "The lockfile lags behind the manifest. npm itself mends it, and nothing but that.",
            "npm ci --no-audit --no-fund",
            ("npm", "ci", "--no-audit", "--no-fund"),
        )
    (folder / "login.py").write_text(_TEST)
    yield Build(
        "ECONNRESET, but a test prints it: a real defect goes through at once.",
        "python login.py",
        (sys.executable, "login.py"),
    )


def lagging(folder: Path) -> None:
    """A project whose manifest has one package more than its lockfile; both stand in the same folder."""
    about = {"name": "shop", "version": "1.0.0"}
    wanted = {name: f"file:./{name}" for name in ("ledger", "parser")}
    for name in wanted:
        (folder / name).mkdir()
        write(folder / name / "package.json", {"name": name, "version": "1.0.0"})
    packages: dict[str, object] = {"": {**about, "dependencies": {"ledger": wanted["ledger"]}}}
    packages["ledger"] = {"version": "1.0.0"}
    packages["node_modules/ledger"] = {"resolved": "ledger", "link": True}
    write(folder / "package.json", {**about, "dependencies": wanted})
    write(
        folder / "package-lock.json", {**about, "lockfileVersion": 3, "requires": True, "packages": packages}
    )


def write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=2) + "\n")


def transcript(build: Build, folder: Path, *, coloured: bool) -> str:
    """What is seen at a terminal: the call, all that was printed in its order, and the exit code."""
    ended = subprocess.run(
        [str(COMMAND), "run", "--state", str(folder / "state"), "--", *build.command],
        cwd=folder,
        env={**calm(), **({"FORCE_COLOR": "1"} if coloured else {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    head = click.style(f"$ remediate run -- {build.shown}", bold=True)
    lines = ended.stdout.replace(f"{folder}{os.sep}", "").rstrip().split("\n")
    return "\n".join((head, *shortened([line for line in lines if line]), verdict(ended.returncode)))


def shortened(lines: list[str]) -> list[str]:
    """The beginning and the end of what a tool has to say."""
    if len(lines) <= _FIRST + _LAST + 1:
        return lines
    left = len(lines) - _FIRST - _LAST
    return [*lines[:_FIRST], click.style(f"  ⋮ {left} lines", dim=True), *lines[-_LAST:]]


def calm() -> dict[str, str]:
    """The environment without what would send the tools elsewhere, or make them talk."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "GITHUB_"))}
    return {
        **kept,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_ROOT_USER_ACTION": "ignore",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def verdict(code: int) -> str:
    """What became of the build."""
    if code == 0:
        return click.style("→ the build is green", fg="green")
    return click.style(f"→ exit code {code}, the command's own; it ran once", fg="yellow")


@contextmanager
def workplace(folder: Path) -> Iterator[Path]:
    """An empty repository to build in."""
    place = folder / "shop"
    place.mkdir()
    subprocess.run(["git", "init", "-q", str(place)], check=True)
    yield place
