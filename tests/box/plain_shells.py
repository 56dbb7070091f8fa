"""Shells as GitHub's runner starts them: without a terminal, and without an action's inputs as variables."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

WRAPPER = """\
#!/bin/bash
# In front of the real shell: what is printed goes through a pipe, and nothing can be typed.
inputs=$(env | sed -n 's/^\\(INPUT_[^= ]*\\)=.*/-u \\1/p')
if [ -n "$inputs" ]; then exec env $inputs "$0" "$@"; fi
if [ -t 1 ]; then
  SHELL_PATH "$@" < /dev/null 2>&1 | cat
  exit "${PIPESTATUS[0]}"
fi
exec SHELL_PATH "$@"
"""


def write_shells(folder: Path, path: str) -> str:
    """Writes the wrappers, and gives the search path that leads to them first."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("bash", "sh", "python"):
        real = shutil.which(name, path=path)
        if real:
            wrapper = folder / name
            wrapper.write_text(WRAPPER.replace("SHELL_PATH", real))
            wrapper.chmod(0o755)
    return os.pathsep.join([str(folder), path])
