"""The tools that tests drive: where `scripts/tools` put them, or wherever this machine has them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROVIDED = ROOT / ".work" / "tools" / "bin"


def search_path() -> str:
    """PATH with the pinned tools first."""
    rest = os.environ.get("PATH", os.defpath)
    return os.pathsep.join([str(PROVIDED), rest]) if PROVIDED.is_dir() else rest


def find(program: str) -> Path | None:
    """The program, the pinned one if there is one."""
    found = shutil.which(program, path=search_path())
    return Path(found) if found else None


def want(*programs: str) -> None:
    """Skips the test by name where a program is missing; CI counts that as a failure."""
    for program in programs:
        if not find(program):
            pytest.skip(f"{program} is not installed")
