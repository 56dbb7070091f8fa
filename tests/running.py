"""Runs the command as a user does: the installed one, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
INSTALLED = Path(sys.executable).with_name("remediate.exe" if sys.platform == "win32" else "remediate")
# In a source tree nothing is installed; scripts/test sets REMEDIATE_TESTED=wheel, and then it must be.
WHEEL = os.environ.get("REMEDIATE_TESTED") == "wheel"
COMMAND = [str(INSTALLED)] if WHEEL else [sys.executable, "-m", "remediate"]

_MEANT_FOR_PEOPLE = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "REMEDIATE_TRACEBACK", "GITHUB_ACTIONS")


class Done(NamedTuple):
    """What a process left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """The environment without what changes the command's manners."""
    kept = {name: value for name, value in os.environ.items() if name not in _MEANT_FOR_PEOPLE}
    return {**kept, "PYTHONPATH": kept.get("PYTHONPATH", "") if WHEEL else str(ROOT), **more}


def remediate(*arguments: str | Path, stdin: bytes = b"", cwd: Path | None = None, **env: str) -> Done:
    """Runs the command to its end."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        cwd=cwd,
        env=environment(**env),
        timeout=600,
        check=False,
    )
    return Done(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def github_log(*lines: str, command: str = "npm ci", code: int | None = 1) -> bytes:
    """A step of a GitHub job that prints `lines` and fails (or, with `code` None, does not)."""
    body = [f"##[group]Run {command}", command, "shell: /usr/bin/bash -e {0}", "##[endgroup]", *lines]
    if code is not None:
        body.append(f"##[error]Process completed with exit code {code}.")
    body.append("Cleaning up orphan processes")
    return "".join(f"2024-05-01T10:00:{n:02d}.1234567Z {line}\n" for n, line in enumerate(body)).encode()


OUT_OF_SYNC = (
    "npm error code EUSAGE",
    "npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync.",
    "npm error Missing: left-pad@1.3.0 from lock file",
)
LOCKFILE_LOG = github_log(*OUT_OF_SYNC)
