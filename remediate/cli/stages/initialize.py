"""`remediate initialize`: the first stage."""

from __future__ import annotations

from typing import Any

import click

from remediate.cli.stages.job import begins, job, run_number, settings_of, tell
from remediate.stages.hearing import fresh
from remediate.stages.initialize import Request, initialize


@click.command("initialize")
@begins
def command(target: str | None, repository: str | None, **values: Any) -> None:
    """Find what failed and is not dealt with, what awaits its proof, and what people asked for."""
    settings = settings_of(values)
    request = Request(settings=settings, run=run_number(values["run_id"]), dry_run=values["dry_run"])
    with job(repository) as at:
        agenda = initialize(at.doors(settings.policy), request)
        asked = fresh(agenda.words, agenda.head.at)
        parts = (agenda.new, agenda.open, agenda.ignored, agenda.untold, asked)
        left = f", left for the next run: {agenda.left}" if agenda.left else ""
        tell(
            f"new failures: {len(agenda.new)}, cases to go on with: {len(agenda.open)}, ignored: "
            f"{len(agenda.ignored)}, requests: {len(agenda.words)}{left}"
        )
        for note in agenda.head.notes:
            tell(note)
        at.write(agenda, target, agenda.head, "initialize", sum(map(len, parts)))
