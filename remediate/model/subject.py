"""What a recovery is for: a commit on a branch, and the run that failed on it."""

from __future__ import annotations

import msgspec


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Empty where there is no such thing, as a run at a desk.

    `trusted` is false for the code of a fork: nothing of it may be changed. `command` is what failed, where
    a single command was run.
    """

    repository: str = ""
    branch: str = ""
    commit: str = ""
    workflow: str = ""
    run: str = ""
    environment: str = "development"
    trusted: bool = True
    command: tuple[str, ...] = ()
