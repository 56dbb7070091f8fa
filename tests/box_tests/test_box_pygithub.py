"""PyGithub, as the product uses it, goes through the box without a fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from box import Box, Job, Repository
from box_client import EVERYTHING

github = pytest.importorskip("github")


@pytest.fixture
def seen(box: Box, repo: Repository) -> Iterator[object]:
    token = box.token(repo, "helper[bot]", EVERYTHING, "app")
    client = github.Github(
        auth=github.Auth.Token(token),
        base_url=box.api,
        retry=None,
        per_page=2,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )
    yield client.get_repo("octo/shop")
    client.close()


def test_runs(box: Box, repo: Repository, seen: object) -> None:
    for _ in range(3):
        repo.add_run(jobs=[Job("build", "failure", log=b"no\n"), Job("lint"), Job("test")])
    runs = list(seen.get_workflow_runs(status="failure"))  # type: ignore[attr-defined]
    assert [run.run_number for run in runs] == [3, 2, 1]
    assert [job.name for job in runs[0].jobs()] == ["build", "lint", "test"]
    assert next(iter(runs[0].jobs())).logs_url().startswith("http://localhost:")
    assert runs[0].rerun_failed_jobs() is True
    assert seen.get_workflow_run(runs[0].id).run_attempt == 2  # type: ignore[attr-defined]
    assert runs[0].cancel() is False


def test_issues_and_pulls(repo: Repository, seen: object) -> None:
    made = seen.create_issue("Broken", body="why", labels=["remediate"])  # type: ignore[attr-defined]
    made.create_comment("first").edit("second")
    made.edit(state="closed", state_reason="completed")
    made.add_to_labels("more")
    assert [one.body for one in made.get_comments()] == ["second"]
    repo.commit({"a.txt": "1\n"}, branch="fix")
    pull = seen.create_pull(base="main", head="fix", title="Fix", body="why")  # type: ignore[attr-defined]
    assert [file.filename for file in pull.get_files()] == ["a.txt"]
    pull.edit(state="closed")
    seen.get_git_ref("heads/fix").delete()  # type: ignore[attr-defined]


def test_refs_contents_variables_deployments(repo: Repository, seen: object) -> None:
    sha = seen.get_branch("main").commit.sha  # type: ignore[attr-defined]
    seen.create_git_ref("refs/remediate/snapshots/1", sha)  # type: ignore[attr-defined]
    assert [ref.ref for ref in seen.get_git_matching_refs("remediate/")] == ["refs/remediate/snapshots/1"]  # type: ignore[attr-defined]
    assert seen.get_contents("README.md").decoded_content == b"# Here\n"  # type: ignore[attr-defined]
    seen.create_variable("RUNNER", "a")  # type: ignore[attr-defined]
    seen.get_variable("RUNNER").edit("b")  # type: ignore[attr-defined]
    assert repo.variables["RUNNER"].value == "b"
    made = seen.create_deployment("main", environment="staging")  # type: ignore[attr-defined]
    made.create_status("success")
    assert made.get_statuses()[0].state == "success"
    assert seen.get_collaborator_permission("octo") == "admin"  # type: ignore[attr-defined]
