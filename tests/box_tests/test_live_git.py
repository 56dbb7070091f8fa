"""Real git against the box: clones of all kinds, pushes, what is refused, and connections that break."""

from __future__ import annotations

import gzip
import http.client
import subprocess
from pathlib import Path

import pytest
from box import Box, Repository
from box.git_host import GitHost
from live_project import Clone, address, clone, git


@pytest.fixture
def host(tmp_path: Path):  # type: ignore[no-untyped-def]
    with GitHost(tmp_path / "host") as made:
        made.create("octo/shop")
        yield made


@pytest.fixture
def work(host: GitHost, tmp_path: Path) -> Clone:
    git(tmp_path, "clone", "-q", host.url("octo/shop"), "work")
    made = Clone(tmp_path / "work")
    for number in range(5):
        made.commit({"big": f"{number}" * 40_000, "small": "x"}, f"Commit {number}")
    assert made.push("origin", "HEAD:main").returncode == 0
    return made


def test_clones_whole_shallow_and_filtered(host: GitHost, work: Clone, tmp_path: Path) -> None:
    url = host.url("octo/shop")
    git(tmp_path, "clone", "-q", url, "whole")
    git(tmp_path, "clone", "-q", "--depth=1", url, "shallow")
    git(tmp_path, "clone", "-q", "--filter=blob:none", "--no-checkout", url, "filtered")
    counts = {
        name: git(tmp_path / name, "rev-list", "--count", "HEAD").stdout.strip()
        for name in ("whole", "shallow", "filtered")
    }
    assert counts == {"whole": "5", "shallow": "1", "filtered": "5"}
    missing = git(tmp_path / "filtered", "rev-list", "--objects", "--missing=print", "HEAD").stdout
    assert sum(line.startswith("?") for line in missing.splitlines()) == 6
    assert git(tmp_path / "filtered", "show", "HEAD:small").stdout == "x"


def test_any_reachable_commit_can_be_fetched(host: GitHost, work: Clone, tmp_path: Path) -> None:
    old = git(work.folder, "rev-parse", "HEAD~3").stdout.strip()
    git(tmp_path, "init", "-q", "one")
    git(tmp_path / "one", "fetch", "-q", "--depth=1", host.url("octo/shop"), old)
    assert git(tmp_path / "one", "rev-parse", "FETCH_HEAD").stdout.strip() == old


def test_large_push_comes_in_chunks(host: GitHost, work: Clone) -> None:
    git(work.folder, "config", "http.postBuffer", "65536")
    (work.folder / "noise").write_bytes(bytes(range(256)) * 4000 + __import__("os").urandom(300_000))
    head = work.commit({"more": "x"})
    assert work.push("origin", "HEAD:main").returncode == 0
    assert git(host.path("octo/shop"), "rev-parse", "main").stdout.strip() == head


def test_request_packed_with_gzip_is_read(host: GitHost, work: Clone) -> None:
    head = git(work.folder, "rev-parse", "HEAD").stdout.strip()
    lines = (f"want {head}\n", "", "done\n")
    body = b"".join(f"{len(line) + 4:04x}{line}".encode() if line else b"0000" for line in lines)
    connection = http.client.HTTPConnection(host.address.removeprefix("http://"))
    headers = {"Content-Type": "application/x-git-upload-pack-request", "Content-Encoding": "gzip"}
    connection.request("POST", "/octo/shop.git/git-upload-pack", gzip.compress(body), headers)
    answer = connection.getresponse()
    assert answer.status == 200
    assert b"PACK" in answer.read()


@pytest.mark.parametrize(("when", "there"), [("during", 0), ("before", 0), ("after", 1), ("answer", 1)])
def test_connection_breaks(host: GitHost, work: Clone, when: str, there: int) -> None:
    host.mischief.cut(when)  # type: ignore[arg-type]
    assert work.push("origin", "HEAD:refs/heads/new").returncode != 0
    found = git(work.folder, "ls-remote", "origin", "refs/heads/new").stdout
    assert found.count("\n") == there
    assert work.push("origin", "HEAD:refs/heads/new").returncode == 0


def test_thirty_two_pushers_at_once(host: GitHost, work: Clone) -> None:
    pushers = [
        subprocess.Popen(
            ["git", "push", "-q", "origin", f"HEAD:refs/heads/b{number}"],
            cwd=work.folder,
            stderr=subprocess.DEVNULL,
        )
        for number in range(32)
    ]
    assert [pusher.wait(300) for pusher in pushers] == [0] * 32
    assert git(work.folder, "ls-remote", "--heads", "origin").stdout.count("\n") == 33


