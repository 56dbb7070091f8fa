"""What is to be done about a failure, and why, or why nothing is."""

from __future__ import annotations

from typing import Literal

import msgspec

from remediate.model.digest import digest_of
from remediate.model.subject import Subject

SCHEMA = "remediate/plan/1"

GateName = Literal[
    "confidence",  # the diagnosis is not sure enough, or recommends nothing
    "state",  # the state could not be read
    "kill-switch",
    "mode",
    "trust",
    "rerun-hazard",
    "circuit",
    "attempts",
    "rate",
    "health",
    "anomaly",
    "constraint",
    "approval",
]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One strategy with what it needs to know; an optional one is left out where it does not fit."""

    strategy: str
    arguments: dict[str, str] = {}
    optional: bool = False


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the decision tree that was passed, and what it answered."""

    node: str
    kind: str
    answer: str


class Plan(msgspec.Struct, frozen=True, kw_only=True, tag="plan"):
    """The document `remediate/plan/1`.

    The steps of one group may go side by side; the groups follow each other. `wait` is how many seconds are
    let pass before the first. `asks` says why a person has to approve; empty where none has to.
    """

    schema: str = SCHEMA
    subject: Subject
    cause: str
    rule: str
    signature: str
    confidence: float
    tree: str
    path: tuple[Stop, ...]
    groups: tuple[tuple[Step, ...], ...]
    wait: float = 0.0
    asks: str = ""

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps in their order."""
        return tuple(step for group in self.groups for step in group)

    @property
    def hash(self) -> str:
        """What an approval is bound to: changes with what would be done, the commit and the run.

        Not with how sure the diagnosis was or how long is waited: the wait is drawn anew each time.
        """
        deed = msgspec.structs.replace(self, confidence=0.0, path=(), wait=0.0)
        return digest_of((msgspec.json.encode(deed, order="sorted").decode(),)).hex()[:16]


class Refusal(msgspec.Struct, frozen=True, kw_only=True, tag="refused"):
    """A gate that stayed shut: nothing was done."""

    gate: GateName
    reason: str
    hint: str = ""


class Escalation(msgspec.Struct, frozen=True, kw_only=True, tag="escalated"):
    """The tree hands the failure to a person."""

    reason: str
    path: tuple[Stop, ...] = ()


Decision = Plan | Refusal | Escalation
