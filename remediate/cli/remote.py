"""`--remote`: the state that the workflow keeps on a branch of the repository, instead of the one here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remediate.errors import RemediateError, UsageProblem
from remediate.logs.neutral import for_terminal

if TYPE_CHECKING:
    from remediate.ports import Git
    from remediate.state.branch import BranchStore

# A person waits: shorter than a job would.
_WAIT = 30.0

# In click's way and not by the table: its value may be left out.
REMOTE = click.option(
    "--remote",
    "remote",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[URL]",
    help="The state that the workflow keeps: in the repository of this address, else in this one's `origin`.",
)


def remote_store(remote: str, config: str | None, environment: Mapping[str, str]) -> BranchStore:
    """The state branch of the repository that is meant."""
    from remediate.stages.state_branch import store_at  # noqa: PLC0415 - not for help and completion
    from remediate.system.settings import read_policy  # noqa: PLC0415

    branch = read_policy(config, environment=environment).policy.state_branch
    address, token = remote_address(remote, environment)
    return store_at(address, branch, token=token, wait=_WAIT)


def remote_address(remote: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """Where the repository is, and the token for it; that of a job goes to the job's own repository alone."""
    if not remote and environment.get("GITHUB_ACTIONS") == "true":
        token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN")
        server, name = environment.get("GITHUB_SERVER_URL"), environment.get("GITHUB_REPOSITORY")
        if token and server and name:
            return f"{server.rstrip('/')}/{name}.git", token
    if ":" in remote or "/" in remote:
        return _absolute(remote, Path.cwd()), ""
    return _named(remote or "origin", environment), ""


def remote_refs(remote: str, pattern: str, environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The refs of the repository that fit, each with its commit."""
    import tempfile  # noqa: PLC0415 - only here

    from remediate.errors import Unreachable  # noqa: PLC0415
    from remediate.system.git import SystemGit, with_credentials  # noqa: PLC0415

    address, token = remote_address(remote, environment)
    plain, credentials = with_credentials(address, token)
    # Not here: what a checkout here was told of logging in would go along with what we say.
    with tempfile.TemporaryDirectory() as folder:
        told = SystemGit(environment, credentials).run(
            "ls-remote", "--refs", "--", plain, pattern, folder=Path(folder), timeout=_WAIT
        )
    if told.code != 0:
        raise Unreachable(
            for_terminal(f"{plain}: its refs cannot be read: {told.errors.strip()[:300]}"),
            hint="Check the address, and whether git may log in there.",
        )
    lines = (line.partition("\t") for line in told.output.decode("utf-8", "replace").splitlines())
    return tuple((ref, commit) for commit, _, ref in lines)


def copy_ref(remote: str, source: str, target: str, environment: Mapping[str, str]) -> str:
    """Makes a new ref of the repository that is at the commit of another; that commit."""
    import tempfile  # noqa: PLC0415 - only here

    from remediate.system.git import SystemGit, with_credentials  # noqa: PLC0415

    commit = dict(remote_refs(remote, source, environment)).get(source)
    if commit is None:
        raise UsageProblem(
            for_terminal(f"{source}: there is no such snapshot"),
            hint="`remediate backups list --remote` names them; they are kept for a week.",
        )
    address, token = remote_address(remote, environment)
    plain, credentials = with_credentials(address, token)
    git = SystemGit(environment, credentials)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for words in (
            ("init", "--quiet", "--bare", "."),
            ("fetch", "--quiet", "--depth=1", "--no-tags", "--", plain, source),
            ("push", "--quiet", f"--force-with-lease={target}:", "--", plain, f"{commit}:{target}"),
        ):
            told = git.run(*words, folder=folder, timeout=_WAIT)
            if told.code != 0:
                raise _not_made(target, told.errors)
    return commit


def _not_made(target: str, errors: str) -> RemediateError:
    from remediate.errors import Unreachable  # noqa: PLC0415 - seldom

    return Unreachable(
        for_terminal(f"{target} cannot be made: {errors.strip()[:300]}"),
        hint="It may be there already; else check whether git may push there.",
    )


def _named(name: str, environment: Mapping[str, str]) -> str:
    from remediate.system.git import SystemGit  # noqa: PLC0415 - not for help and completion
    from remediate.system.settings import repository_around  # noqa: PLC0415

    here = repository_around(str(Path.cwd()))
    if here is None:
        raise UsageProblem(
            "--remote: this folder is in no git repository", hint="Name the address: `--remote=URL`."
        )
    git: Git = SystemGit(environment)
    told = git.run("remote", "get-url", "--", name, folder=Path(here))
    if told.code != 0:
        raise UsageProblem(
            for_terminal(f"--remote: {here} has no remote called {name}"),
            hint="Name the address: `--remote=URL`; what else the command takes stands before it.",
        )
    address = told.output.decode("utf-8", "replace").strip()
    return _absolute(address, Path(here))


def _absolute(address: str, around: Path) -> str:
    """A folder as it is seen from anywhere, for git runs elsewhere for us; what is none stays."""
    return (
        address if "://" in address or not (around / address).is_dir() else str((around / address).resolve())
    )
