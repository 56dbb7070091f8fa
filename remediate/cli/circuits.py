"""`remediate circuits`: which recoveries are held back, and letting them through again."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import click

from remediate.cli.formats.document import document
from remediate.cli.options import Group, config_option
from remediate.cli.remote import REMOTE
from remediate.cli.state import BY, FORMAT, STATE, ledger_store, name_of_user, table
from remediate.errors import UsageProblem
from remediate.safety.circuit import HalfOpen, Open
from remediate.safety.moments import moment

if TYPE_CHECKING:
    from remediate.state.circuits import Circuits, Entry

_EXAMPLES = """
\b
Examples:
  remediate circuits list
  remediate circuits show 3f9c1ab2d0e4
  remediate circuits reset 3f9c1ab2d0e4 --by ada
  remediate circuits list --remote
"""


@click.group("circuits", cls=Group, epilog=_EXAMPLES)
def command() -> None:
    """List, show and reset the circuits that hold recoveries back."""


@command.command("list")
@FORMAT
@STATE
@REMOTE
@config_option
def list_circuits(output: str, state: str | None, remote: str | None, config: str | None) -> None:
    """List the circuits that have seen a failure; all others are closed."""
    found = _book(state, config, remote).circuits
    if output == "json":
        click.echo(document(found))
        return
    for line in table([[*_row(entry)] for entry in found]):
        click.echo(line)
    click.echo(f"{len(found)} circuit{'' if len(found) == 1 else 's'}", err=True)


@command.command("show")
@click.argument("key", metavar="KEY")
@FORMAT
@STATE
@REMOTE
@config_option
def show(key: str, output: str, state: str | None, remote: str | None, config: str | None) -> None:
    """Show one circuit; the first characters of its key are enough."""
    entry = _meant(_book(state, config, remote), key)
    if output == "json":
        click.echo(document(entry))
        return
    for line in table([[name, value] for name, value in _facts(entry) if value]):
        click.echo(line)


@command.command("reset")
@click.argument("key", metavar="KEY")
@BY
@FORMAT
@STATE
@REMOTE
@config_option
def reset(
    key: str, by: str | None, output: str, state: str | None, remote: str | None, config: str | None
) -> None:
    """Close a circuit, so that recoveries are let through again."""
    from remediate.state.circuits import NAME, close, read_circuits  # noqa: PLC0415 - not for help
    from remediate.state.shapes import encoded  # noqa: PLC0415

    who, now, store = name_of_user(by, os.environ), time.time(), ledger_store(state, config, remote)
    whole = _meant(read_circuits(store.read(NAME)[NAME]), key).circuit.key
    after = store.change(
        f"reset {whole} {who} {now}",
        [NAME],
        lambda found: {NAME: encoded(close(read_circuits(found[NAME]), whole, who, now))},
    )
    entry = _meant(read_circuits(after[NAME]), whole)
    click.echo(document(entry) if output == "json" else f"{whole}  closed by {table([[who]])[0]}")


def _book(state: str | None, config: str | None, remote: str | None) -> Circuits:
    from remediate.state.circuits import NAME, read_circuits  # noqa: PLC0415 - not for help

    return read_circuits(ledger_store(state, config, remote).read(NAME)[NAME])


def _meant(book: Circuits, key: str) -> Entry:
    found = [entry for entry in book.circuits if entry.circuit.key.startswith(key)] if key else []
    if len(found) == 1:
        return found[0]
    keys = ", ".join(entry.circuit.key for entry in found)
    hint = f"Say which: {keys}." if found else "`remediate circuits list` shows all that have seen a failure."
    raise UsageProblem(
        f"{key}: {'several circuits begin so' if found else 'there is no such circuit'}", hint=hint
    )


def _row(entry: Entry) -> tuple[str, str, str, str]:
    where = " ".join(part for part in (entry.repository, entry.branch, entry.signature) if part)
    return entry.circuit.key, _state(entry), entry.scope, where


def _state(entry: Entry) -> str:
    state = entry.circuit.state
    return "open" if isinstance(state, Open) else "half-open" if isinstance(state, HalfOpen) else "closed"


def _facts(entry: Entry) -> list[tuple[str, str]]:
    circuit, state = entry.circuit, entry.circuit.state
    lease = state.lease if isinstance(state, HalfOpen) else None
    return [
        ("key", circuit.key),
        ("state", _state(entry)),
        ("since", moment(state.since) if isinstance(state, Open) else ""),
        ("probe", f"{lease.owner}, until {moment(lease.ends)} at the latest" if lease else ""),
        ("failures", "" if isinstance(state, Open | HalfOpen) else str(state.failures)),
        ("successes", str(state.successes) if isinstance(state, HalfOpen) else ""),
        ("scope", entry.scope),
        ("repository", entry.repository),
        ("branch", entry.branch),
        ("signature", entry.signature),
        ("reset", f"by {circuit.reset_by}, {moment(circuit.reset_at)}" if circuit.reset_by else ""),
    ]
