"""What notify has to say goes to the job: its summary and its annotations; at a desk, to whoever watches."""

from __future__ import annotations

import os
from pathlib import Path

from remediate.cli.stages.job import tell
from remediate.cli.terminal import say
from remediate.logs.neutral import for_annotation, for_property
from remediate.notify.told import Told
from remediate.system.documents import add_to


def tell_all(told: Told, failed: tuple[str, ...] = ()) -> int:
    """How many messages were written or changed; `failed` are the stages that did not end well."""
    for line in told.lines:
        tell(line)
    for problem in told.problems:
        tell(f"not told: {problem}")
    head, end, rest = told.summary.partition("\n")
    notes = "".join(f"\n- the stage `{stage}` failed: its log says why\n" for stage in failed)
    summary = f"{head}{end}{notes}{rest}"
    place = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if place:
        add_to(Path(place), summary)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in (*told.annotations, *map(_broken, failed)):
            say(line, err=True)
    elif not place:
        say(summary)
    return len(told.tickets) + len(told.comments)


def _broken(stage: str) -> str:
    title, text = for_property("Remediate"), for_annotation(f"the stage {stage} failed: its log says why")
    return f"::error title={title}::{text}"
