"""What is said of a failed job that there is nothing to read of."""

from __future__ import annotations

from remediate.model.cause import REASONS, UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis, StepRef


def abstained(*, source: str, hint: str, job: str = "", step: str = "") -> Diagnosis:
    """What is said of a job without a log."""
    return Diagnosis(
        source=source,
        format="github",
        cause=UNCLASSIFIED,
        type=None,
        severity="medium",
        confidence=0.0,
        transient=False,
        signature=None,
        rule=None,
        title=REASONS["log-missing"],
        evidence=(),
        step=StepRef(name=step, first_line=0, last_line=0) if step else None,
        recovery=None,
        hint=hint,
        reason="log-missing",
        job=job or None,
    )
