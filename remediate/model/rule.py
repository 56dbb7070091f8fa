"""A rule: what a line must look like to stand for a cause, or to say where in the job we are."""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["decisive", "supporting", "context"]
# `command`: matched against the failing step's name and command instead of the log's lines.
Within = Literal["failing-step", "final-error", "anywhere", "command"]
Marks = Literal["consequence", "recovered", "tests-begin", "tests-end", "passed"]
Severity = Literal["critical", "high", "medium", "low", "info"]


class Rule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the classifier needs of a rule; its examples stay in the pack.

    A rule that `judges` speaks of commands that judge code and do nothing else: whatever network trouble
    such a step prints is its subject's.
    """

    id: str
    title: str
    pack: str
    match: tuple[str, ...]
    unless: tuple[str, ...] = ()
    step: tuple[str, ...] = ()
    within: Within = "failing-step"
    role: Role = "decisive"
    marks: Marks | None = None
    judges: bool = False
    cause: str = ""
    severity: Severity = "medium"
    transient: bool = False
    recovery: str | None = None
    hint: str = ""
    docs: str = ""


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """A file of rules with their proofs, as loaded and checked."""

    name: str
    title: str
    rules: tuple[Rule, ...]
    examples: dict[str, tuple[str, ...]]
    near_misses: dict[str, tuple[str, ...]]
