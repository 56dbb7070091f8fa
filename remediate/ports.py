"""The doors to the world, as types: engines know these alone, adapters alone implement them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from remediate.model.actions import (
    Annotation,
    CacheEntry,
    CheckState,
    Comment,
    Deployment,
    Job,
    LogAbsent,
    LogFile,
    Pull,
    RepositoryFacts,
    Ticket,
    WorkflowRun,
)


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """A process that ended; `code` is negative for a signal and None when it was stopped for its time."""

    code: int | None
    output: bytes
    seconds: float


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """The program is not there, or may not be started."""

    program: str
    reason: str


class Clock(Protocol):
    """Time, and waiting for it."""

    def now(self) -> float:
        """Seconds since 1970, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Returns after so many seconds."""


class Processes(Protocol):
    """Programs of this machine."""

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        timeout: float,
        reads: bool = False,
    ) -> Finished | Absent:
        """Runs to the end, both outputs together in their order. `reads` promises that nothing is changed.

        `environment` is all that the program sees. At the timeout the whole process group is killed.
        """

    def find(self, program: str) -> Path | None:
        """Where the program is, as a shell would find it."""


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """What git said; `code` is None when it was stopped for its time."""

    code: int | None
    output: bytes
    errors: str


class Git(Protocol):
    """The program git, without questions, hooks, or settings of others; where it is not there it raises."""

    def run(self, *words: str, folder: Path, data: bytes = b"", timeout: float = 60.0) -> Spoken:
        """One command to its end; `data` is what it reads. What it says holds no secret of ours."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """An answer over HTTP; the body is cut at the limit that was asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Unanswered(msgspec.Struct, frozen=True, kw_only=True):
    """No answer came."""

    reason: str


class Web(Protocol):
    """Requests over HTTP. Private addresses are refused unless the configuration named them."""

    def request(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] = {},
        body: bytes = b"",
        timeout: float = 10.0,
    ) -> Answered | Unanswered:
        """One request, one answer; never repeated, redirects not followed."""


Documents = Mapping[str, bytes | None]


class Store(Protocol):
    """Documents that outlive the process; raises `Unreachable` when they cannot be read or written."""

    def read(self, *names: str) -> Documents:
        """The documents by name, None for one that is not there."""

    def change(
        self, change_id: str, names: Sequence[str], change: Callable[[Documents], Documents]
    ) -> Documents:
        """Applies a pure function to the named documents, once for each id, and gives what they are then.

        Nobody else changes them in between; a lost race reads and applies again. None removes a document.
        """


class Shelf(Store, Protocol):
    """A store whose documents can be listed."""

    def names(self, below: str = "") -> tuple[str, ...]:
        """The documents there are whose name begins so."""


class Platform(Protocol):
    """Runs and what belongs to them. Raises `Unreachable` where the platform cannot be reached or refuses.

    Every write is looked up before it is repeated; asked for something that is done already, it says so by
    doing nothing.
    """

    @property
    def repository(self) -> str:
        """OWNER/NAME."""

    @property
    def calls_left(self) -> int:
        """How many more requests this process may make."""

    def facts(self) -> RepositoryFacts:
        """What kind of repository this is."""

    def unsuccessful_runs(self, since: float) -> tuple[WorkflowRun, ...]:
        """The runs created since then that ended without success, the oldest first."""

    def run(self, run: int, attempt: int = 0) -> WorkflowRun | None:
        """An attempt, or the latest; None where it is gone."""

    def jobs(self, run: int, attempt: int) -> tuple[Job, ...]:
        """The jobs of an attempt, with those that it took over from an earlier one."""

    def annotations(self, job: Job) -> tuple[Annotation, ...]:
        """What the job's check run says."""

    def job_log(self, job: Job, folder: Path) -> LogFile | LogAbsent:
        """The log, fetched into the folder."""

    def archive(self, run: WorkflowRun, folder: Path) -> LogFile | LogAbsent:
        """The zip of all logs of the attempt."""

    def test_reports(self, run: WorkflowRun, folder: Path) -> tuple[LogFile, ...]:
        """The archives of artifacts that may hold JUnit reports."""

    def file(self, path: str, ref: str) -> bytes | None:
        """A file at a commit; None where there is none."""

    def rerun_failed(self, run: WorkflowRun) -> str:
        """Re-runs the failed jobs and their dependents; empty, or why the platform will not."""

    def caches(self, key: str, ref: str = "") -> tuple[CacheEntry, ...]:
        """The caches with exactly this key."""

    def delete_cache(self, entry: CacheEntry) -> bool:
        """Whether it was there to delete."""

    def variable(self, name: str) -> str | None:
        """A variable of the repository; None where it is not set."""

    def set_variable(self, name: str, value: str | None) -> None:
        """Sets it; None takes it away."""

    def deployments(self, environment: str) -> tuple[Deployment, ...]:
        """The latest deployments to an environment, the newest first."""

    def deploy(self, ref: str, environment: str, why: str, mark: str) -> Deployment | str:
        """A new deployment of this ref, or why the platform will not; `mark` finds it again."""


class Forge(Protocol):
    """Branches and pull requests of the repository."""

    def head_of(self, branch: str) -> str | None:
        """The commit that the branch is at; None where there is none."""

    def pull(self, number: int) -> Pull | None:
        """A pull request."""

    def pulls_of(self, branch: str, home: str = "") -> tuple[Pull, ...]:
        """The pull requests from this branch of this repository, or of the one that is named."""

    def open_pull(self, *, head: str, base: str, title: str, body: str) -> Pull | str:
        """The pull request from head to base, an open one where there is one; or why it cannot be opened."""

    def close_pull(self, number: int) -> None:
        """Closes it without merging."""

    def delete_branch(self, branch: str, commit: str) -> bool:
        """Deletes the branch if it is still at this commit; whether it is gone."""

    def checks(self, commit: str) -> tuple[CheckState, ...]:
        """The checks and runs on a commit."""

    def snapshot(self, name: str, commit: str) -> str:
        """Makes a ref `refs/remediate/snapshots/NAME`, and gives its full name."""

    def snapshots(self) -> tuple[tuple[str, str], ...]:
        """The snapshots' refs, each with its commit."""

    def drop_snapshot(self, ref: str) -> None:
        """Deletes one; nothing where it is gone."""


class Tracker(Protocol):
    """Issues and comments."""

    def may_write(self, user: str) -> bool:
        """Whether this person has write access."""

    def tickets(self, label: str) -> tuple[Ticket, ...]:
        """The issues with this label, open and closed."""

    def open_ticket(self, *, title: str, body: str, labels: tuple[str, ...], mark: str) -> Ticket:
        """The issue whose body begins with this mark; opened where there is none."""

    def edit_ticket(
        self, number: int, *, title: str | None = None, body: str | None = None, state: str | None = None
    ) -> None:
        """Changes what is given."""

    def comments(self, since: float) -> tuple[Comment, ...]:
        """The comments under all issues and pull requests since then, the oldest first."""

    def put_comment(self, number: int, body: str, mark: str) -> Comment:
        """The one comment of ours with this mark: opened, or changed where its body differs."""
