"""What a person wants to be written into a repository."""

from __future__ import annotations

import msgspec


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asks for. `revision` is the commit of Remediate that is called, by its full hash."""

    revision: str
    polling: bool = False
    one_job: bool = False
    mode: str = ""
    state_branch: str = ""
    runs_on: str = ""
