"""`remediate diagnose`: its options and its help."""

from __future__ import annotations

from typing import Any

import click

from remediate.cli.diagnosing import OPTIONS, diagnose_sources
from remediate.cli.options import options

_EXAMPLES = """
\b
Examples:
  remediate diagnose build.log                    a log of any CI system
  remediate diagnose logs/ run.zip build.log.gz   folders and archives too
  gh run view --log-failed | remediate diagnose -
  remediate diagnose                              the newest failed run of this repository
  remediate diagnose --run 1234567890             that run of it
  remediate diagnose https://github.com/OWNER/NAME/actions/runs/1234567890
  remediate diagnose build.log --format json | jq .cause
  remediate diagnose build.log --format markdown >> "$GITHUB_STEP_SUMMARY"
  remediate diagnose build.log --redact-env DEPLOY_KEY

\b
It exits 0 when it has an answer; "unclassified", with its reason, is one.
For a run it needs a token: GH_TOKEN, GITHUB_TOKEN, or a login of `gh`. It only reads.
Known secrets never show: tokens, keys, passwords in addresses, and what --redact-env names.
"""


@click.command("diagnose", epilog=_EXAMPLES)
@click.argument("sources", nargs=-1, type=click.Path(allow_dash=True), metavar="[SOURCE...]")
@options(*OPTIONS)
def command(**values: Any) -> None:
    """Name the root cause of failed jobs from their logs.

    SOURCE is a log, an archive of logs (gzip, zip, zstd, tar), a folder, - for standard input, or the address
    of a run or job on GitHub. Without one it is the newest failed run of this repository.
    """
    diagnose_sources(**values)
