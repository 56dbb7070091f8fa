"""The repository keeps its promises: the wheel is what is tested, and nothing of a machine is in a file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from running import INSTALLED, ROOT, WHEEL, remediate

import remediate as package

sys.path.insert(0, str(ROOT / "tests"))

from recording.hygiene import REGISTRIES

# In parts, so that this file does not hold what it forbids.
PATHS = tuple(
    "/".join(parts).encode()
    for parts in (("", "work", "main"), ("", "work", "shared"), ("", "tmp", "v", "bin"))
)
FORBIDS_THEM = ROOT / "tests" / "recording" / "hygiene.py"
LISTED = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False).stdout
TRACKED = [ROOT / os.fsdecode(name) for name in LISTED.split(b"\0") if name]


@pytest.mark.skipif(not WHEEL, reason="scripts/test installs the wheel and says so")
def test_the_wheel_is_tested() -> None:
    assert package.__file__
    assert "site-packages" in Path(package.__file__).parts
    assert ROOT / "remediate" not in Path(package.__file__).parents
    assert INSTALLED.is_file()


@pytest.mark.skipif(not WHEEL, reason="a source tree has none")
def test_the_wheel_carries_the_compiled_patterns() -> None:
    assert package.__file__
    folder = Path(package.__file__).parent / "diagnosis"
    assert {"table.bin", "patterns.bin"} <= {path.name for path in folder.iterdir()}


@pytest.mark.skipif(not WHEEL or not TRACKED, reason="a wheel knows its commit where it is built from one")
def test_the_wheel_knows_its_commit() -> None:
    assert package.__file__
    commit = Path(package.__file__).with_name("COMMIT").read_text()
    known = subprocess.run(["git", "cat-file", "-e", f"{commit}^{{commit}}"], cwd=ROOT, check=False)
    assert (len(commit), known.returncode) == (40, 0)


def test_the_module_does_what_the_command_does() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "remediate", "--version"], capture_output=True, cwd=ROOT, check=True
    )
    assert done.stdout.decode() == remediate("--version").out


@pytest.mark.skipif(not TRACKED, reason="not a git repository")
def test_no_file_holds_a_registrys_name_or_a_machines_path() -> None:
    found = []
    for path in TRACKED:
        if path.is_file() and path != FORBIDS_THEM:
            content = path.read_bytes()
            found += [
                f"{path.relative_to(ROOT)}: {mark.decode()}"
                for mark in (*REGISTRIES, *PATHS)
                if mark in content
            ]
    assert found == []


@pytest.mark.skipif(not TRACKED or sys.platform == "win32", reason="the executable bit as git keeps it")
def test_scripts_can_be_run() -> None:
    scripts = [path for path in TRACKED if path.parent == ROOT / "scripts"]
    assert {"demo", "test", "setup", "docs"} <= {path.name for path in scripts}
    assert [path.name for path in scripts if not os.access(path, os.X_OK)] == []
