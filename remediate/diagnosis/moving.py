"""Lets the diagnosis of a part of a log point into the whole log."""

from __future__ import annotations

from msgspec.structs import replace

from remediate.model.diagnosis import Diagnosis, Evidence


def moved(diagnosis: Diagnosis, *, lines: int, offset: int) -> Diagnosis:
    """The diagnosis with all its places so many lines and bytes further down; its length stays the part's."""
    if not (lines or offset):
        return diagnosis
    step = diagnosis.step
    return replace(
        diagnosis,
        evidence=tuple(_evidence(e, lines, offset) for e in diagnosis.evidence),
        step=step and replace(step, first_line=step.first_line + lines, last_line=step.last_line + lines),
        alternatives=tuple(replace(a, line=a.line + lines) for a in diagnosis.alternatives),
    )


def _evidence(evidence: Evidence, lines: int, offset: int) -> Evidence:
    """An unknown place (-1) stays unknown."""
    known = evidence.offset >= 0
    return replace(
        evidence, line=evidence.line + lines, offset=evidence.offset + offset if known else evidence.offset
    )
