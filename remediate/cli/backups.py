"""`remediate backups`: what was kept of the files that recoveries changed."""

from __future__ import annotations

import os
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remediate.cli.formats.document import document
from remediate.cli.options import Group, config_option
from remediate.cli.remote import REMOTE
from remediate.cli.state import FORMAT, STATE, check_one, table
from remediate.errors import Unreachable, UsageProblem
from remediate.logs.neutral import for_terminal
from remediate.model.policy import Policy
from remediate.system.settings import read_policy, repository_around

if TYPE_CHECKING:
    from remediate.recovery.backups import Backup, Backups, Damaged

SNAPSHOTS = "refs/remediate/snapshots/"
_EXAMPLES = """
\b
Examples:
  remediate backups list
  remediate backups show 20260131T101500-0a1b2c3d
  remediate backups restore 20260131T101500-0a1b2c3d --to /tmp/before
  remediate backups list --remote
  remediate backups restore 20261121-1234567-1 --remote     a branch with what was there before
"""


@click.group("backups", cls=Group, epilog=_EXAMPLES)
def command() -> None:
    """List, show, verify, restore and prune the backups of recoveries."""


@command.command("list")
@FORMAT
@STATE
@REMOTE
@config_option
def list_backups(output: str, state: str | None, remote: str | None, config: str | None) -> None:
    """List the backups, the newest first; of a remote repository, the snapshots of runs that were touched."""
    if remote is not None:
        check_one(state, remote)
        _list_snapshots(remote, output)
        return
    found = _backups(state, config).list()
    if output == "json":
        click.echo(document(found))
        return
    for each in found:
        click.echo(_line(each))
    click.echo(f"{len(found)} backups", err=True)


@command.command("show")
@click.argument("name", metavar="ID")
@FORMAT
@STATE
@config_option
def show(name: str, output: str, state: str | None, config: str | None) -> None:
    """Show what a backup holds."""
    backup = _backups(state, config).show(name)
    if output == "json":
        click.echo(document(backup))
        return
    click.echo(_line(backup))
    for entry in backup.entries:
        what = {"file": f"{entry.size} bytes", "folder": "folder", "absent": "was not there"}[entry.kind]
        mode = f"{entry.mode:04o}" if entry.kind != "absent" else "----"
        click.echo(f"  {mode}  {for_terminal(entry.path)}  {what}")


@command.command("verify")
@click.argument("name", metavar="[ID]", required=False)
@FORMAT
@STATE
@config_option
def verify(name: str | None, output: str, state: str | None, config: str | None) -> None:
    """Check every file of one backup, or of all."""
    backups = _backups(state, config)
    names = [name] if name else [each.id for each in backups.list()]
    checked = [(each, _flaw(backups, each)) for each in names]
    flawed = [(each, flaw) for each, flaw in checked if flaw]
    if output == "json":
        click.echo(document([{"id": each, "whole": not flaw, "reason": flaw} for each, flaw in checked]))
    else:
        for each, flaw in checked:
            click.echo(f"{each}  {for_terminal(flaw) or 'whole'}")
    if flawed:
        raise Unreachable(
            f"{len(flawed)} of {len(checked)} backups are damaged", hint="Nothing of them is ever put back."
        )


