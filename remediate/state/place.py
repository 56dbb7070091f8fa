"""Where the state of a workspace is kept on this machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from remediate.errors import Unreachable
from remediate.model.digest import digest_of
from remediate.model.policy import Policy

VARIABLE = "REMEDIATE_STATE"
DOCUMENTS, BACKUPS, JOURNAL = "documents", "backups", "journal"


def state_folder(
    policy: Policy, environment: Mapping[str, str], root: Path, *, platform: str = sys.platform
) -> Path:
    """What the configuration names, else the environment, else a folder of this root in the user's own.

    Creates nothing. What is named by a relative path is meant from the root.
    """
    named = policy.state or environment.get(VARIABLE)
    if named:
        return root.resolve() / Path(named).expanduser()
    home = _users_folder(environment, platform)
    if home is None:
        raise Unreachable(
            "there is no place for the state: this user has no home folder",
            hint=f"Name one, with `state:` in the configuration or with {VARIABLE}.",
        )
    return home / "remediate" / digest_of((str(root.resolve()),)).hex()[:16]


def _users_folder(environment: Mapping[str, str], platform: str) -> Path | None:
    home = environment.get("USERPROFILE" if platform == "win32" else "HOME")
    if platform == "win32":
        found = environment.get("LOCALAPPDATA") or (home and f"{home}/AppData/Local")
    else:
        found = environment.get("XDG_STATE_HOME")
        # As the specification of these folders has it, a relative path there is as good as none.
        if not found or not Path(found).is_absolute():
            found = home and (
                f"{home}/Library/Application Support" if platform == "darwin" else f"{home}/.local/state"
            )
    return Path(found) if found and Path(found).is_absolute() else None
