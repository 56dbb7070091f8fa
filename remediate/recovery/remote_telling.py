"""What is said of a platform's names and texts, fit to be shown and stored: without secrets, and harmless."""

from __future__ import annotations

import functools

from remediate.logs.neutral import for_terminal
from remediate.logs.redaction import Redactor
from remediate.model.actions import WorkflowRun

_LONGEST = 200


def shown(text: str) -> str:
    """One line, short, in which nothing acts; branch names and titles belong to whoever pushed them."""
    clear = for_terminal(_redactor().redact(" ".join(text.split())))
    return clear if len(clear) <= _LONGEST else f"{clear[:_LONGEST]}…"


def run_shown(run: WorkflowRun) -> str:
    """A run by its number and workflow."""
    return f"run {run.id} ({shown(run.workflow or run.name)})"


@functools.lru_cache(maxsize=1)
def _redactor() -> Redactor:
    return Redactor()