@command.command("restore")
@click.argument("name", metavar="ID")
@click.option("--to", "target", type=click.Path(), metavar="DIR", help="Put the files there instead.")
@REMOTE
@FORMAT
@STATE
@config_option
def restore(
    name: str, target: str | None, remote: str | None, output: str, state: str | None, config: str | None
) -> None:
    """Put the files of a backup back as they were; what was not there then is removed.

    Of a remote repository a snapshot becomes the new branch `remediate/restored-ID`; no other is touched.
    """
    if remote is not None:
        check_one(state, remote)
        _restore_snapshot(name, remote, output)
        return
    backups = _backups(state, config)
    backup = backups.show(name)
    folder = Path(target or backup.root)
    if target:
        _new(folder)
    elif not folder.is_dir():
        raise UsageProblem(
            f"{folder}: the folder is not there any more", hint="Name another with `--to DIR`."
        )
    else:
        kept = backups.take(folder, backup.paths, now=time.time(), why=f"before restoring {name}")
        click.echo(f"what is there now is kept as backup {kept.id}", err=True)
    changed = backups.restore(name, folder)
    if output == "json":
        click.echo(document({"id": name, "folder": str(folder), "changed": changed}))
        return
    for path in changed:
        click.echo(for_terminal(path))
    click.echo(f"{len(changed)} paths put back in {folder}", err=True)


@command.command("prune")
@FORMAT
@STATE
@config_option
def prune(output: str, state: str | None, config: str | None) -> None:
    """Remove what is older or more than the configuration keeps."""
    from remediate.recovery.engine_room import pruned  # noqa: PLC0415 - only here

    folder, policy = _place(state, config)
    gone = pruned(folder, policy.backups, time.time())
    if output == "json":
        click.echo(document({"removed": gone}))
        return
    for name in gone:
        click.echo(name)
    click.echo(f"{len(gone)} backups removed", err=True)


def _list_snapshots(remote: str, output: str) -> None:
    from remediate.cli.remote import remote_refs  # noqa: PLC0415 - not for help and completion

    refs = remote_refs(remote, f"{SNAPSHOTS}*", os.environ)
    found = [{"id": ref.removeprefix(SNAPSHOTS), "commit": commit} for ref, commit in reversed(refs)]
    if output == "json":
        click.echo(document(found))
        return
    for line in table([[one["id"], one["commit"]] for one in found]):
        click.echo(line)
    click.echo(f"{len(found)} snapshots", err=True)


def _restore_snapshot(name: str, remote: str, output: str) -> None:
    from remediate.cli.remote import copy_ref  # noqa: PLC0415 - not for help and completion

    branch = f"remediate/restored-{name}"
    commit = copy_ref(remote, f"{SNAPSHOTS}{name}", f"refs/heads/{branch}", os.environ)
    if output == "json":
        click.echo(document({"id": name, "branch": branch, "commit": commit}))
        return
    click.echo(f"{branch} is at {commit} now; merge it, or reset your branch to it", err=True)


def _backups(state: str | None, config: str | None) -> Backups:
    from remediate.recovery.backups import Backups  # noqa: PLC0415 - not for help and completion

    return Backups(_place(state, config)[0])


def _place(state: str | None, config: str | None) -> tuple[Path, Policy]:
    from remediate.state.place import state_folder  # noqa: PLC0415 - not for help and completion

    policy = read_policy(config, environment=os.environ).policy
    here = str(Path.cwd())
    root = Path(repository_around(here) or here)
    return Path(state) if state else state_folder(policy, os.environ, root), policy


def _line(backup: Backup | Damaged) -> str:
    from remediate.recovery.backups import Damaged  # noqa: PLC0415 - not for help and completion

    if isinstance(backup, Damaged):
        return f"{backup.id}  damaged: {for_terminal(backup.reason)}"
    made = f"{datetime.fromtimestamp(backup.created, timezone.utc):%Y-%m-%d %H:%M} UTC"
    why = f"  ({for_terminal(backup.why)})" if backup.why else ""
    return f"{backup.id}  {made}  {backup.size:>10} bytes  {for_terminal(', '.join(backup.paths))}{why}"


def _flaw(backups: Backups, name: str) -> str:
    from remediate.recovery.backups import Damaged  # noqa: PLC0415 - not for help and completion

    found = backups.verify(name)
    return found.reason if isinstance(found, Damaged) else ""


def _new(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageProblem(f"--to {folder}: is not an empty folder", hint="Name one that is, or a new one.")
    folder.mkdir(parents=True, exist_ok=True)
