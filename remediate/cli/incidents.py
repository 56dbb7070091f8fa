"""`remediate incidents`: which failures are more than one run's, and which wait for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from remediate.cli.formats.document import document
from remediate.cli.options import Group, config_option
from remediate.cli.remote import REMOTE
from remediate.cli.state import FORMAT, STATE, ledger_store, table
from remediate.errors import UsageProblem
from remediate.incidents.words import approve_command
from remediate.safety.moments import moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from remediate.model.incident import Incident

_EXAMPLES = """
\b
Examples:
  remediate incidents list --remote
  remediate incidents list --all
  remediate incidents show 20150e5d755bf778
"""
_SHOWN = 10


@click.group("incidents", cls=Group, epilog=_EXAMPLES)
def command() -> None:
    """List and show the incidents: one for each failure, wherever it is seen."""


@command.command("list")
@click.option("--all", "every", is_flag=True, help="Those that are over too.")
@FORMAT
@STATE
@REMOTE
@config_option
def list_incidents(
    every: bool, output: str, state: str | None, remote: str | None, config: str | None
) -> None:
    """List the open incidents, the latest first."""
    found = [one for one in _known(state, config, remote) if every or one.status == "open"]
    found.sort(key=lambda one: one.seen, reverse=True)
    if output == "json":
        click.echo(document(found))
        return
    for line in table([_row(one) for one in found]):
        click.echo(line)
    click.echo(f"{len(found)} incident{'' if len(found) == 1 else 's'}", err=True)


@command.command("show")
@click.argument("signature", metavar="SIGNATURE")
@FORMAT
@STATE
@REMOTE
@config_option
def show(signature: str, output: str, state: str | None, remote: str | None, config: str | None) -> None:
    """Show one incident; the first characters of its signature are enough."""
    one = _meant(_known(state, config, remote), signature)
    if output == "json":
        click.echo(document(one))
        return
    for line in table([[name, value] for name, value in _facts(one) if value]):
        click.echo(line)


def _known(state: str | None, config: str | None, remote: str | None) -> tuple[Incident, ...]:
    from remediate.state.incidents import NAME, read_incidents  # noqa: PLC0415 - not for help

    return read_incidents(ledger_store(state, config, remote).read(NAME)[NAME]).incidents


def _meant(known: tuple[Incident, ...], signature: str) -> Incident:
    found = [one for one in known if signature and one.signature.startswith(signature)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.signature for one in found)
    hint = f"Say which: {names}." if found else "`remediate incidents list --all` shows all that are known."
    raise UsageProblem(
        f"{signature}: {'several incidents begin so' if found else 'there is no such incident'}", hint=hint
    )


def _status(one: Incident) -> str:
    return "for a person" if one.escalated and one.status == "open" else one.status


def _row(one: Incident) -> list[str]:
    often = f"{one.count} on {len(one.branches)} branch{'' if len(one.branches) == 1 else 'es'}"
    return [one.signature, _status(one), one.severity, often, moment(one.seen), one.cause, one.title]


def _facts(one: Incident) -> Iterator[tuple[str, str]]:
    yield "signature", one.signature
    yield "status", _status(one)
    yield "severity", one.severity
    yield "cause", f"{one.cause}: {one.title}"
    yield "issue", str(one.ticket) if one.ticket else ""
    yield "rule", one.rule
    often = "once" if one.count == 1 else f"{one.count} times"
    yield "seen", f"{often}, first {moment(one.opened)}, last {moment(one.seen)}"
    yield "branches", ", ".join(one.branches[-_SHOWN:])
    yield "because", one.reason
    yield "next", one.hint
    yield "plan", f"{one.proposal.hash}: {'; '.join(one.proposal.words)}" if one.proposal else ""
    yield "circuits", ", ".join(one.circuits)
    yield "proof", "; ".join(one.proof)
    for line in one.evidence:
        yield "line", line
    for row in reversed(one.runs[-_SHOWN:]):
        yield "run", f"{row.key}  {moment(row.at)}  {row.branch}  {row.standing}  {row.reason}"
    for row in reversed(one.runs):
        if row.asks:
            yield "asks", f"{row.key}  {approve_command(row.asks)}"
    for event in reversed(one.events[-_SHOWN:]):
        yield "history", f"{moment(event.at)}  {event.kind}  {event.words}"
