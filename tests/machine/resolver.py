"""Names for tests without root: a small library, loaded before the C library's own, answers for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).with_name("resolver.c")


def why_not() -> str:
    """Why there can be no such library here; empty where there can."""
    if not sys.platform.startswith("linux"):
        return "by nature: names are resolved for tests on Linux alone"
    return "" if shutil.which("cc") or shutil.which("gcc") else "a C compiler is not installed"


def build(folder: Path) -> Path:
    """The library, built once for each version of its source."""
    target = folder / "resolver.so"
    if target.exists() and target.stat().st_mtime > SOURCE.stat().st_mtime:
        return target
    folder.mkdir(parents=True, exist_ok=True)
    # Several tests may build it at once: each its own, and one of them stays.
    number, name = tempfile.mkstemp(suffix=".so", dir=folder)
    os.close(number)
    own = Path(name)
    compiler = shutil.which("cc") or shutil.which("gcc") or "cc"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(own), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    own.replace(target)
    return target
