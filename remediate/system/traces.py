"""Looks whether a configuration or a state is here: to read them takes longer than most need."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_CONFIGURATION = os.path.join(".github", "remediate.yml")


def is_configured(folder: str) -> bool:
    """Whether the repository around the folder has a configuration."""
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return False
    return os.path.isfile(os.path.join(folder, _CONFIGURATION))


def has_state(environment: Mapping[str, str]) -> bool:
    """Whether anything was ever recovered by this user: where nothing was, nothing is left to finish."""
    base = environment.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return os.path.isdir(os.path.join(base, "remediate"))
