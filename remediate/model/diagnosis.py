"""A diagnosis: the cause, how sure we are, and the lines that prove it."""

from __future__ import annotations

from typing import Literal

import msgspec

SCHEMA = "remediate/diagnosis/1"

EvidenceRole = Literal["decisive", "supporting", "context", "consequence"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the log: `line` counts from 1, `offset` in bytes from 0, both in the unpacked log."""

    line: int
    offset: int
    text: str
    role: EvidenceRole
    rule: str | None = None


class Alternative(msgspec.Struct, frozen=True, kw_only=True):
    """Another failure seen in the log: one that may be the root, or one that only follows from it."""

    cause: str
    confidence: float
    rule: str
    line: int
    text: str
    relation: Literal["alternative", "consequence"]


class StepRef(msgspec.Struct, frozen=True, kw_only=True):
    """The step that failed."""

    name: str
    first_line: int
    last_line: int
    command: str | None = None
    exit_code: int | None = None


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """The document `remediate/diagnosis/1`."""

    schema: str = SCHEMA
    source: str
    format: str
    cause: str
    type: str | None
    severity: str
    confidence: float
    transient: bool
    signature: str | None
    rule: str | None
    title: str
    evidence: tuple[Evidence, ...]
    step: StepRef | None
    recovery: str | None
    withheld: str | None = None
    hint: str | None
    docs: str | None = None
    alternatives: tuple[Alternative, ...] = ()
    reason: str | None = None
    job: str | None = None
    lines: int = 0
