"""Every operation on git, branches, deployments and people once; the box itself checks each answer."""

from __future__ import annotations

import base64

from box import Box, Repository
from box_client import app_client, person_client

HASH = "0123456789abcdef0123456789abcdef01234567"


def test_git_objects_refs_contents(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    head = ask("GET", "git/ref/heads/main").json["object"]["sha"]
    tree = ask("GET", f"git/commits/{head}").json["tree"]["sha"]
    entry = ask("GET", f"git/trees/{tree}?recursive=1").json["tree"][0]
    blob = ask("GET", f"git/blobs/{entry['sha']}").json
    assert base64.b64decode(blob["content"]) == b"# Here\n"
    made = ask("POST", "git/blobs", {"content": "new\n", "encoding": "utf-8"}).json
    held = [
        {"path": "b.txt", "mode": "100644", "type": "blob", "sha": made["sha"]},
        {"path": "README.md", "mode": "100644", "type": "blob", "sha": None},
    ]
    grown = ask("POST", "git/trees", {"base_tree": tree, "tree": held}).json
    assert [one["path"] for one in grown["tree"]] == ["b.txt"]
    commit = ask("POST", "git/commits", {"message": "New", "tree": grown["sha"], "parents": [head]}).json
    assert ask("POST", "git/refs", {"ref": "refs/heads/next", "sha": commit["sha"]}).status == 201
    assert ask("POST", "git/refs", {"ref": "refs/heads/next", "sha": commit["sha"]}).status == 422
    assert ask("PATCH", "git/refs/heads/next", {"sha": head, "force": False}).status == 422
    assert ask("PATCH", "git/refs/heads/next", {"sha": head, "force": True}).status == 200
    assert ask("POST", "git/refs", {"ref": "refs/remediate/snapshots/1", "sha": head}).status == 201
    assert len(ask("GET", "git/matching-refs/remediate/").json) == 1
    assert ask("DELETE", "git/refs/remediate/snapshots/1").status == 204
    assert ask("GET", "contents/README.md?ref=main").json["encoding"] == "base64"
    content = base64.b64encode(b"one\n").decode()
    first = ask("PUT", "contents/docs/a.md", {"message": "A", "content": content})
    assert first.status == 201
    assert ask("GET", "contents/docs").json[0]["name"] == "a.md"
    assert ask("PUT", "contents/docs/a.md", {"message": "A", "content": content}).status == 422
    sha = first.json["content"]["sha"]
    assert ask("PUT", "contents/docs/a.md", {"message": "A", "content": content, "sha": HASH}).status == 409
    assert ask("DELETE", "contents/docs/a.md", {"message": "No", "sha": sha}).status == 200
    assert ask("GET", "commits?sha=main&path=docs/a.md").json[0]["commit"]["message"] == "No"
    assert ask("GET", "commits/main").json["files"][0]["status"] == "removed"
    assert ask("GET", "compare/next...main").json["status"] == "ahead"
    assert ask("GET", "git/ref/heads/none").status == 404


def test_branches_and_rules(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    assert ask("GET", "branches/main").json["protected"] is False
    assert ask("GET", "branches/main/protection").status == 404
    repo.rules.protect("main", required_checks=("build",))
    assert ask("GET", "branches?protected=true").json[0]["name"] == "main"
    assert ask("GET", "branches/main/protection").json["required_status_checks"]["contexts"] == ["build"]
    assert ask("GET", "rules/branches/main").json == []
    head = repo.git.head("main")
    assert ask("PATCH", "git/refs/heads/main", {"sha": head}).status == 422
    assert ask("DELETE", "branches/main/protection").status == 204
    repo.rules.protect("state/*", via="ruleset", required_checks=("x",), restrict_creation=True)
    kinds = [held["type"] for held in ask("GET", "rules/branches/state/one").json]
    assert kinds == ["creation", "deletion", "non_fast_forward", "pull_request", "required_status_checks"]
    refused = ask("POST", "git/refs", {"ref": "refs/heads/state/one", "sha": head})
    assert (refused.status, refused.json["message"][:17]) == (422, "Cannot create ref")


def test_statuses_checks_deployments(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    sha = repo.git.head("main")
    held = {"state": "success", "context": "remediate", "description": "ok", "target_url": box.address}
    assert ask("POST", f"statuses/{sha}", held).status == 201
    assert ask("GET", "commits/main/status").json["state"] == "success"
    assert ask("GET", f"commits/{sha}/statuses").json[0]["context"] == "remediate"
    made = ask("POST", "check-runs", {"name": "mine", "head_sha": sha, "status": "in_progress"}).json
    note = {"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "warning", "message": "m"}
    output = {"title": "t", "summary": "s", "annotations": [note]}
    done = ask("PATCH", f"check-runs/{made['id']}", {"conclusion": "success", "output": output})
    assert done.json["output"]["annotations_count"] == 1
    first = repo.add_deployment("staging")
    new = ask("POST", "deployments", {"ref": "main", "environment": "staging", "payload": {"a": 1}}).json
    place = f"deployments/{new['id']}"
    assert (
        ask("POST", f"{place}/statuses", {"state": "success", "environment_url": box.address}).status == 201
    )
    assert first.statuses[-1].state == "inactive"
    assert [one["id"] for one in ask("GET", "deployments?environment=staging").json] == [new["id"], first.id]
    status = ask("GET", f"{place}/statuses").json[0]
    assert ask("GET", f"{place}/statuses/{status['id']}").json["state"] == "success"
    assert ask("GET", place).json["payload"] == {"a": 1}
    assert ask("DELETE", f"deployments/{first.id}").status == 204


def test_people_and_limits(box: Box, repo: Repository) -> None:
    box.person("ada", repo, "maintain")
    ask, ada = app_client(box, repo), person_client(box, repo, "ada")
    assert ask("GET", "collaborators/ada/permission").json["role_name"] == "maintain"
    assert ask("GET", "collaborators/ada").status == 204
    assert ask("GET", "collaborators/eve").status == 404
    assert [one["login"] for one in ask("GET", "collaborators").json] == ["ada", "octo"]
    assert ask("GET", "/user").status == 403
    assert ada("GET", "/user").json["login"] == "ada"
    assert ask("GET", "/users/ada").json["type"] == "User"
    assert ask("GET", "/rate_limit").json["rate"]["limit"] == 5000
    assert ada("GET", "").json["permissions"]["push"] is True
    assert ask("GET", "/installation/repositories").json["total_count"] == 1
    assert ask("GET", "/app").status == 401
    assert ask("GET", "/meta").status == 200


def test_tags(box: Box, repo: Repository) -> None:
    repo.git.run("tag", "-a", "-m", "First", "v1", "main")
    ask = app_client(box, repo)
    held = ask("GET", "git/ref/tags/v1").json["object"]
    assert held["type"] == "tag"
    shown = ask("GET", f"git/tags/{held['sha']}").json
    assert (shown["tag"], shown["object"]["sha"]) == ("v1", repo.git.head("main"))
    assert ask("GET", "commits/v1").json["sha"] == repo.git.head("main")
