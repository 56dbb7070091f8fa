"""What GitHub's runner is told of a run: one annotation, and outputs for later steps."""

from __future__ import annotations

from collections.abc import Callable

from remediate.logs.neutral import for_annotation, for_output_file, for_property
from remediate.model.run import Run
from remediate.notify.run_summary import sentence

_LEVELS = {"healed": "warning", "interrupted": "notice", "rehearsed": "notice"}


def annotation(run: Run, redact: Callable[[str], str]) -> str:
    """A workflow command; empty where nothing happened that is worth a word."""
    if run.outcome == "passed":
        return ""
    level = _LEVELS.get(run.outcome, "error")
    return f"::{level} title={for_property('Remediate')}::{for_annotation(redact(sentence(run)))}"


def outputs(run: Run, delimiter: str) -> str:
    """Entries of GITHUB_OUTPUT; the delimiter must be random."""
    values = {
        "attempts": str(len(run.tries)),
        "cause": run.cause,
        "outcome": run.outcome,
        "recovered": str(run.healed).lower(),
    }
    return "".join(for_output_file(name, value, delimiter) for name, value in values.items())
