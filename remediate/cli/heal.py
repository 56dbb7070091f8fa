"""`remediate heal`: the six stages in one process."""

from __future__ import annotations

import os
from typing import Any

import click

from remediate.cli.documents import write_outputs
from remediate.cli.stages.job import begins, job, run_number, settings_of, tell
from remediate.cli.stages.telling import tell_all
from remediate.errors import ROLLBACK_FAILED
from remediate.model.case import STANDINGS
from remediate.stages.heal import heal
from remediate.stages.initialize import Request

_EXAMPLES = """
\b
Examples:
  remediate heal --dry-run               what would be done about the failed runs of this repository
  remediate heal --run-id 123456789      this one run
\b
At a desk it is for the repository of this clone, with the token of GH_TOKEN, GITHUB_TOKEN or `gh`.
Exit code 12: not everything could be undone.
"""


@click.command("heal", epilog=_EXAMPLES)
@begins
@click.pass_context
def command(context: click.Context, /, target: str | None, repository: str | None, **values: Any) -> None:
    """Diagnose failed runs, heal what is safe to heal, prove it, count it and tell of it."""
    settings = settings_of(values)
    request = Request(settings=settings, run=run_number(values["run_id"]), dry_run=values["dry_run"])
    with job(repository) as at:
        healed = heal(at.doors(settings.policy), request, tell)
        tally = healed.tally
        head = tally.verdicts.recoveries.findings.agenda.head
        for case in (course.case for course in tally.verdicts.recoveries.courses):
            tell(f"run {case.key}: {case.standing}, {case.reason}")
        at.write(healed.told, target, head, "notify", tell_all(healed.told))
        write_outputs({name: str(tally.standings.get(name, 0)) for name in STANDINGS}, os.environ)
    broken = any(verdict.verdict == "rollback-failed" for verdict in tally.verdicts.verdicts)
    context.exit(ROLLBACK_FAILED if broken else healed.told.exit_code)
