"""`remediate diagnose`: from logs to diagnoses."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import click

from remediate.cli.options import config_option, format_option, quiet_option
from remediate.cli.render import render
from remediate.diagnosis.diagnose import diagnose
from remediate.diagnosis.knowledge import load_catalog
from remediate.diagnosis.ranking import load_fit
from remediate.errors import UsageProblem
from remediate.logs.archives import Limits, open_logs
from remediate.logs.formats import FORMATS
from remediate.logs.redaction import Redactor
from remediate.model.diagnosis import Diagnosis
from remediate.system.settings import Settings, read_settings
from remediate.system.sources import find_sources

_EXAMPLES = """
\b
Examples:
  remediate diagnose build.log                    a log in any format, gzip, zip or zstd too
  remediate diagnose logs/                        every log below a folder
  gh run view --log-failed | remediate diagnose -
  remediate diagnose run.zip --format json | jq .cause
  remediate diagnose build.log --format markdown >> "$GITHUB_STEP_SUMMARY"

\b
It exits 0 when it has an answer; "unclassified", with its reason, is one.
"""


@click.command("diagnose", epilog=_EXAMPLES)
@click.argument("sources", nargs=-1, metavar="SOURCE...")
@click.option(
    "--log-format",
    type=click.Choice(["auto", *FORMATS]),
    default="auto",
    show_default=True,
    help="Take the log for this format instead of finding out.",
)
@click.option(
    "--redact-env",
    multiple=True,
    metavar="NAME",
    help="Hide the value of this environment variable wherever it stands, in any encoding. Repeatable.",
)
@format_option
@config_option
@quiet_option
def command(
    sources: tuple[str, ...],
    log_format: str,
    redact_env: tuple[str, ...],
    output: str,
    config: str | None,
    quiet: bool,
) -> None:
    """Name the root cause of failed jobs from their logs.

    SOURCE is a file (plain, gzip, zip, zstd), a folder, or - for standard input.
    """
    if not sources:
        raise UsageProblem(
            "no log given", hint="Name a file or a folder, or - for standard input: remediate diagnose build.log"
        )
    settings = read_settings(config)
    found = list(diagnoses(sources, settings, log_format, redact_env))
    if not found:
        raise UsageProblem(f"{sources[0]}: there is no log in it", hint="Name a folder or archive that holds logs.")
    single = len(found) == 1
    render(found[0] if single else found, output, quiet=quiet)


def diagnoses(
    sources: tuple[str, ...], settings: Settings, log_format: str, redact_env: tuple[str, ...]
) -> Iterator[Diagnosis]:
    """A diagnosis for each log in the sources, in their order."""
    catalog, fit = load_catalog(settings.packs()), load_fit()
    redactor = Redactor([*settings.secrets(os.environ), *secrets_named(redact_env)])
    form = None if log_format == "auto" else FORMATS[log_format]
    for source in find_sources(sources, sys.stdin.buffer):
        with source.open() as stream:
            for part in open_logs(stream, source.name, Limits()):
                yield diagnose(part.stream, catalog, fit, redactor, source=part.name, form=form)


def secrets_named(names: tuple[str, ...]) -> list[str]:
    """The values of the variables; one that is not set would hide nothing, so it is an error."""
    for name in names:
        if not os.environ.get(name):
            raise UsageProblem(f"--redact-env {name}: the variable is not set", hint="Export it, or leave it out.")
    return [os.environ[name] for name in names]


