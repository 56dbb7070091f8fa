"""Pull requests: forks, the refs that GitHub keeps, protected branches, and who speaks."""

from __future__ import annotations

import pytest
from box import Box, Repository
from box_client import app_client, person_client, workflow_client


@pytest.fixture
def fork(box: Box, repo: Repository) -> Repository:
    made = box.repository("eve/shop", fork_of="octo/shop")
    made.commit({"a.txt": "evil\n"}, branch="x/$(id);`w`")
    return made


def test_a_pull_of_a_fork(box: Box, repo: Repository, fork: Repository) -> None:
    held = repo.add_pull("x/$(id);`w`", user="eve", head_repository="eve/shop", title="Hello")
    ask = app_client(box, repo)
    shown = ask("GET", "pulls/1").json
    assert (shown["head"]["label"], shown["head"]["repo"]["fork"]) == ("eve:x/$(id);`w`", True)
    assert repo.git.find("refs/pull/1/head") == fork.git.head("x/$(id);`w`")
    assert repo.git.find("refs/pull/1/merge") == shown["merge_commit_sha"]
    run = repo.add_run(
        event="pull_request", branch="x/$(id);`w`", sha=shown["head"]["sha"], head_repository="eve/shop"
    )
    told = ask("GET", f"actions/runs/{run.id}").json
    assert (told["pull_requests"], told["head_repository"]["full_name"]) == ([], "eve/shop")
    assert ask("GET", f"commits/{shown['head']['sha']}/pulls").json[0]["number"] == held.number
    assert ask("GET", "pulls?head=eve:x/$(id);`w`").json[0]["number"] == 1
    sha = fork.commit({"a.txt": "worse\n"}, branch="x/$(id);`w`", fire=True)
    assert ask("GET", "pulls/1").json["head"]["sha"] == sha
    told = [(event, held["action"]) for _, event, held in box.events if "action" in held]
    assert ("pull_request", "synchronize") in told


def test_a_conflict_is_not_merged(box: Box, repo: Repository) -> None:
    repo.commit({"README.md": "# Mine\n"}, branch="fix")
    repo.commit({"README.md": "# Yours\n"})
    repo.add_pull("fix")
    ask = app_client(box, repo)
    assert ask("GET", "pulls/1").json["mergeable_state"] == "dirty"
    assert ask("PUT", "pulls/1/merge").status == 405


def test_closing_and_deleting_the_branch_of_a_pull(box: Box, repo: Repository) -> None:
    repo.commit({"a": "1"}, branch="fix")
    repo.add_pull("fix")
    ask = app_client(box, repo)
    assert ask("PATCH", "pulls/1", {"state": "closed"}).json["state"] == "closed"
    assert ask("DELETE", "git/refs/heads/fix").status == 204
    assert ask("GET", "pulls/1").json["merged"] is False
    assert ask("GET", "pulls/1/files").json[0]["filename"] == "a"
    assert repo.git.head("fix") is None


def test_protected_branches_are_not_written_to_through_rest(box: Box, repo: Repository) -> None:
    repo.rules.protect("main", via="ruleset", allowed_actors=("helper[bot]",))
    sha = repo.commit({"a": "1"}, branch="fix")
    ask, free = workflow_client(box, repo), app_client(box, repo)
    refused = ask("PATCH", "git/refs/heads/main", {"sha": sha})
    assert (refused.status, refused.json["message"]) == (422, "Changes must be made through a pull request.")
    refused = ask("PUT", "contents/a", {"message": "m", "content": "YQ=="})
    assert (refused.status, refused.json["message"][:26]) == (409, "Repository rule violations")
    assert free("PATCH", "git/refs/heads/main", {"sha": sha}).status == 200
    assert "GH013" in str(repo.rules.refusal("refs/heads/main", None))
    repo.rules.held[0].via = "branch"
    assert "GH006" in str(repo.rules.refusal("refs/heads/main", None, force=True))


def test_who_speaks_is_told_with_the_event(box: Box, repo: Repository) -> None:
    repo.add_issue("Escalated", user="github-actions[bot]")
    box.person("ada", repo, "write")
    person_client(box, repo, "ada")("POST", "issues/1/comments", {"body": "/remediate approve abc"})
    name, event, payload = box.events[-1]
    assert (name, event, payload["action"]) == ("octo/shop", "issue_comment", "created")
    assert payload["comment"]["user"]["login"] == "ada"
    assert payload["comment"]["author_association"] == "COLLABORATOR"
    assert payload["issue"]["user"]["type"] == "Bot"


def test_a_pull_ends_with_its_branch_or_when_its_commits_are_in_the_base(box: Box, repo: Repository) -> None:
    repo.commit({"a": "1"}, branch="one")
    sha = repo.commit({"b": "1"}, branch="two")
    repo.add_pull("one")
    repo.add_pull("two")
    ask = app_client(box, repo)
    assert ask("DELETE", "git/refs/heads/one").status == 204
    assert ask("PATCH", "git/refs/heads/main", {"sha": sha}).status == 200
    assert [
        (ask("GET", f"pulls/{n}").json["state"], ask("GET", f"pulls/{n}").json["merged"]) for n in (1, 2)
    ] == [
        ("closed", False),
        ("closed", True),
    ]
    assert ask("PATCH", "git/refs/pull/1/head", {"sha": sha, "force": True}).status == 422
    told = [
        (payload["action"], payload["number"]) for _, event, payload in box.events if event == "pull_request"
    ]
    assert told == [("closed", 1), ("closed", 2)]
