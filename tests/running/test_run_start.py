"""The command starts at once: hardly anything is imported before it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from passed import PYTHON, posix
from running import COMMAND, environment

from remediate.cli import running
from remediate.model.policy import OVERRIDES

pytestmark = posix

# Each costs milliseconds for which the command would wait.
HEAVY = {
    *("msgspec", "click", "yaml", "subprocess", "tempfile", "pathlib", "random", "shutil", "threading"),
    *("psutil", "filelock", "fcntl", "termios", "hashlib", "inspect", "dataclasses", "json", "email"),
}


def test_what_is_looked_for_in_the_environment_is_what_the_policy_reads() -> None:
    assert set(running._OVERRIDES) == set(OVERRIDES)


def test_a_command_that_passes_needs_few_imports(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "run", "--timeout", "60", "--", "true"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env=environment(PYTHONPROFILEIMPORTTIME="1", XDG_STATE_HOME=str(tmp_path)),
    )
    names = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines() if "import time:" in line}
    bare = subprocess.run(
        [PYTHON, "-c", "import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    assert "remediate.system.passing.passage" in names
    assert sorted(names.intersection(HEAVY) - set(bare.stdout.split())) == []
