"""A clone of a repository of the box, as a person has one, and the workflows that the tests push."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "machine"))

from box import Box, Repository
from box.git_run import clean_environment

HEAL = """\
name: CI
on: {push: {branches: [main]}}
permissions: {contents: read}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: cat README.md
  test:
    needs: build
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Install
        run: |
          echo x >> "$COUNTED"
          if [ "$(wc -l < "$COUNTED")" -lt 2 ]; then
            echo "npm error code ECONNRESET"; echo "npm error network read ECONNRESET"; exit 1
          fi
  publish:
    needs: test
    runs-on: ubuntu-latest
    steps: [{run: echo published}]
"""
WATCH = """\
name: Watch
on: {workflow_run: {workflows: [CI], types: [completed]}}
permissions: {}
jobs:
  again:
    if: github.event.workflow_run.conclusion == 'failure' && github.event.workflow_run.run_attempt < 3
    runs-on: ubuntu-latest
    permissions: {actions: write}
    steps:
      - env:
          TOKEN: ${{ github.token }}
          RUN: ${{ github.event.workflow_run.id }}
        run: |
          curl -sSf -X POST -H "Authorization: Bearer $TOKEN" \
            "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/actions/runs/$RUN/rerun-failed-jobs"
"""


def steps(*scripts: str, on: str = "push", name: str = "CI", more: str = "") -> str:
    """A workflow of one job whose steps run these scripts."""
    rows = "".join(f"      - run: {script}\n" for script in scripts)
    head = f"name: {name}\non: {on}\npermissions: {{contents: read}}\n{more}"
    return f"{head}jobs:\n  only:\n    runs-on: ubuntu-latest\n    steps:\n{rows}"


def git(folder: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Runs git as a person who has no settings."""
    who = {f"GIT_{role}_{what}": "ada" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**clean_environment(), **who, "GIT_TERMINAL_PROMPT": "0", "HOME": str(folder)}
    done = subprocess.run(
        ["git", *words], cwd=folder, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert not check or done.returncode == 0, done.stderr
    return done


@dataclass
class Clone:
    """A work tree; `push` answers what git said."""

    folder: Path

    def commit(self, files: dict[str, str], message: str = "Change") -> str:
        for name, text in files.items():
            place = self.folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "--allow-empty", "-m", message)
        return git(self.folder, "rev-parse", "HEAD").stdout.strip()

    def push(self, *words: str) -> subprocess.CompletedProcess[str]:
        return git(self.folder, "push", *(words or ("origin", "HEAD")), check=False)


def address(box: Box, repo: Repository, token: str) -> str:
    """Where the repository is, for whoever has the token."""
    return f"{box.address.replace('://', f'://x-access-token:{token}@')}/{repo.full_name}.git"


def clone(box: Box, repo: Repository, folder: Path, token: str, *words: str) -> Clone:
    """A clone of the repository in a new folder."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    git(folder.parent, "clone", "-q", *words, address(box, repo, token), str(folder))
    return Clone(folder)


def count_of(folder: Path) -> int:
    """How often the script ran that counts itself."""
    return len((folder / "counted").read_text().split())


def counting(box: Box, folder: Path) -> None:
    """Lets scripts count themselves in a file."""
    box.life.environment["COUNTED"] = str(folder / "counted")


def search_path(*folders: Path) -> str:
    """A search path with these folders first."""
    return os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)])
