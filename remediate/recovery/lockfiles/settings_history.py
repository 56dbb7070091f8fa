"""Registries that the project's settings name now and did not when the lockfile was last committed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from remediate.recovery.lockfiles.abilities import NamesRegistries
from remediate.recovery.lockfiles.history import History
from remediate.recovery.lockfiles.tool import LockTool


def new_registries(
    tool: LockTool, folder: Path, lockfile: str, history: History, scratch: Path
) -> frozenset[str]:
    """Empty where the tool's settings name none, and where git knows no commit of the lockfile."""
    if not isinstance(tool, NamesRegistries):
        return frozenset()
    now = tool.registries(folder)
    commits = history.commits(lockfile) if now else ()
    if not commits:
        return frozenset()
    then = Path(tempfile.mkdtemp(dir=scratch))
    for name in tool.settings:
        text = history.at(commits[0], name)
        if text is not None:
            (then / name).parent.mkdir(parents=True, exist_ok=True)
            (then / name).write_bytes(text)
    return now - tool.registries(then)
