"""An incident: one failure, by its signature, wherever and however often it is seen."""

from __future__ import annotations

from typing import Literal

import msgspec

from remediate.model.case import Standing

Status = Literal["open", "healed", "closed"]


class Seen(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A run that failed so; `key` names the attempt, `asks` the plan that waits for a word in the issue."""

    key: str
    at: float
    branch: str
    workflow: str
    standing: Standing
    url: str = ""
    reason: str = ""
    asks: str = ""


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something happened to the incident that a person may want to know; of `asked`, the plan's hash."""

    at: float
    kind: Literal["opened", "escalated", "asked", "healed", "came-back", "closed"]
    words: str = ""


class Proposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The plan that was not carried out, or came to nothing; `words` are its steps."""

    hash: str
    words: tuple[str, ...]
    gate: str = ""
    reason: str = ""


class Incident(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`count` counts the failed attempts; `runs`, `branches` and `events` are the latest of them.

    `evidence` and all other words are redacted and show every character that would act. `escalated`: a person
    has to look. `circuits` are the keys that a person may reset. `ticket` is 0 where none is known.
    """

    signature: str
    cause: str
    severity: str
    title: str
    opened: float
    seen: float
    status: Status = "open"
    escalated: bool = False
    count: int = 0
    rule: str = ""
    confidence: float = 0.0
    job: str = ""
    step: str = ""
    hint: str = ""
    reason: str = ""
    evidence: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    runs: tuple[Seen, ...] = ()
    events: tuple[Event, ...] = ()
    proposal: Proposal | None = None
    circuits: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()
    ticket: int = 0
