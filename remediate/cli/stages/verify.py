"""`remediate verify`: the fourth stage."""

from __future__ import annotations

import click

from remediate.cli.stages.job import goes_on, job, tell
from remediate.model.stage import Recoveries
from remediate.stages.verify import verify


@click.command("verify")
@goes_on
def command(source: str | None, target: str | None, repository: str | None) -> None:
    """Look at every original failure again that something was done about."""
    with job(repository) as at:
        recoveries = at.read(source, Recoveries)
        head = recoveries.findings.agenda.head
        verdicts = verify(recoveries, at.doors(head.settings.policy, head.owner))
        for verdict in verdicts.verdicts:
            tell(f"run {verdict.case.key}: {verdict.verdict}, {'; '.join(verdict.seen)}")
        at.write(verdicts, target, head, "verify", len(verdicts.verdicts))
