"""What a step would change, found out without changing anything."""

from __future__ import annotations

from typing import Literal

import msgspec

Risk = Literal["none", "low", "medium", "high", "critical"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a step touches: a file, a folder, a setting, a request."""

    verb: Literal["write", "delete", "run", "set", "request"]
    what: str
    detail: str = ""


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a step would do.

    `touches` are the paths, relative to the workspace, that are backed up before the effect and put back by
    an undo. `asks` says why a person has to approve this step in any case; empty where none has to.
    """

    strategy: str
    target: str
    changes: tuple[Change, ...]
    touches: tuple[str, ...] = ()
    seconds: float = 0.0
    cost: str = ""
    risk: Risk = "low"
    affected: tuple[str, ...] = ()
    reversible: bool = True
    asks: str = ""


class Unfit(msgspec.Struct, frozen=True, kw_only=True):
    """The strategy has nothing to do here, or not the means; the reason is for a person."""

    strategy: str
    reason: str


Offer = Preview | Unfit
