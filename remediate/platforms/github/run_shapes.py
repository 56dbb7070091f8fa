"""Runs, their jobs, logs, artifacts and caches as GitHub tells them, and what the model makes of them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from remediate.model.actions import Annotation, CacheEntry, Job, JobStep, WorkflowRun
from remediate.platforms.github.shapes import RepositoryShape, UserShape, moment, number_of


class _PullEnd(msgspec.Struct, frozen=True, kw_only=True):
    repo: RepositoryShape | None = None


class _PullRef(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    base: _PullEnd | None = None


class RunShape(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    run_attempt: int = 1
    name: str | None = None
    path: str = ""
    head_branch: str | None = None
    head_sha: str = ""
    event: str = ""
    status: str | None = None
    conclusion: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    run_started_at: datetime | None = None
    display_title: str = ""
    html_url: str = ""
    actor: UserShape | None = None
    repository: RepositoryShape | None = None
    head_repository: RepositoryShape | None = None
    pull_requests: tuple[_PullRef, ...] | None = None

    def model(self, repository: str) -> WorkflowRun:
        return WorkflowRun(
            id=self.id,
            attempt=self.run_attempt,
            repository=repository,
            home=self.head_repository.full_name if self.head_repository else "",
            # A reusable workflow's path bears the ref that it was taken from.
            workflow=self.path.partition("@")[0],
            name=self.name or "",
            event=self.event,
            branch=self.head_branch or "",
            commit=self.head_sha,
            status=self.status or "",
            conclusion=self.conclusion or "",
            created=moment(self.created_at),
            started=moment(self.run_started_at or self.created_at),
            updated=moment(self.updated_at),
            title=self.display_title,
            actor=self.actor.login if self.actor else "",
            url=self.html_url,
            pulls=tuple(one.number for one in self.pull_requests or () if _own(one, repository)),
        )


class RunPage(msgspec.Struct, frozen=True, kw_only=True):
    total_count: int = 0
    workflow_runs: tuple[RunShape, ...] = ()


class _Step(msgspec.Struct, frozen=True, kw_only=True):
    number: int = 0
    name: str = ""
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


class JobShape(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    run_id: int = 0
    run_attempt: int = 1
    name: str = ""
    status: str = ""
    conclusion: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    labels: tuple[str, ...] = ()
    runner_name: str | None = None
    check_run_url: str = ""
    html_url: str | None = None
    steps: tuple[_Step, ...] = ()

    def model(self) -> Job:
        return Job(
            id=self.id,
            run=self.run_id,
            attempt=self.run_attempt,
            name=self.name,
            status=self.status,
            conclusion=self.conclusion or "",
            started=moment(self.started_at),
            completed=moment(self.completed_at),
            labels=tuple(self.labels),
            runner=self.runner_name or "",
            check_run=number_of(self.check_run_url) or self.id,
            url=self.html_url or "",
            steps=tuple(
                JobStep(
                    number=step.number,
                    name=step.name,
                    conclusion=step.conclusion or "",
                    started=moment(step.started_at),
                    completed=moment(step.completed_at),
                )
                for step in self.steps
            ),
        )


class JobPage(msgspec.Struct, frozen=True, kw_only=True):
    total_count: int = 0
    jobs: tuple[JobShape, ...] = ()


class AnnotationShape(msgspec.Struct, frozen=True, kw_only=True):
    annotation_level: str | None = None
    title: str | None = None
    message: str | None = None

    def model(self) -> Annotation:
        return Annotation(
            level=self.annotation_level or "", title=self.title or "", message=self.message or ""
        )


class ArtifactShape(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str = ""
    size_in_bytes: int = 0
    expired: bool = False
    created_at: datetime | None = None


class ArtifactPage(msgspec.Struct, frozen=True, kw_only=True):
    artifacts: tuple[ArtifactShape, ...] = ()


class _Cache(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    key: str = ""
    ref: str = ""
    version: str = ""
    size_in_bytes: int = 0
    created_at: datetime | None = None

    def model(self) -> CacheEntry:
        return CacheEntry(
            id=self.id,
            key=self.key,
            ref=self.ref,
            version=self.version,
            size=self.size_in_bytes,
            created=moment(self.created_at),
        )


class CachePage(msgspec.Struct, frozen=True, kw_only=True):
    actions_caches: tuple[_Cache, ...] = ()


class VariableShape(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    value: str = ""


def _own(pull: _PullRef, repository: str) -> bool:
    """Whether the pull request is one into this repository: those of forks into others are told too."""
    url = pull.base.repo.url if pull.base and pull.base.repo else ""
    return not url or url.lower().endswith(f"/repos/{repository.lower()}")
