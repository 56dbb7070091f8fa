"""Which commit on which branch a command runs on, as the CI system or the repository tells."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from remediate.model.subject import Subject
from remediate.ports import Finished, Processes

_PROBE = 10.0


class _Repository(msgspec.Struct):
    full_name: str


class _Head(msgspec.Struct):
    repo: _Repository | None = None


class _PullRequest(msgspec.Struct):
    head: _Head


class _Event(msgspec.Struct):
    pull_request: _PullRequest | None = None


def subject_of(
    command: tuple[str, ...], environment: Mapping[str, str], folder: Path, processes: Processes
) -> Subject:
    """What the command is run for; the code of a fork is not trusted, nor what cannot be told from it."""
    if environment.get("GITHUB_ACTIONS") == "true":
        return _on_github(command, environment)
    if environment.get("GITLAB_CI") == "true":
        return _on_gitlab(command, environment)
    return _at_a_desk(command, environment, folder, processes)


def _on_github(command: tuple[str, ...], environment: Mapping[str, str]) -> Subject:
    repository = environment.get("GITHUB_REPOSITORY", "")
    return Subject(
        repository=repository,
        branch=environment.get("GITHUB_HEAD_REF") or environment.get("GITHUB_REF_NAME", ""),
        commit=environment.get("GITHUB_SHA", ""),
        workflow=environment.get("GITHUB_WORKFLOW", ""),
        run=environment.get("GITHUB_RUN_ID", ""),
        trusted=_is_own_code(environment, repository),
        command=command,
    )


def _is_own_code(environment: Mapping[str, str], repository: str) -> bool:
    if not environment.get("GITHUB_EVENT_NAME", "").startswith("pull_request"):
        return True
    try:
        event = msgspec.json.decode(Path(environment.get("GITHUB_EVENT_PATH", "")).read_bytes(), type=_Event)
    except (OSError, msgspec.DecodeError):
        return False
    head = event.pull_request.head.repo if event.pull_request else None
    return head is not None and head.full_name == repository


def _on_gitlab(command: tuple[str, ...], environment: Mapping[str, str]) -> Subject:
    repository = environment.get("CI_PROJECT_PATH", "")
    source = environment.get("CI_MERGE_REQUEST_SOURCE_PROJECT_PATH", repository)
    return Subject(
        repository=repository,
        branch=environment.get("CI_COMMIT_REF_NAME", ""),
        commit=environment.get("CI_COMMIT_SHA", ""),
        workflow=environment.get("CI_JOB_NAME", ""),
        run=environment.get("CI_PIPELINE_ID", ""),
        trusted=source == repository,
        command=command,
    )


def _at_a_desk(
    command: tuple[str, ...], environment: Mapping[str, str], folder: Path, processes: Processes
) -> Subject:
    def ask(*words: str) -> str:
        told = processes.run(
            ("git", *words), folder=folder, environment=environment, timeout=_PROBE, reads=True
        )
        if not isinstance(told, Finished) or told.code != 0:
            return ""
        return told.output.decode("utf-8", "replace").strip()

    root = ask("rev-parse", "--show-toplevel")
    return Subject(
        repository=Path(root or folder).name,
        branch=ask("symbolic-ref", "--quiet", "--short", "HEAD") if root else "",
        commit=ask("rev-parse", "--verify", "--quiet", "HEAD") if root else "",
        command=command,
    )
