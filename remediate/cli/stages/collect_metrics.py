"""`remediate collect-metrics`: the fifth stage."""

from __future__ import annotations

import os

import click

from remediate.cli.documents import write_outputs
from remediate.cli.stages.job import goes_on, job, tell
from remediate.model.case import STANDINGS
from remediate.model.stage import Verdicts
from remediate.stages.collect import collect


@click.command("collect-metrics")
@goes_on
def command(source: str | None, target: str | None, repository: str | None) -> None:
    """Count what was found and done, and keep the figures."""
    with job(repository) as at:
        verdicts = at.read(source, Verdicts)
        head = verdicts.recoveries.findings.agenda.head
        tally = collect(verdicts, at.doors(head.settings.policy, head.owner))
        counts = {name: tally.standings.get(name, 0) for name in STANDINGS}
        tell(", ".join(f"{count} {name}" for name, count in counts.items()))
        at.write(tally, target, head, "collect-metrics", sum(counts.values()))
        write_outputs({name: str(count) for name, count in counts.items()}, os.environ)
