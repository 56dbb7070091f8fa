"""`remediate init`: writes the workflow that calls Remediate, and its configuration, into a repository."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remediate.cli.options import Known
from remediate.cli.terminal import say, style
from remediate.errors import DONE, USAGE
from remediate.logs.neutral import for_terminal, printable_log

if TYPE_CHECKING:
    from remediate.stages.adopting.adopting import Adoption, Draft

_EXAMPLES = """
\b
Examples:
  remediate init                      two files, pinned to this version by its hash
  remediate init --mode suggest       say what would be done, and do nothing yet
  remediate init --polling            no privileged trigger: look every quarter of an hour
  remediate init --one-job            all six stages on one runner
  remediate init --dry-run            show the files, and write none
"""


@click.command("init", epilog=_EXAMPLES)
@click.argument("folder", metavar="[FOLDER]", default=".")
@click.option("--polling", is_flag=True, help="Look for failed runs on schedule alone.")
@click.option("--one-job", is_flag=True, help="Run all six stages in one job, which holds all permissions.")
@click.option("--mode", type=Known(("observe", "suggest", "heal")), help="What it does at most.")
@click.option("--state-branch", metavar="NAME", default="", help="The branch of the state.")
@click.option("--runs-on", metavar="LABEL", default="", help="The runners that it runs on.")
@click.option("--revision", metavar="HASH", default="", help="The commit of Remediate that is called.")
@click.option("--force", is_flag=True, help="Overwrite a workflow that differs; its differences are shown.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.pass_context
def command(
    ctx: click.Context,
    folder: str,
    polling: bool,
    one_job: bool,
    mode: str | None,
    state_branch: str,
    runs_on: str,
    revision: str,
    force: bool,
    dry_run: bool,
) -> None:
    """Write the workflow and the configuration into the repository of FOLDER; needs no network.

    A configuration that is there is yours and stays as it is.
    """
    from remediate.stages.adopting.adopting import adoption, carry_out  # noqa: PLC0415 - not for help
    from remediate.stages.adopting.wish import Wish  # noqa: PLC0415

    wish = Wish(
        revision=_revision(revision),
        polling=polling,
        one_job=one_job,
        mode=mode or "",
        state_branch=state_branch,
        runs_on=runs_on,
    )
    plan = adoption(Path(folder), wish)
    written = () if dry_run else carry_out(plan, force=force)
    for draft in plan.drafts:
        _tell(draft, dry_run=dry_run, force=force, written=draft in written)
    for note in (*plan.notes, *_ungranted(plan, mode=mode, **{"state-branch": state_branch})):
        say(f"note: {_shown(note)}", err=True)
    kept = [draft for draft in plan.drafts if draft.standing == "differs" and not force]
    if not kept and not dry_run:
        _tell_next(plan, one_job=one_job)
    ctx.exit(USAGE if kept else DONE)


def _ungranted(plan: Adoption, **wishes: str | None) -> Iterator[str]:
    """Wishes that a configuration of the user's own does not hold."""
    for draft in plan.drafts:
        if draft.standing == "yours":
            text = (plan.root / draft.path).read_text(encoding="utf-8")
            there = {line.partition(" #")[0].replace('"', "").strip() for line in text.splitlines()}
            wanted = (f"{key}: {value}" for key, value in wishes.items() if value)
            lines = [f"`{line}`" for line in wanted if line not in there]
            if lines:
                yield f"{draft.path} is yours: write {' and '.join(lines)} into it yourself"


def _revision(given: str) -> str:
    from importlib import metadata  # noqa: PLC0415

    import remediate  # noqa: PLC0415
    from remediate.stages.adopting.revision import revision  # noqa: PLC0415
    from remediate.system.processes import SystemProcesses  # noqa: PLC0415

    try:
        origin = metadata.distribution("remediate").read_text("direct_url.json") or ""
    except metadata.PackageNotFoundError:
        origin = ""
    package = Path(remediate.__file__).absolute()
    return revision(given, package, SystemProcesses(), os.environ, origin)


def _tell(draft: Draft, *, dry_run: bool, force: bool, written: bool) -> None:
    mark = "[DRY-RUN] " if dry_run else ""
    match draft.standing:
        case "same":
            say(f"{mark}{draft.path}: is as it should be")
        case "yours":
            say(f"{mark}{draft.path}: is yours, and stays as it is")
        case "new":
            say(f"{mark}{draft.path}: {'written' if written else 'would be written'}")
            if dry_run:
                say(_shown(draft.text))
        case "differs":
            say(_shown(draft.difference))
            done = "overwritten" if written else "would be overwritten" if force else "differs, and was kept"
            say(f"{mark}{draft.path}: {done}")
            if not force:
                say(style("way out: ", bold=True) + "put it in with --force, or keep yours.", err=True)


def _tell_next(plan: Adoption, *, one_job: bool) -> None:
    ends = f"the end of {', '.join(map(_shown, plan.watched))}, and by " if plan.watched else ""
    say(f"\nIt is started by {ends}the schedule. Next:")
    say("  1. Commit both files to the default branch: GitHub looks for these triggers nowhere else.")
    say("  2. remediate doctor                                     what the token and the settings allow")
    say("  3. gh workflow run remediate.yml -f dry-run=true        what it would do about what has failed")
    if not one_job:
        say("In a private repository every job costs at least a minute: --one-job needs one runner, not six.")


def _shown(text: str) -> str:
    return "\n".join(printable_log(for_terminal(line)) for line in text.splitlines())
