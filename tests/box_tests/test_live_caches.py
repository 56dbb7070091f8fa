"""Caches of the box: saved and restored by jobs as on GitHub, and gone when they are deleted."""

from __future__ import annotations

from pathlib import Path

import pytest
from box import Box, Repository
from box.acting import find_act
from box_client import app_client
from live_project import counting

pytestmark = pytest.mark.skipif(find_act() is None, reason="act is not installed")
CI = ".github/workflows/ci.yml"
WORKFLOW = """\
on: push
jobs:
  only:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/cache@v4
        with:
          path: |
            deps
            ~/.npm
          key: deps-1
          restore-keys: deps-
      - run: |
          echo x >> "$COUNTED"
          if [ -e deps/it ]; then echo "found $(cat deps/it ~/.npm/it)"; grep -qv bad deps/it; exit; fi
          mkdir deps ~/.npm
          if [ "$(wc -l < "$COUNTED")" = 1 ]; then echo bad > deps/it; else echo good > deps/it; fi
          echo home > ~/.npm/it
"""


def test_same_key_for_other_paths_is_another_cache(box: Box, repo: Repository, tmp_path: Path) -> None:
    counting(box, tmp_path)
    repo.commit({CI: WORKFLOW}, fire=True)
    repo.commit({CI: WORKFLOW.replace("            ~/.npm\n", "")}, fire=True)
    box.settle()
    other = list(repo.runs.values())[1].job("only").log or b""
    assert b"Cache not found for input keys: deps-1, deps-" in other
    assert repo.caches.keys("refs/heads/main") == ["deps-1", "deps-1"]
    assert len({cache.version for cache in repo.caches.held}) == 2
    assert app_client(box, repo)("DELETE", "actions/caches?key=deps-1").json["total_count"] == 2


def test_poisoned_cache_is_purged_and_green(box: Box, repo: Repository, tmp_path: Path) -> None:
    counting(box, tmp_path)
    repo.commit({CI: WORKFLOW}, fire=True)
    box.settle()
    assert repo.caches.keys("refs/heads/main") == ["deps-1"]
    repo.commit({"a": "b"}, fire=True)
    repo.commit({"a": "c"}, branch="topic", fire=True)
    box.settle()
    first, second, third = repo.runs.values()
    assert [run.conclusion for run in (first, second, third)] == ["success", "failure", "failure"]
    assert b"Cache not found for input keys: deps-1, deps-" in (first.job("only").log or b"")
    assert b"Cache saved with key: deps-1" in (first.job("only").log or b"")
    assert b"Cache restored from key: deps-1" in (second.job("only").log or b"")
    assert b"found bad" in (third.job("only").log or b"")  # the default branch's serves all branches
    ask = app_client(box, repo)
    assert ask("DELETE", "actions/caches?key=deps-1&ref=refs/heads/main").status == 200
    ask("POST", f"actions/runs/{second.id}/rerun-failed-jobs")
    box.settle()
    assert second.conclusion == "success"
    assert repo.caches.keys() == ["deps-1"]
