"""The workflow itself in the box: six jobs, each with its own token, heal a run that the network broke."""

from __future__ import annotations

from pathlib import Path

import pytest
from box import Box, Repository
from box.acting import find_act
from house import WATCHING, move_in
from live_project import HEAL, count_of, counting

pytestmark = pytest.mark.skipif(find_act() is None, reason="act is not installed")
STAGES = ["initialize", "detect", "recover", "verify", "collect-metrics", "notify"]


def test_network_failure_is_run_again_and_green(box: Box, repo: Repository, tmp_path: Path) -> None:
    move_in(box, tmp_path)
    counting(box, tmp_path)
    files = {".github/workflows/ci.yml": HEAL, ".github/workflows/remediate.yml": WATCHING}
    repo.commit(files, fire=True)
    box.settle()
    broken, *healing = repo.runs.values()
    assert (broken.conclusion, broken.attempt.number) == ("success", 2)
    assert count_of(tmp_path) == 2
    assert [run.conclusion for run in healing] == ["success"] * len(healing)
    assert [job.name for job in healing[0].jobs] == [f"heal / {stage}" for stage in STAGES]
    asked = [seen for seen in box.requests if seen.path.endswith("/rerun-failed-jobs")]
    assert [(seen.method, seen.status) for seen in asked] == [("POST", 201)]
    assert asked[0].token
    assert asked[0].token.permissions["actions"] == "write"
    assert not any(seen.status == 403 for seen in box.requests)  # each job asked for what it needs
    assert repo.git.head("remediate-state")
