"""Workflow runs of the box: their attempts, jobs, steps, annotations and artifacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .repository import Repository

GOOD = ("success", "skipped", "neutral")
# The worst first: what a run ends as, worked out of its jobs.
_WORST = ("failure", "timed_out", "startup_failure", "cancelled", "action_required", "stale")


@dataclass
class Step:
    """A step of a job; `log` goes into the run's archive."""

    name: str
    conclusion: str | None = "success"
    status: str = "completed"
    number: int = 0
    log: bytes | None = None
    started_at: float | None = None
    completed_at: float | None = None


@dataclass
class Annotation:
    """What a check run says beside its log; lost runners speak only here."""

    message: str
    level: str = "failure"
    path: str = ".github"
    start_line: int = 1
    end_line: int = 1
    title: str | None = None
    raw_details: str | None = None


@dataclass
class Job:
    """A job of one attempt. `log=None` answers 404, `log_gone` 410; `reusable` is not re-run alone."""

    name: str
    conclusion: str | None = "success"
    status: str = "completed"
    log: bytes | None = b""
    annotations: Sequence[Any] = ()
    steps: Sequence[Any] = ()
    runner_name: str | None = "GitHub Actions 1"
    labels: Sequence[str] = ("ubuntu-latest",)
    needs: Sequence[str] = ()
    reusable: bool = False
    log_gone: bool = False
    started_at: float | None = None
    completed_at: float | None = None
    created_at: float | None = None
    id: int = 0
    attempt: int = 0
    run: Any = field(default=None, repr=False)

    @property
    def failed(self) -> bool:
        return self.status == "completed" and self.conclusion not in GOOD


@dataclass
class Artifact:
    """Files that a run kept; `content` is the zip."""

    id: int
    name: str
    content: bytes
    created_at: float
    expires_at: float
    run: Any = field(repr=False)


@dataclass
class Attempt:
    """One try of a run."""

    number: int
    actor: str
    started_at: float
    updated_at: float
    status: str = "queued"
    conclusion: str | None = None
    jobs: list[Job] = field(default_factory=list)


@dataclass(eq=False)
class Run:
    """A run of a workflow; `attempts[-1]` is the one that its endpoints show."""

    repo: Repository = field(repr=False)
    id: int
    number: int
    workflow: str
    name: str
    branch: str | None
    sha: str
    event: str
    actor: str
    display_title: str
    head_repository: str
    created_at: float
    attempts: list[Attempt] = field(default_factory=list)
    artifacts: list[Artifact] = field(default_factory=list)
    logs_deleted: bool = False

    @property
    def attempt(self) -> Attempt:
        return self.attempts[-1]

    @property
    def status(self) -> str:
        return self.attempt.status

    @property
    def conclusion(self) -> str | None:
        return self.attempt.conclusion

    @property
    def jobs(self) -> list[Job]:
        return self.attempt.jobs

    def job(self, name: str) -> Job:
        """The job of that name in the newest attempt."""
        return next(job for job in self.jobs if job.name == name)

    def open_attempt(self, actor: str, jobs: Iterable[Job] = (), status: str = "queued") -> Attempt:
        now = self.repo.box.clock.now()
        attempt = Attempt(len(self.attempts) + 1, actor, now, now, status)
        self.attempts.append(attempt)
        self.set_jobs(jobs)
        return attempt

    def set_jobs(self, jobs: Iterable[Job]) -> None:
        """Gives the newest attempt these jobs; a job of a known name keeps its id."""
        with self.repo.box.lock:
            known = {job.name: job.id for job in self.attempt.jobs}
            self.attempt.jobs = [self._adopt(job, known) for job in jobs]
            self._touch()

    def begin(self) -> None:
        with self.repo.box.lock:
            self.attempt.status = "in_progress"
            self._touch()

    def end(self, conclusion: str | None = None, *, fire: bool = True) -> None:
        """Ends the newest attempt; without a conclusion it is worked out of the jobs."""
        with self.repo.box.lock:
            self.attempt.status = "completed"
            self.attempt.conclusion = conclusion or worst(self.jobs)
            self._touch()
        if fire:
            self.repo.tell("workflow_run", {"action": "completed", **self.repo.box.render.run_event(self)})

    def stop(self) -> None:
        """Ends what is under way as cancelled."""
        for job in self.jobs:
            if job.status != "completed":
                now = self.repo.box.clock.now()
                job.status, job.conclusion, job.completed_at = "completed", "cancelled", now
        self.end("cancelled")

    def add_artifact(
        self, name: str, files: Mapping[str, bytes | str] | bytes, *, days: float = 90
    ) -> Artifact:
        """Keeps files (or a finished zip) as an artifact."""
        from .archives import zipped  # noqa: PLC0415 - it knows this module

        now = self.repo.box.clock.now()
        content = files if isinstance(files, bytes) else zipped(files)
        made = Artifact(self.repo.box.next_id(), name, content, now, now + days * 86400, self)
        self.artifacts.append(made)
        return made

    def _touch(self) -> None:
        self.attempt.updated_at = self.repo.box.clock.now()

    def _adopt(self, job: Job, known: Mapping[str, int]) -> Job:
        now = self.repo.box.clock.now()
        held = replace(job, run=self, attempt=self.attempt.number)
        held.id = job.id or known.get(job.name) or self.repo.box.next_id()
        held.created_at = now if job.created_at is None else job.created_at
        held.started_at = now if job.started_at is None else job.started_at
        if held.status == "completed":
            held.completed_at = now if job.completed_at is None else job.completed_at
        else:
            held.conclusion = held.completed_at = None
        held.annotations = [Annotation(**a) if isinstance(a, Mapping) else a for a in job.annotations]
        steps = [Step(**s) if isinstance(s, Mapping) else s for s in job.steps]
        held.steps = [replace(step, number=step.number or at) for at, step in enumerate(steps, 1)]
        return held


def worst(jobs: Sequence[Job]) -> str:
    """The conclusion of a run with these jobs."""
    ends = {job.conclusion for job in jobs}
    return next((bad for bad in _WORST if bad in ends), "success")


def with_dependents(jobs: Sequence[Job], names: Iterable[str]) -> list[str]:
    """These jobs and all that need one of them, in the order of the run."""
    chosen = set(names)
    grown = True
    while grown:
        more = {job.name for job in jobs if chosen.intersection(job.needs)} - chosen
        grown, chosen = bool(more), chosen | more
    return [job.name for job in jobs if job.name in chosen]
