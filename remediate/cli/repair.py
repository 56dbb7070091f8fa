"""`remediate repair`: carries out the orders of a folder where no token is."""

from __future__ import annotations

import os
from pathlib import Path

import click

from remediate.errors import UsageProblem
from remediate.logs.neutral import printable_log

_FOLDER = "REMEDIATE_REPAIR_FOLDER"
_EXAMPLES = """
\b
Examples:
  remediate repair "$RUNNER_TEMP/remediate-repair"

\b
It is the step between `recover --phase=prepare` and `recover --phase=publish`: package managers run here, so
it refuses to start where it sees a token. How each repair went stands in its `repair.json`; a lockfile that
could not be repaired is told there, and the exit code is 0 all the same.
"""


@click.command("repair", epilog=_EXAMPLES)
@click.argument("folder", required=False, type=click.Path(file_okay=False))
def command(folder: str | None) -> None:
    """Repair the lockfiles that the orders in FOLDER name; refuses to start beside a token.

    Without FOLDER, the variable REMEDIATE_REPAIR_FOLDER names it.
    """
    from remediate.stages.repairing_apart import repair_orders  # noqa: PLC0415 - not for help and completion

    place = folder or os.environ.get(_FOLDER, "")
    if not place:
        raise UsageProblem("no folder of orders is named", hint=f"Name it, or set {_FOLDER}.")
    for repair in repair_orders(Path(place).absolute(), os.environ):
        what = ", ".join(one.path for one in repair.files) or repair.reason or repair.said
        click.echo(printable_log(f"{repair.case}: {repair.ended}: {what}"))
