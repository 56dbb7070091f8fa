"""Runs and what belongs to them, in memory, with the rules that GitHub has for them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from fakes.fake_clock import FakeClock
from fakes.fake_doors import FakeDoors

from remediate.model.actions import (
    Annotation,
    CacheEntry,
    Deployment,
    Job,
    LogAbsent,
    LogFile,
    RepositoryFacts,
    WorkflowRun,
)

DAY = 86400.0


class FakeRuns(FakeDoors):
    """The door `Platform`. What is below `add_…`, `finish` and the plain attributes is for the test.

    `on_rerun` is asked for the conclusion of a new attempt, "" while it goes on.
    """

    def __init__(self, clock: FakeClock, repository: str = "octo/shop", default_branch: str = "main") -> None:
        super().__init__(clock)
        self.known = RepositoryFacts(name=repository, default_branch=default_branch)
        self.attempts: dict[int, list[WorkflowRun]] = {}
        self.jobs_of: dict[tuple[int, int], tuple[Job, ...]] = {}
        self.notes: dict[int, tuple[Annotation, ...]] = {}
        self.logs: dict[int, bytes | LogAbsent] = {}
        self.archives: dict[str, bytes] = {}
        self.reports: dict[str, tuple[bytes, ...]] = {}
        self.files: dict[tuple[str, str], bytes] = {}
        self.cached: list[CacheEntry] = []
        self.variables: dict[str, str] = {}
        self.deployed: list[Deployment] = []
        self.calls_left = 1000
        self.on_rerun: Callable[[WorkflowRun], str] = lambda _run: ""
        self.rerun_refused = ""
        self.deploy_refused = ""
        self._numbers = itertools.count(1001)

    # For the test.

    def add_run(self, *, jobs: tuple[Job, ...] = (), **more: Any) -> WorkflowRun:
        """A first attempt, by default one that failed just now."""
        now, number = self.clock.now(), more.get("id") or next(self._numbers)
        known: dict[str, Any] = {
            "id": number,
            "attempt": 1,
            "repository": self.known.name,
            "home": self.known.name,
            "workflow": ".github/workflows/ci.yml",
            "name": "ci",
            "event": "push",
            "branch": "main",
            "commit": f"{number:040x}",
            "status": "completed",
            "conclusion": "failure",
            "created": now - 300,
            "started": now - 300,
            "updated": now,
        }
        run = WorkflowRun(**{**known, **more})
        self.attempts.setdefault(run.id, []).append(run)
        self.jobs_of[run.id, run.attempt] = jobs
        return run

    def finish(self, run: int, conclusion: str, jobs: tuple[Job, ...] | None = None) -> WorkflowRun:
        """The latest attempt ends so."""
        latest = self.attempts[run][-1]
        ended = msgspec.structs.replace(
            latest, status="completed", conclusion=conclusion, updated=self.clock.now()
        )
        self.attempts[run][-1] = ended
        if jobs is not None:
            self.jobs_of[run, ended.attempt] = jobs
        return ended

    def add_cache(self, key: str, ref: str, size: int = 1, created: float = 0.0) -> CacheEntry:
        entry = CacheEntry(id=next(self._numbers), key=key, ref=ref, size=size, created=created)
        self.cached.append(entry)
        return entry

    def add_deployment(self, environment: str, commit: str, state: str, **more: Any) -> Deployment:
        known = {"id": next(self._numbers), "ref": commit, "created": self.clock.now()}
        made = Deployment(**{**known, "environment": environment, "commit": commit, "state": state, **more})
        self.deployed.append(made)
        return made

    def deployment_turns(self, number: int, state: str) -> None:
        self.deployed = [
            msgspec.structs.replace(each, state=state) if each.id == number else each
            for each in self.deployed
        ]

    # The door.

    @property
    def repository(self) -> str:
        return self.known.name

    def facts(self) -> RepositoryFacts:
        self.enter("facts")
        return self.known

    def unsuccessful_runs(self, since: float) -> tuple[WorkflowRun, ...]:
        self.enter("unsuccessful_runs")
        latest = [attempts[-1] for attempts in self.attempts.values()]
        found = [run for run in latest if run.ended and run.conclusion != "success" and run.created >= since]
        return tuple(sorted(found, key=lambda run: run.created))

    def run(self, run: int, attempt: int = 0) -> WorkflowRun | None:
        self.enter(f"run {run} {attempt}")
        found = [each for each in self.attempts.get(run, ()) if attempt in (0, each.attempt)]
        return found[-1] if found else None

    def jobs(self, run: int, attempt: int) -> tuple[Job, ...]:
        self.enter(f"jobs {run} {attempt}")
        return self.jobs_of.get((run, attempt), ())

    def annotations(self, job: Job) -> tuple[Annotation, ...]:
        self.enter(f"annotations {job.id}")
        return self.notes.get(job.id, ())

    def job_log(self, job: Job, folder: Path) -> LogFile | LogAbsent:
        self.enter(f"job_log {job.id}")
        log = self.logs.get(job.id, LogAbsent(gap="missing", reason="there is no log of it"))
        return log if isinstance(log, LogAbsent) else _written(folder / f"{job.id}.log", log)

    def archive(self, run: WorkflowRun, folder: Path) -> LogFile | LogAbsent:
        self.enter(f"archive {run.key}")
        if run.key not in self.archives:
            return LogAbsent(gap="missing", reason="there is no archive of it")
        return _written(folder / f"{run.key}.zip", self.archives[run.key])

    def test_reports(self, run: WorkflowRun, folder: Path) -> tuple[LogFile, ...]:
        self.enter(f"test_reports {run.key}")
        reports = enumerate(self.reports.get(run.key, ()))
        return tuple(_written(folder / f"{run.key}-{number}.zip", report) for number, report in reports)

    def file(self, path: str, ref: str) -> bytes | None:
        self.enter(f"file {path} {ref}")
        return self.files.get((path, ref))

    def rerun_failed(self, run: WorkflowRun) -> str:
        self.enter(f"rerun_failed {run.key}")
        latest = self.attempts[run.id][-1] if run.id in self.attempts else None
        if latest is None:
            return "Not Found"
        if latest.attempt > run.attempt:
            return ""
        if self.rerun_refused:
            return self.rerun_refused
        if not latest.ended:
            return "This workflow run is already running"
        if self.clock.now() - latest.created > 30 * DAY or latest.attempt > 50:
            return "Unable to retry this workflow run because it was created over a month ago"
        again = msgspec.structs.replace(
            latest, attempt=latest.attempt + 1, status="in_progress", conclusion="", started=self.clock.now()
        )
        self.attempts[run.id].append(again)
        self.happened(f"rerun {again.key}")
        conclusion = self.on_rerun(again)
        if conclusion:
            self.finish(run.id, conclusion)
        return ""

    def caches(self, key: str, ref: str = "") -> tuple[CacheEntry, ...]:
        self.enter(f"caches {key} {ref}")
        return tuple(entry for entry in self.cached if entry.key == key and ref in ("", entry.ref))

    def delete_cache(self, entry: CacheEntry) -> bool:
        self.enter(f"delete_cache {entry.id}")
        there = [each for each in self.cached if each.id == entry.id]
        self.cached = [each for each in self.cached if each.id != entry.id]
        if there:
            self.happened(f"delete_cache {entry.key} {entry.ref}")
        return bool(there)

    def variable(self, name: str) -> str | None:
        self.enter(f"variable {name}")
        return self.variables.get(name)

    def set_variable(self, name: str, value: str | None) -> None:
        self.enter(f"set_variable {name}")
        if self.variables.get(name) == value:
            return
        self.variables.pop(name, None)
        if value is not None:
            self.variables[name] = value
        self.happened(f"set_variable {name} {value}")

    def deployments(self, environment: str) -> tuple[Deployment, ...]:
        self.enter(f"deployments {environment}")
        found = [each for each in self.deployed if not environment or each.environment == environment]
        return tuple(sorted(found, key=lambda each: (each.created, each.id), reverse=True))

    def deploy(self, ref: str, environment: str, why: str, mark: str) -> Deployment | str:
        self.enter(f"deploy {ref} {environment}")
        marked = [each for each in self.deployed if mark in each.payload]
        if marked:
            return marked[-1]
        if self.deploy_refused:
            return self.deploy_refused
        made = self.add_deployment(environment, ref, "", payload=mark)
        self.happened(f"deploy {ref} {environment}")
        return made


def _written(path: Path, content: bytes) -> LogFile:
    path.write_bytes(content)
    return LogFile(path=path)
