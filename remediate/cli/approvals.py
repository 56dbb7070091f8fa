"""`remediate approvals`: a person's word that a plan may be carried out."""

from __future__ import annotations

import os
import time

import click

from remediate.cli.formats.document import document
from remediate.cli.options import Group, config_option
from remediate.cli.remote import REMOTE
from remediate.cli.state import BY, FORMAT, STATE, ledger_store, name_of_user, table
from remediate.errors import UsageProblem
from remediate.safety.moments import moment

_EXAMPLES = """
\b
Examples:
  remediate approvals list
  remediate approvals give 5d0c9f3a1b7e2648 --by ada
  remediate approvals revoke 5d0c9f3a1b7e2648
  remediate approvals give 5d0c9f3a1b7e2648 --remote=https://git.example/octo/shop
"""


@click.group("approvals", cls=Group, epilog=_EXAMPLES)
def command() -> None:
    """List, give and revoke approvals of plans."""


@command.command("list")
@FORMAT
@STATE
@REMOTE
@config_option
def list_approvals(output: str, state: str | None, remote: str | None, config: str | None) -> None:
    """List the approvals that were given of late, whether they still hold or not."""
    from remediate.state.approvals import NAME, read_approvals  # noqa: PLC0415 - not for help

    found = read_approvals(ledger_store(state, config, remote).read(NAME)[NAME]).approvals
    if output == "json":
        click.echo(document(found))
        return
    for line in table([[one.plan, moment(one.at), one.by] for one in found]):
        click.echo(line)
    click.echo(f"{len(found)} approval{'' if len(found) == 1 else 's'}", err=True)


@command.command("give")
@click.argument("plan", metavar="HASH")
@BY
@FORMAT
@STATE
@REMOTE
@config_option
def give(
    plan: str, by: str | None, output: str, state: str | None, remote: str | None, config: str | None
) -> None:
    """Approve the plan of this hash; it lapses when the plan, the commit or the run changes."""
    from remediate.state.approvals import NAME, check_hash, read_approvals  # noqa: PLC0415 - not for help
    from remediate.state.approvals import give as given  # noqa: PLC0415
    from remediate.state.shapes import encoded  # noqa: PLC0415

    check_hash(plan)
    who, now, store = name_of_user(by, os.environ), time.time(), ledger_store(state, config, remote)
    after = store.change(
        f"approve {plan} {who} {now}",
        [NAME],
        lambda found: {NAME: encoded(given(read_approvals(found[NAME]), plan, who, now))},
    )
    (one,) = (one for one in read_approvals(after[NAME]).approvals if one.plan == plan)
    click.echo(document(one) if output == "json" else f"{plan}  approved by {table([[who]])[0]}")


@command.command("revoke")
@click.argument("plan", metavar="HASH")
@FORMAT
@STATE
@REMOTE
@config_option
def revoke(plan: str, output: str, state: str | None, remote: str | None, config: str | None) -> None:
    """Take an approval back."""
    from remediate.state.approvals import NAME, check_hash, read_approvals  # noqa: PLC0415 - not for help
    from remediate.state.approvals import revoke as revoked  # noqa: PLC0415
    from remediate.state.shapes import encoded  # noqa: PLC0415

    check_hash(plan)
    store = ledger_store(state, config, remote)
    if plan not in {one.plan for one in read_approvals(store.read(NAME)[NAME]).approvals}:
        raise UsageProblem(f"{plan}: was not approved", hint="`remediate approvals list` shows what was.")
    store.change(
        f"revoke {plan} {time.time()}",
        [NAME],
        lambda found: {NAME: encoded(revoked(read_approvals(found[NAME]), plan))},
    )
    click.echo(document({"plan": plan, "revoked": True}) if output == "json" else f"{plan}  revoked")
