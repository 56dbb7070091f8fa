"""Where this machine keeps what can be made again: the compiled patterns of a user's own rules."""

from __future__ import annotations

import os
from collections.abc import Mapping


def cache_folder(environment: Mapping[str, str], platform: str) -> str | None:
    """The user's cache folder for Remediate, as the system has it; None where there is no home."""
    home = environment.get("USERPROFILE" if platform == "win32" else "HOME")
    if platform == "win32":
        base = environment.get("LOCALAPPDATA")
    elif platform == "darwin":
        base = home and f"{home}/Library/Caches"
    else:
        base = environment.get("XDG_CACHE_HOME") or (home and f"{home}/.cache")
    # A relative path would follow the working directory, which in CI belongs to whoever wrote the change.
    return os.path.join(base, "remediate") if base and os.path.isabs(base) else None
