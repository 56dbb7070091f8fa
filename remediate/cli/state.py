"""What the commands about the state have in common: where it is, who asks, and rows of words."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from remediate.cli.arguments import Option
from remediate.cli.options import options
from remediate.errors import UsageProblem
from remediate.logs.neutral import for_terminal, printable_log

if TYPE_CHECKING:
    from remediate.ports import Shelf

FORMAT = options(
    Option(
        flags=("--format",),
        name="output",
        choices=("text", "json"),
        default="text",
        show_default=True,
        help="How to print the result.",
    )
)
STATE = options(
    Option(
        flags=("--state",),
        name="state",
        metavar="DIR",
        path=True,
        help="The state folder, instead of that of this repository.",
    )
)
BY = options(
    Option(flags=("--by",), name="by", metavar="NAME", help="Who does it; without it, the user logged in.")
)


def ledger_store(state: str | None, config: str | None, remote: str | None = None) -> Shelf:
    """The documents of the state that is meant: in a folder, or on a branch of a remote repository."""
    if remote is not None:
        from remediate.cli.remote import remote_store  # noqa: PLC0415 - not for help and completion

        check_one(state, remote)
        return remote_store(remote, config, os.environ)
    from remediate.state.folder import FolderStore  # noqa: PLC0415 - not for help and completion
    from remediate.state.place import DOCUMENTS, state_folder  # noqa: PLC0415
    from remediate.system.settings import read_policy, repository_around  # noqa: PLC0415

    if state is not None:
        if not Path(state).is_dir():
            raise UsageProblem(f"--state {state}: there is no such folder", hint="Name a state folder.")
        return FolderStore(Path(state) / DOCUMENTS)
    policy = read_policy(config, environment=os.environ).policy
    here = str(Path.cwd())
    return FolderStore(state_folder(policy, os.environ, Path(repository_around(here) or here)) / DOCUMENTS)


def check_one(state: str | None, remote: str | None) -> None:
    """Raises where two places are named at once."""
    if state is not None and remote is not None:
        raise UsageProblem(
            "--state and --remote: which state is meant?", hint="Name one: a folder here, or the branch."
        )


def name_of_user(by: str | None, environment: Mapping[str, str]) -> str:
    """The name that was given, else that of who started the job or is logged in."""
    found = user_of(environment) if by is None else by.strip()
    if not found:
        raise UsageProblem("--by: it must be known who does this", hint="Give your name: `--by NAME`.")
    return found


def user_of(environment: Mapping[str, str]) -> str:
    """Who started the job or is logged in; empty where nothing tells."""
    names = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "USERNAME", "LOGNAME")
    return next(filter(None, (environment.get(name, "") for name in names)), "")


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows as lines with aligned columns, in which nothing acts on a terminal or a CI system."""
    shown = [[printable_log(for_terminal(cell)) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = ("  ".join(map(str.ljust, row, widths)) for row in shown)
    return [line.rstrip() for line in lines]
