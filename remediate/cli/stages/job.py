"""What the commands of the stages have in common: their options, the doors, documents in and out."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from remediate.cli.arguments import Option
from remediate.cli.documents import read_document, write_document, write_outputs
from remediate.cli.options import options
from remediate.cli.run_address import api_of, spot_here, token_for
from remediate.cli.standard import CONFIG
from remediate.cli.terminal import say
from remediate.errors import UsageProblem
from remediate.logs.neutral import for_terminal, printable_log
from remediate.model.policy import Policy
from remediate.model.stage import Head, Settings
from remediate.ports import Shelf
from remediate.stages.doors import Doors
from remediate.stages.passing_on import schema_of
from remediate.stages.world import Here, here_in, open_doors
from remediate.system.processes import SystemProcesses

Document = TypeVar("Document", bound=msgspec.Struct)
# These may not write to the state branch.
_READING = ("initialize", "detect", "notify")
_MODES = ("observe", "suggest", "heal")

INPUT = Option(
    flags=("--input",),
    name="source",
    metavar="FILE",
    path=True,
    help="The document of the stage before, `-` for standard input; else $REMEDIATE_DOCUMENT.",
)
OUTPUT = Option(
    flags=("--output",),
    name="target",
    metavar="FILE",
    path=True,
    help="Where the document goes, `-` for standard output; else, in a job, its output `document`.",
)
REPOSITORY = Option(
    flags=("--repository",),
    name="repository",
    metavar="OWNER/NAME",
    help="Instead of $GITHUB_REPOSITORY, or of this clone's.",
)
BEGINNING = (
    CONFIG,
    Option(
        flags=("--state-branch",),
        name="state_branch",
        metavar="NAME",
        help="The branch of the state, instead of the configured one.",
    ),
    Option(flags=("--mode",), name="mode", choices=_MODES, help="Instead of the configured mode."),
    Option(flags=("--run-id",), name="run_id", metavar="NUMBER", help="Look at this one run alone."),
    Option(flags=("--dry-run",), name="dry_run", help="Say what would be done; change nothing at all."),
    REPOSITORY,
)
IN_AND_OUT = (INPUT, OUTPUT, REPOSITORY)

begins = options(*BEGINNING, OUTPUT)
goes_on = options(*IN_AND_OUT)


class Job:
    """One call of a stage: its document, and the doors for it."""

    def __init__(self, here: Here, folder: Path) -> None:
        self.here = here
        self.folder = folder

    def doors(self, policy: Policy, owner: str = "") -> Doors:
        """The doors under this policy, in the name of whoever began."""
        here = msgspec.structs.replace(self.here, owner=owner) if owner else self.here
        return open_doors(here, policy, os.environ, self.folder)

    def read(self, source: str | None, kind: type[Document]) -> Document:
        """The document of the stage before; another's is refused."""
        data = read_document(source, os.environ, self.aside)
        wanted = schema_of(msgspec.json.encode({"schema": _schema(kind)}))
        if schema_of(data) != wanted:
            raise UsageProblem(
                f"{source or '$REMEDIATE_DOCUMENT'}: this is a `{schema_of(data) or 'nothing known'}`, and a"
                f" `{wanted}` is wanted",
                hint="Pass on what the stage before this one wrote.",
            )
        try:
            return msgspec.json.decode(data, type=kind)
        except msgspec.DecodeError as error:
            raise UsageProblem(
                f"{source or '$REMEDIATE_DOCUMENT'}: it cannot be read: {error}",
                hint="Run all stages with the same version of Remediate.",
            ) from None

    def write(self, document: msgspec.Struct, target: str | None, head: Head, stage: str, count: int) -> None:
        """The document, and how many things it is about. A dry run lays nothing aside."""
        branch = head.settings.policy.state_branch
        store = None if head.dry_run or stage in _READING else lambda: self.aside(branch)
        write_document(
            msgspec.json.encode(document),
            target,
            os.environ,
            owner=head.owner,
            stage=stage,
            store=store,
            branch=branch,
            last=stage == "notify",
        )
        write_outputs({"count": str(count)}, os.environ)

    def aside(self, branch: str = "") -> Shelf:
        """Where documents are laid that are too large for an output."""
        return self.doors(Policy(state_branch=branch) if branch else Policy()).store


@contextlib.contextmanager
def job(repository: str | None) -> Iterator[Job]:
    """With a folder for what is fetched, which is gone afterwards."""
    here = here_in(os.environ if repository else _around(os.environ), repository=repository or "")
    with tempfile.TemporaryDirectory(prefix="remediate-", ignore_cleanup_errors=True) as folder:
        yield Job(here, Path(folder))


def _around(environment: Mapping[str, str]) -> Mapping[str, str]:
    """A job's own; at a desk with the repository and the server of the clone here, and the token for that."""
    if environment.get("GITHUB_REPOSITORY"):
        return environment
    processes = SystemProcesses()
    try:
        spot = spot_here("", environment, processes)
    except UsageProblem:
        return environment
    return {
        **environment,
        "GITHUB_REPOSITORY": spot.repository,
        "GITHUB_SERVER_URL": spot.server,
        "GITHUB_API_URL": api_of(spot, environment),
        "GITHUB_TOKEN": token_for(spot, environment, processes),
    }


def settings_of(values: dict[str, Any]) -> Settings:
    """The configuration, under what the call says."""
    from remediate.stages.world import settings_in  # noqa: PLC0415 - only the first stage reads it
    from remediate.system.settings import read_policy, read_settings  # noqa: PLC0415

    configured = read_policy(values["config"], environment=os.environ)
    settings = settings_in(configured, read_settings(values["config"]))
    given = {name: values[name] for name in ("mode", "state_branch") if values[name]}
    return msgspec.structs.replace(settings, policy=msgspec.structs.replace(settings.policy, **given))


def run_number(text: str | None) -> int:
    """The number of a run; 0 where none was given."""
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or not int(text):
        raise UsageProblem(
            f"--run-id {text}: this is no number of a run",
            hint="It stands in the run's address, behind /actions/runs/.",
        )
    return int(text)


def tell(line: str) -> None:
    """To the person who watches; nothing in it acts on a terminal or a CI system."""
    say(printable_log(for_terminal(line)), err=True)


def _schema(kind: type[msgspec.Struct]) -> str:
    return str(next(field.default for field in msgspec.structs.fields(kind) if field.name == "schema"))


Said = Callable[[str], None]
