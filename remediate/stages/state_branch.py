"""Opens the state that is kept on a branch of a repository."""

from __future__ import annotations

import os
import random
from pathlib import Path

from remediate.state.branch import BranchStore, Habits
from remediate.system.clock import SystemClock
from remediate.system.git import SystemGit, with_credentials


def branch_store(
    server_url: str,
    repository: str,
    token: str,
    branch: str,
    *,
    folder: Path | None = None,
) -> BranchStore:
    """The state of `OWNER/NAME` on this server; what is fetched lies below the folder while it is used."""
    return store_at(f"{server_url.rstrip('/')}/{repository}.git", branch, token=token, folder=folder)


def store_at(
    address: str, branch: str, *, token: str = "", folder: Path | None = None, wait: float = 60.0
) -> BranchStore:
    """The state in the repository of this address; without a token git's own settings tell how to log in."""
    plain, credentials = with_credentials(address, token)
    habits = Habits(wait=wait, folder=folder, chance=random.SystemRandom().random)
    return BranchStore(plain, SystemGit(os.environ, credentials), SystemClock(), branch=branch, habits=habits)
