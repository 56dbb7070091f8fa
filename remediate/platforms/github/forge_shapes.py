"""Branches, pull requests, checks, deployments, issues as GitHub tells them, made into the model's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from remediate.model.actions import CheckState, Comment, Deployment, Pull, Ticket
from remediate.platforms.github.shapes import RepositoryShape, UserShape, moment, number_of


class FileShape(msgspec.Struct, frozen=True, kw_only=True):
    type: str = ""
    encoding: str = ""
    content: str = ""
    sha: str = ""
    size: int | None = None


class StatusShape(msgspec.Struct, frozen=True, kw_only=True):
    state: str = ""
    log_url: str = ""
    target_url: str = ""


class DeploymentShape(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    sha: str = ""
    ref: str = ""
    task: str = "deploy"
    environment: str = ""
    payload: Any = None
    created_at: datetime | None = None

    @property
    def told(self) -> str:
        """Its payload as text."""
        return self.payload if isinstance(self.payload, str) else msgspec.json.encode(self.payload).decode()

    def model(self, state: StatusShape | None) -> Deployment:
        return Deployment(
            id=self.id,
            environment=self.environment,
            commit=self.sha,
            ref=self.ref,
            state=state.state if state else "",
            created=moment(self.created_at),
            task=self.task,
            payload=self.told,
            url=(state.log_url or state.target_url) if state else "",
        )


class _Object(msgspec.Struct, frozen=True, kw_only=True):
    sha: str = ""


class RefShape(msgspec.Struct, frozen=True, kw_only=True):
    ref: str = ""
    object: _Object = _Object()


class _PullEnd(msgspec.Struct, frozen=True, kw_only=True):
    ref: str = ""
    sha: str = ""
    repo: RepositoryShape | None = None


class PullShape(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    state: str = "open"
    merged_at: datetime | None = None
    head: _PullEnd = _PullEnd()
    base: _PullEnd = _PullEnd()
    title: str = ""
    body: str | None = None
    user: UserShape | None = None
    html_url: str = ""

    def model(self) -> Pull:
        return Pull(
            number=self.number,
            state="open" if self.state == "open" else "closed",
            merged=self.merged_at is not None,
            head=self.head.ref,
            head_commit=self.head.sha,
            head_repository=self.head.repo.full_name if self.head.repo else "",
            base=self.base.ref,
            title=self.title,
            body=self.body or "",
            author=self.user.login if self.user else "",
            url=self.html_url,
        )


class CheckShape(msgspec.Struct, frozen=True, kw_only=True):
    name: str = ""
    status: str = ""
    conclusion: str | None = None
    details_url: str | None = None

    def model(self) -> CheckState:
        _, found, rest = (self.details_url or "").partition("/actions/runs/")
        run = rest.partition("/")[0] if found else ""
        return CheckState(
            name=self.name,
            status=self.status,
            conclusion=self.conclusion or "",
            run=int(run) if run.isdecimal() else 0,
        )


class CheckPage(msgspec.Struct, frozen=True, kw_only=True):
    check_runs: tuple[CheckShape, ...] = ()


class _Label(msgspec.Struct, frozen=True, kw_only=True):
    name: str | None = None


class _IsPull(msgspec.Struct, frozen=True):
    """Only that it is there tells something."""


class IssueShape(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    title: str = ""
    body: str | None = None
    state: str = "open"
    labels: tuple[_Label | str, ...] = ()
    user: UserShape | None = None
    html_url: str = ""
    pull_request: _IsPull | None = None

    def model(self) -> Ticket:
        return Ticket(
            number=self.number,
            title=self.title,
            body=self.body or "",
            state="open" if self.state == "open" else "closed",
            labels=tuple(one if isinstance(one, str) else one.name or "" for one in self.labels),
            author=self.user.login if self.user else "",
            url=self.html_url,
        )


class CommentShape(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    body: str | None = None
    user: UserShape | None = None
    created_at: datetime | None = None
    issue_url: str = ""
    html_url: str = ""

    @property
    def by_bot(self) -> bool:
        return self.user is not None and self.user.type == "Bot"

    def model(self) -> Comment:
        return Comment(
            id=self.id,
            number=number_of(self.issue_url),
            body=self.body or "",
            author=self.user.login if self.user else "",
            created=moment(self.created_at),
            url=self.html_url,
        )


class PermissionShape(msgspec.Struct, frozen=True, kw_only=True):
    permission: str = ""
