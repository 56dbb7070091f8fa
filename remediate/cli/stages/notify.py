"""`remediate notify`: the sixth stage."""

from __future__ import annotations

import os
import re

import click

from remediate.cli.arguments import Option
from remediate.cli.documents import read_document
from remediate.cli.options import options
from remediate.cli.stages.job import IN_AND_OUT, job
from remediate.cli.stages.telling import tell_all
from remediate.errors import UsageProblem
from remediate.stages.lifting import lifted
from remediate.stages.notify import notify

_WELL = ("success", "skipped")


@click.command("notify")
@options(
    Option(
        flags=("--results",),
        name="results",
        metavar="STAGE=RESULT...",
        help="How the other stages ended, as in `detect=failure`; people hear of what failed.",
    ),
    *IN_AND_OUT,
)
@click.pass_context
def command(
    context: click.Context,
    /,
    results: str | None,
    source: str | None,
    target: str | None,
    repository: str | None,
) -> None:
    """Tell people: job summary, pull request, escalation issue. Takes the document of any stage."""
    failed = stages_failed(results or "")
    with job(repository) as at:
        tally = lifted(read_document(source, os.environ, at.aside))
        head = tally.verdicts.recoveries.findings.agenda.head
        told = notify(tally, at.doors(head.settings.policy, head.owner))
        at.write(told, target, head, "notify", tell_all(told, failed))
    context.exit(told.exit_code)


def stages_failed(results: str) -> tuple[str, ...]:
    """The stages that did not end well; a word that the platform adds one day is no good end."""
    failed = []
    for word in results.split():
        found = re.fullmatch(r"([a-z-]+)=([a-z_-]+)", word)
        if found is None:
            raise UsageProblem(
                f"--results {word}: this is no stage with its result", hint="Give them as `detect=failure`."
            )
        stage, result = found.groups()
        if result not in _WELL:
            failed.append(stage)
    return tuple(failed)
