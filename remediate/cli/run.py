"""`remediate run`: its options and its help."""

from __future__ import annotations

from typing import Any

import click

from remediate.cli.options import options
from remediate.cli.running import OPTIONS, Request, run

_EXAMPLES = """
\b
Examples:
  remediate run -- npm ci                      heal what is transient, pass on what is real
  remediate run --timeout 600 -- make test     a try that hangs ends after ten minutes
  remediate run --only network,service-unavailable -- pip install -r requirements.txt
  remediate run --dry-run -- cargo build       what would be done about a failure
  remediate run --report run.json -- bash -ec 'npm ci && npm test'

\b
The exit code is the command's own: 128 and more for a signal, 124 when its time was over, 126 and 127 when
it could not be started. What it prints goes through as it comes; our own words go to standard error.
"""


@click.command("run", epilog=_EXAMPLES, context_settings={"allow_interspersed_args": False})
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="-- COMMAND...")
@options(*OPTIONS)
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **values: Any) -> None:
    """Run a command; heal what is transient and run it again; pass on a real failure at once.

    A failed build, test or check ends with its own exit code and is never run again.
    """
    ctx.exit(run(Request(words, values)))
