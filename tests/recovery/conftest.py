"""A disk that is really small."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MiB of its own, where this user may mount one."""
    if sys.platform != "linux":
        pytest.skip("by nature: this system has no tmpfs")
    folder = tmp_path / "tiny"
    folder.mkdir()
    before = [] if os.geteuid() == 0 else ["sudo", "-n"]
    try:
        mounted = subprocess.run(
            [*before, "mount", "-t", "tmpfs", "-o", "size=1m,mode=777", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("by nature: nothing here can mount a file system")
    if mounted.returncode:
        pytest.skip("by nature: this user may not mount a file system")
    yield folder
    subprocess.run([*before, "umount", "-l", str(folder)], check=True)
