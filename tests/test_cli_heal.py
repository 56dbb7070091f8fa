"""`remediate heal` at a desk: it is for the repository of the clone, with the token for its server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import ROOT, Done, remediate

sys.path.insert(0, str(ROOT / "tests"))

from box import Box

_OF_A_JOB = ("GITHUB_REPOSITORY", "GITHUB_SERVER_URL", "GITHUB_API_URL", "GITHUB_TOKEN", "GH_TOKEN")


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    with Box(tmp_path / "box") as box:
        yield box


@pytest.fixture
def clone(box: Box, tmp_path: Path) -> Path:
    box.repository("octo/shop")
    here = tmp_path / "here"
    subprocess.run(["git", "init", "-q", here], check=True)
    subprocess.run(["git", "remote", "add", "origin", f"{box.address}/octo/shop.git"], cwd=here, check=True)
    return here


def rehearse(folder: Path, **variables: str) -> Done:
    """In a folder, without anything that a job would have told."""
    bare = {**dict.fromkeys(_OF_A_JOB, ""), "GH_CONFIG_DIR": str(folder)}
    return remediate("heal", "--dry-run", cwd=folder, **{**bare, **variables})


def test_it_is_for_the_repository_of_the_clone(box: Box, clone: Path) -> None:
    needed = {
        "contents": "read",
        "actions": "read",
        "issues": "read",
        "pull_requests": "read",
        "checks": "read",
    }
    token = box.token(box.find_repository("octo/shop"), permissions=needed)
    done = rehearse(clone, GH_ENTERPRISE_TOKEN=token, GH_HOST=box.address.partition("//")[2])
    assert (done.code, done.out.partition("\n")[0]) == (0, "## Remediate: no failed runs"), done


def test_the_token_of_another_server_is_not_sent_there(box: Box, clone: Path) -> None:
    done = rehearse(clone, GITHUB_TOKEN="ghs_of_another")
    assert done.code == 2
    assert "there is no token for 127.0.0.1" in done.err
    assert not box.requests


def test_no_clone_and_no_name_says_what_to_name(tmp_path: Path) -> None:
    done = rehearse(tmp_path, GITHUB_TOKEN="ghs_any")
    assert done.code == 2
    assert "--repository OWNER/NAME" in done.err