def test_protected_branch_of_a_host_alone(host: GitHost, work: Clone) -> None:
    host.protect(
        "octo/shop", "main", "At least 1 approving review is required by reviewers with write access."
    )
    work.commit({"small": "y"})
    said = work.push("origin", "HEAD:main", "HEAD:other").stderr
    assert "remote: error: GH006: Protected branch update failed for refs/heads/main." in said
    assert "remote: error: At least 1 approving review is required" in said
    assert "main (protected branch hook declined)" in said
    assert "[new branch]      HEAD -> other" in said
    host.unprotect("octo/shop", "main")
    assert work.push("origin", "HEAD:main").returncode == 0


def test_rules_of_the_box_hold_for_pushes(box: Box, repo: Repository, tmp_path: Path) -> None:
    box.person("ada", repo, "write")
    work = clone(box, repo, tmp_path / "work", box.person_token("ada"))
    repo.rules.protect("main")
    work.commit({"a": "b"})
    said = work.push("origin", "HEAD:main").stderr
    assert "GH006: Protected branch update failed for refs/heads/main" in said
    assert "Changes must be made through a pull request." in said
    assert "(protected branch hook declined)" in said
    repo.rules.held.clear()
    assert work.push("origin", "HEAD:main").returncode == 0
    repo.rules.protect("main", require_pull=False)
    git(work.folder, "commit", "-q", "--amend", "-m", "Other")
    assert "Cannot force-push to this branch" in work.push("--force", "origin", "HEAD:main").stderr
    work.commit({"a": "c"})
    repo.rules.held.clear()
    repo.rules.protect("main", via="ruleset")
    said = work.push("--force", "origin", "HEAD:main").stderr
    assert "GH013" in said
    assert "(push declined due to repository rule violations)" in said


def test_status_is_noted_of_what_was_answered_alone(box: Box, repo: Repository, tmp_path: Path) -> None:
    box.person("ada", repo, "write")
    work = clone(box, repo, tmp_path / "work", box.person_token("ada"))
    work.commit({"a": "b"})
    box.life.git.mischief.cut("before")
    work.push()
    box.life.git.mischief.calm()
    work.push()
    pushed = [seen for seen in box.requests if seen.path.endswith("git-receive-pack")]
    assert [seen.status for seen in pushed] == [0, 200]


def test_tokens_read_and_write_as_they_may(box: Box, tmp_path: Path) -> None:
    repo = box.repository("octo/secret", private=True)
    reads = box.token(repo, permissions={"contents": "read"})
    nothing = box.token(repo, permissions={"issues": "write"})
    folder = tmp_path / "w"
    work = clone(box, repo, folder, reads)
    work.commit({"a": "b"})
    said = work.push().stderr
    assert "Permission to octo/secret.git denied to github-actions[bot]." in said
    assert "403" in said
    assert "not found" in git(tmp_path, "ls-remote", address(box, repo, nothing), check=False).stderr
    assert (
        "Authentication failed" in git(tmp_path, "ls-remote", address(box, repo, "wrong"), check=False).stderr
    )
    assert git(tmp_path, "ls-remote", f"{box.address}/octo/secret.git", check=False).returncode != 0
    writes = box.token(repo, permissions={"contents": "write"})
    assert work.push(address(box, repo, writes), "HEAD:main").returncode == 0


def test_workflow_files_are_refused_to_workflows(box: Box, repo: Repository, tmp_path: Path) -> None:
    token = box.token(repo, permissions={"contents": "write"})
    work = clone(box, repo, tmp_path / "work", token)
    work.commit({".github/workflows/ci.yml": "on: push\njobs: {a: {runs-on: x, steps: [{run: a}]}}\n"})
    said = work.push("origin", "HEAD:new").stderr
    assert "refusing to allow a GitHub App to create or update workflow `.github/workflows/ci.yml`" in said
    assert "without `workflows` permission" in said
    app = box.token(repo, "helper[bot]", {"contents": "write", "workflows": "write"}, "app")
    assert work.push(address(box, repo, app), "HEAD:new").returncode == 0
    work.commit({"other": "x"})
    assert work.push("origin", "HEAD:newer").returncode == 0  # the file is known by now


def test_push_moves_pull_requests(box: Box, repo: Repository, tmp_path: Path) -> None:
    box.person("ada", repo, "write")
    work = clone(box, repo, tmp_path / "work", box.person_token("ada"))
    git(work.folder, "checkout", "-q", "-b", "topic")
    work.commit({"a": "b"})
    assert work.push("origin", "topic").returncode == 0
    issue = repo.add_pull("topic", "main")
    head = work.commit({"a": "c"})
    assert work.push("origin", "topic").returncode == 0
    refs = git(work.folder, "ls-remote", "origin", f"refs/pull/{issue.number}/*").stdout
    assert f"{head}\trefs/pull/{issue.number}/head" in refs
    assert f"refs/pull/{issue.number}/merge" in refs
    assert "deny updating a hidden ref" in work.push("origin", f"HEAD:refs/pull/{issue.number}/head").stderr
    told = [made.payload["action"] for made in box.webhooks.sent if made.event == "pull_request"]
    assert told == ["synchronize"]
