"""Takes secrets out of a diagnosis before anyone sees it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from remediate.logs.redaction import Redactor
from remediate.model.diagnosis import Alternative, Diagnosis, Evidence, StepRef

HIDDEN_KEY = "[redacted:private-key]"


def veil(diagnosis: Diagnosis, redactor: Redactor, keys: Sequence[tuple[int, int]] = ()) -> Diagnosis:
    """The diagnosis with every text that comes from the log redacted; `keys` are lines of private keys."""
    step = diagnosis.step
    return msgspec.structs.replace(
        diagnosis,
        source=redactor.redact(diagnosis.source),
        job=diagnosis.job and redactor.redact(diagnosis.job),
        step=step and _step(step, redactor),
        evidence=tuple(_evidence(e, redactor, keys) for e in diagnosis.evidence),
        alternatives=tuple(_alternative(a, redactor, keys) for a in diagnosis.alternatives),
    )


def _evidence(evidence: Evidence, redactor: Redactor, keys: Sequence[tuple[int, int]]) -> Evidence:
    return msgspec.structs.replace(evidence, text=_text(evidence.line, evidence.text, redactor, keys))


def _alternative(other: Alternative, redactor: Redactor, keys: Sequence[tuple[int, int]]) -> Alternative:
    return msgspec.structs.replace(other, text=_text(other.line, other.text, redactor, keys))


def _text(line: int, text: str, redactor: Redactor, keys: Sequence[tuple[int, int]]) -> str:
    if any(begin < line < end for begin, end in keys):
        return HIDDEN_KEY
    return redactor.redact(text)


def _step(step: StepRef, redactor: Redactor) -> StepRef:
    command = step.command and redactor.redact(step.command)
    return msgspec.structs.replace(step, name=redactor.redact(step.name), command=command)
