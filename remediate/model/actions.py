"""What a CI platform holds: runs, their jobs, logs, caches, pull requests, deployments."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

# As GitHub says it; empty while it is going on.
Conclusion = str
FAILURES: frozenset[Conclusion] = frozenset({"failure", "timed_out", "startup_failure"})
# Ended without success, and nothing failed of itself: what they are is written down, and no more.
UNHEALED: frozenset[Conclusion] = frozenset({"cancelled", "action_required", "neutral", "stale", "skipped"})


class RepositoryFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What kind of repository this is."""

    name: str
    default_branch: str
    private: bool = False
    archived: bool = False


class WorkflowRun(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt of a run. Times are seconds since 1970; `home` is the repository that its code is from.

    `home` is empty where that repository is gone; `pulls` may be empty for a fork.
    """

    id: int
    attempt: int
    repository: str
    home: str
    workflow: str
    name: str
    event: str
    branch: str
    commit: str
    status: str
    conclusion: Conclusion
    created: float
    started: float
    updated: float
    title: str = ""
    actor: str = ""
    url: str = ""
    pulls: tuple[int, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing of it goes on."""
        return self.status == "completed"

    @property
    def key(self) -> str:
        """Names the attempt; one that may not run yet is another than the one that it is once it may."""
        waits = "-unapproved" if self.conclusion == "action_required" else ""
        return f"{self.id}-{self.attempt}{waits}"


class JobStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a job, as the platform recorded it."""

    number: int
    name: str
    conclusion: Conclusion
    started: float = 0.0
    completed: float = 0.0


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job of an attempt."""

    id: int
    run: int
    attempt: int
    name: str
    status: str
    conclusion: Conclusion
    started: float = 0.0
    completed: float = 0.0
    labels: tuple[str, ...] = ()
    runner: str = ""
    check_run: int = 0
    url: str = ""
    steps: tuple[JobStep, ...] = ()


class Annotation(msgspec.Struct, frozen=True, kw_only=True):
    """What a check says beside its log; a lost runner is told of nowhere else."""

    level: str
    title: str
    message: str


class LogFile(msgspec.Struct, frozen=True, kw_only=True):
    """A log that was fetched; `cut` where it ended before it was whole."""

    path: Path
    cut: bool = False


LogGap = Literal["missing", "not-yet", "expired", "dead-runner", "cancelled", "forbidden", "corrupt"]


class LogAbsent(msgspec.Struct, frozen=True, kw_only=True):
    """There is no log to read, and why."""

    gap: LogGap
    reason: str


class CacheEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A cache of the platform; one key may be there for several refs. `created` is 0 where it is not told."""

    id: int
    key: str
    ref: str
    version: str = ""
    size: int = 0
    created: float = 0.0


class Pull(msgspec.Struct, frozen=True, kw_only=True):
    """A pull request."""

    number: int
    state: Literal["open", "closed"]
    merged: bool
    head: str
    head_commit: str
    head_repository: str
    base: str
    title: str = ""
    body: str = ""
    author: str = ""
    url: str = ""


class CheckState(msgspec.Struct, frozen=True, kw_only=True):
    """A check or a run on a commit."""

    name: str
    status: str
    conclusion: Conclusion
    run: int = 0


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment with its latest state, which is empty where none was told."""

    id: int
    environment: str
    commit: str
    ref: str
    state: str
    created: float
    task: str = "deploy"
    payload: str = ""
    url: str = ""


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """An issue of the tracker."""

    number: int
    title: str
    body: str
    state: Literal["open", "closed"]
    labels: tuple[str, ...] = ()
    author: str = ""
    url: str = ""


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment under an issue or a pull request, `number`."""

    id: int
    number: int
    body: str
    author: str
    created: float
    url: str = ""
