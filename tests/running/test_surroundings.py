"""Which commit on which branch a command runs on, and whether its code may be trusted."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from remediate.model.subject import Subject
from remediate.system.processes import SystemProcesses
from remediate.system.surroundings import subject_of
from remediate.system.traces import has_state, is_configured

COMMAND = ("npm", "ci")
GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_REPOSITORY": "a/b",
    "GITHUB_REF_NAME": "main",
    "GITHUB_SHA": "c0ffee",
    "GITHUB_WORKFLOW": "ci",
    "GITHUB_RUN_ID": "7",
}


def found(environment: dict[str, str], folder: Path) -> Subject:
    return subject_of(COMMAND, environment, folder, SystemProcesses())


def test_a_push_on_github(tmp_path: Path) -> None:
    assert found(GITHUB, tmp_path) == Subject(
        repository="a/b", branch="main", commit="c0ffee", workflow="ci", run="7", command=COMMAND
    )


@pytest.mark.parametrize(
    ("head", "trusted"),
    [
        ({"repo": {"full_name": "a/b"}}, True),
        ({"repo": {"full_name": "evil/b"}}, False),
        ({"repo": None}, False),
    ],
)
@pytest.mark.parametrize("event", ["pull_request", "pull_request_target"])
def test_the_code_of_a_fork_is_not_trusted(event: str, head: object, trusted: bool, tmp_path: Path) -> None:
    payload = tmp_path / "event.json"
    payload.write_text(json.dumps({"pull_request": {"head": head, "number": 1}}))
    more = {"GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(payload), "GITHUB_HEAD_REF": "fix"}
    subject = found({**GITHUB, **more}, tmp_path)
    assert (subject.trusted, subject.branch) == (trusted, "fix")


@pytest.mark.parametrize("payload", [None, "", "[]", '{"pull_request": null}', "{"])
def test_what_cannot_be_told_is_not_trusted(payload: str | None, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    if payload is not None:
        file.write_text(payload)
    more = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(file)}
    assert not found({**GITHUB, **more}, tmp_path).trusted


def test_a_merge_request_on_gitlab(tmp_path: Path) -> None:
    base = {
        "GITLAB_CI": "true",
        "CI_PROJECT_PATH": "a/b",
        "CI_COMMIT_REF_NAME": "fix",
        "CI_COMMIT_SHA": "c0ffee",
        "CI_PIPELINE_ID": "7",
    }
    assert found(base, tmp_path).trusted
    subject = found({**base, "CI_MERGE_REQUEST_SOURCE_PROJECT_PATH": "evil/b"}, tmp_path)
    assert (subject.trusted, subject.branch, subject.commit) == (False, "fix", "c0ffee")


def test_a_desk(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    (folder / "below").mkdir(parents=True)
    plain = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    assert found(plain, folder) == Subject(repository="project", command=COMMAND)
    author = ("-c", "user.name=x", "-c", "user.email=x@example.com")
    for words in (("init", "-q", "-b", "topic"), (*author, "commit", "-q", "--allow-empty", "-m", "x")):
        subprocess.run(("git", *words), cwd=folder, env=plain, check=True)
    subject = found(plain, folder / "below")
    assert (subject.repository, subject.branch, len(subject.commit)) == ("project", "topic", 40)
    assert subject.trusted


def test_a_configuration_is_seen_from_below(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert not is_configured(str(tmp_path / "a" / "b"))
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "remediate.yml").write_text("")
    assert is_configured(str(tmp_path / "a" / "b"))


def test_a_state_is_seen(tmp_path: Path) -> None:
    assert not has_state({"XDG_STATE_HOME": str(tmp_path)})
    (tmp_path / "remediate").mkdir()
    assert has_state({"XDG_STATE_HOME": str(tmp_path)})
