"""What a doctor looks at: kinds of tokens, their headers, and the settings of a repository."""

from __future__ import annotations

from box import Box, Job, Repository
from box_client import Client, app_client, workflow_client

DAY = 86400


def test_headers_tell_what_a_token_may_or_would_have_to(box: Box, repo: Repository) -> None:
    box.person("ada", repo, "write")
    classic = Client(box, repo, box.person_token("ada", scopes="repo"))
    assert classic("GET", "/rate_limit").headers["X-OAuth-Scopes"] == "repo"
    refused = workflow_client(box, repo, actions="read")("POST", "issues/1/comments", {"body": "x"})
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "issues=write; pull_requests=write"


def test_a_classic_token_without_scope_may_only_read_what_is_public(box: Box, repo: Repository) -> None:
    box.person("ada", repo, "admin")
    hidden = box.repository("octo/till", private=True)
    box.person("ada", hidden, "admin")
    token = box.person_token("ada", scopes="public_repo")
    assert Client(box, repo, token)("POST", "issues", {"title": "a"}).status == 201
    assert Client(box, hidden, token)("GET", "actions/runs").status == 403
    none = Client(box, repo, box.person_token("ada", scopes=""))
    assert none("GET", "actions/runs").status == 200
    assert none("POST", "issues", {"title": "a"}).status == 403


def test_a_fine_grained_token_reaches_as_far_as_both_its_person_and_its_permissions(
    box: Box, repo: Repository
) -> None:
    box.person("ada", repo, "write")
    token = box.person_token("ada", permissions={"actions": "write", "administration": "read"})
    ask = Client(box, repo, token)
    run = repo.add_run(jobs=[Job("build", "failure")])
    assert token.startswith("github_pat_")
    assert ask("POST", f"actions/runs/{run.id}/rerun-failed-jobs").status == 201
    assert ask("GET", "issues/1").status == 403
    assert ask("GET", "actions/permissions").status == 403


def test_public_things_may_be_read_as_on_github_when_a_test_wants_it(box: Box, repo: Repository) -> None:
    ask = workflow_client(box, repo, issues="read")
    assert ask("GET", "actions/runs").status == 403
    box.tokens.public_reads = True
    assert ask("GET", "actions/runs").status == 200
    assert ask("GET", "actions/permissions").status == 403
    assert ask("POST", "dispatches", {"event_type": "a"}).status == 403


def test_settings_of_actions(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    assert ask("GET", "actions/permissions/selected-actions").status == 409
    repo.settings.allowed_actions = "selected"
    assert ask("PUT", "actions/permissions/selected-actions", {"patterns_allowed": ["a/*"]}).status == 204
    assert ask("GET", "actions/permissions/selected-actions").json["patterns_allowed"] == ["a/*"]
    assert ask("PUT", "actions/permissions/artifact-and-log-retention", {"days": 7}).status == 204
    assert ask("GET", "actions/permissions/artifact-and-log-retention").json["days"] == 7
    run = repo.add_run(jobs=[Job("build", "failure", log=b"no\n")])
    box.clock.advance(8 * DAY)
    assert ask("GET", f"actions/jobs/{run.job('build').id}/logs").status == 410


def test_a_repository_without_issues_and_an_archived_one(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    repo.settings.has_issues = False
    assert ask("POST", "issues", {"title": "a"}).status == 410
    assert ask("GET", "").json["has_issues"] is False
    repo.settings.archived = True
    refused = ask("POST", "labels", {"name": "a"})
    assert (refused.status, refused.json["message"]) == (403, "Repository was archived so is read-only.")


def test_a_renamed_repository_sends_on(box: Box, repo: Repository) -> None:
    repo.add_issue("One")
    ask = app_client(box, repo)
    box.rename(repo, "octo/store")
    old = Client(box, repo, ask.token)
    moved = old("GET", "/repos/octo/shop/issues?state=all")
    assert moved.status == 301
    place = moved.headers["Location"]
    assert place == f"{box.api}/repositories/{repo.id}/issues?state=all"
    assert old("GET", place.removeprefix(box.api)).json[0]["repository_url"].endswith("/repos/octo/store")
    assert old("POST", "/repos/octo/shop/issues", {"title": "a"}).status == 307
    assert old("GET", "").json["full_name"] == "octo/store"
