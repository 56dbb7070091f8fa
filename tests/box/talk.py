"""What people and programs say in a repository: issues, pull requests, comments, statuses, deployments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Label:
    id: int
    name: str
    color: str = "ededed"
    description: str | None = None


@dataclass
class Comment:
    id: int
    user: str
    body: str
    created_at: float
    updated_at: float
    issue: int = 0
    reactions: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Issue:
    """An issue; a pull request is one too, with `pull` set."""

    id: int
    number: int
    title: str
    body: str | None
    user: str
    created_at: float
    updated_at: float
    state: str = "open"
    state_reason: str | None = None
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    closed_at: float | None = None
    closed_by: str | None = None
    locked: bool = False
    pull: Pull | None = None


@dataclass
class Pull:
    """The part of a pull request that an issue has not."""

    id: int
    head_repository: str
    head: str
    base: str
    head_sha: str
    base_sha: str
    draft: bool = False
    merged_at: float | None = None
    merged_by: str | None = None
    merge_commit: str | None = None
    maintainer_can_modify: bool = False


@dataclass
class Status:
    """A commit status."""

    id: int
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    creator: str
    created_at: float


@dataclass
class CheckRun:
    """A check run that is no job: one that an App or a workflow token made."""

    id: int
    name: str
    head_sha: str
    status: str
    conclusion: str | None
    started_at: float | None
    completed_at: float | None
    title: str | None = None
    summary: str | None = None
    details_url: str | None = None
    external_id: str = ""
    annotations: list[Any] = field(default_factory=list)


@dataclass
class Deployment:
    id: int
    sha: str
    ref: str
    task: str
    environment: str
    description: str | None
    payload: Any
    creator: str
    created_at: float
    production: bool = False
    transient: bool = False
    statuses: list[DeploymentStatus] = field(default_factory=list)


@dataclass
class DeploymentStatus:
    id: int
    state: str
    creator: str
    description: str
    environment: str
    environment_url: str
    log_url: str
    created_at: float


@dataclass
class Cache:
    id: int
    key: str
    ref: str
    version: str
    size: int
    created_at: float
    last_accessed_at: float


@dataclass
class Variable:
    name: str
    value: str
    created_at: float
    updated_at: float
