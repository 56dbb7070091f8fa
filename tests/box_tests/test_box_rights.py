"""Who may do what: tokens of workflows, of Apps and of people, and what does not exist for them."""

from __future__ import annotations

import pytest
from box import Box, Job, Repository
from box_client import Client, app_client, person_client, workflow_client

REFUSED = "Resource not accessible by integration"


@pytest.mark.parametrize(
    ("method", "path", "body", "permission", "level"),
    [
        ("GET", "actions/runs", None, "actions", "read"),
        ("DELETE", "actions/caches?key=a", None, "actions", "write"),
        ("GET", "check-runs/1/annotations", None, "checks", "read"),
        ("GET", "git/ref/heads/main", None, "contents", "read"),
        ("POST", "git/refs", {"ref": "refs/heads/a", "sha": "0" * 40}, "contents", "write"),
        ("POST", "issues", {"title": "a"}, "issues", "write"),
        ("GET", "pulls", None, "pull_requests", "read"),
        ("POST", "pulls", {"title": "a", "head": "a", "base": "main"}, "pull_requests", "write"),
        ("GET", "deployments", None, "deployments", "read"),
        ("GET", "commits/main/status", None, "statuses", "read"),
        ("POST", "dispatches", {"event_type": "heal"}, "contents", "write"),
    ],
)
def test_each_permission_is_needed_and_is_enough(  # noqa: PLR0917 - what pytest gives
    box: Box, repo: Repository, method: str, path: str, body: object, permission: str, level: str
) -> None:
    lower = {"write": "read", "read": "none"}[level]
    refused = workflow_client(box, repo, **{permission: lower})(method, path, body)
    assert (refused.status, refused.json["message"]) == (403, REFUSED)
    assert workflow_client(box, repo, **{permission: level})(method, path, body).status != 403


def test_a_workflow_token_never_reaches_variables_nor_settings(box: Box, repo: Repository) -> None:
    ask = workflow_client(box, repo)
    for path in ("actions/variables", "actions/permissions", "branches/main/protection", "/user"):
        assert ask("GET", path).status == 403, path
    with pytest.raises(ValueError, match="variables"):
        box.token(repo, permissions={"variables": "write"})


def test_a_comment_on_a_pull_takes_either_permission_on_an_issue_only_its_own(
    box: Box, repo: Repository
) -> None:
    repo.add_issue("An issue")
    repo.commit({"a": "1"}, branch="fix")
    repo.add_pull("fix")
    ask = workflow_client(box, repo, pull_requests="write")
    assert ask("POST", "issues/1/comments", {"body": "x"}).status == 403
    assert ask("POST", "issues/2/comments", {"body": "x"}).status == 201


def test_a_private_repository_is_not_there_for_strangers(box: Box, repo: Repository) -> None:
    hidden = box.repository("octo/till", private=True)
    eve, nobody = person_client(box, hidden, "eve"), Client(box, hidden, None)
    for ask in (eve, nobody, Client(box, hidden, box.token(repo, permissions={"actions": "write"}))):
        assert ask("GET", "").status == 404
    assert nobody("GET", "/rate_limit").json["rate"]["limit"] == 60
    assert Client(box, repo, None)("GET", "").status == 200
    assert Client(box, repo, None)("POST", "issues", {"title": "a"}).status == 401


def test_a_wrong_or_revoked_token_is_401(box: Box, repo: Repository) -> None:
    assert Client(box, repo, "ghs_wrong")("GET", "").status == 401
    token = box.new_token(repo, permissions={"actions": "read"})
    token.revoked = True
    assert Client(box, repo, token.value)("GET", "actions/runs").json["message"] == "Bad credentials"


@pytest.mark.parametrize(
    ("role", "comments", "reruns", "protects"),
    [("read", 201, 403, 403), ("triage", 201, 403, 403), ("write", 201, 201, 403), ("admin", 201, 201, 404)],
)
def test_roles_of_people(  # noqa: PLR0917 - what pytest gives
    box: Box, repo: Repository, role: str, comments: int, reruns: int, protects: int
) -> None:
    box.person("ada", repo, role)
    repo.add_issue("An issue", user="octo")
    run = repo.add_run(jobs=[Job("build", "failure")])
    ada = person_client(box, repo, "ada")
    assert ada("POST", "issues/1/comments", {"body": "hello"}).status == comments
    assert ada("POST", f"actions/runs/{run.id}/rerun-failed-jobs").status == reruns
    assert ada("GET", "branches/main/protection").status == protects
    assert ada("GET", "collaborators/ada/permission").json["role_name"] == role


def test_workflow_files_take_a_permission_that_a_workflow_token_has_not(box: Box, repo: Repository) -> None:
    body = {"message": "m", "content": "YQ=="}
    path = "contents/.github/workflows/a.yml"
    assert workflow_client(box, repo)("PUT", path, body).status == 403
    assert app_client(box, repo)("PUT", path, body).status == 201


def test_actions_may_be_forbidden_to_open_pull_requests(box: Box, repo: Repository) -> None:
    repo.settings.can_approve_pull_request_reviews = False
    repo.commit({"a": "1"}, branch="fix")
    body = {"title": "a", "head": "fix", "base": "main"}
    assert "not permitted to create" in workflow_client(box, repo)("POST", "pulls", body).json["message"]
    assert app_client(box, repo)("POST", "pulls", body).status == 201


def test_approving_a_run_takes_more_than_the_token_of_a_workflow(box: Box, repo: Repository) -> None:
    box.person("ada", repo, "write")
    run = repo.add_run(event="pull_request", conclusion="action_required")
    assert workflow_client(box, repo)("POST", f"actions/runs/{run.id}/approve").status == 403
    assert person_client(box, repo, "ada")("POST", f"actions/runs/{run.id}/approve").status == 201
