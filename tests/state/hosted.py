"""A state branch on a git server of this machine, and what a test wants to know of it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from box.git_host import GitHost

from remediate.state.branch import BRANCH, BranchStore, Habits
from remediate.system.clock import SystemClock
from remediate.system.git import SystemGit, with_credentials

REPOSITORY = "octo/shop"
_WHO = {
    f"GIT_{role}_{what}": "ada@x.example" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
}


class Hosted:
    """A repository; `folder` is where stores keep what they fetch."""

    def __init__(self, host: GitHost, repository: str, folder: Path) -> None:
        self.host, self.repository, self.folder = host, repository, folder
        self.path = host.create(repository)
        self.url = host.url(repository)

    def store(self, *, token: str = "", branch: str = BRANCH, **habits: object) -> BranchStore:
        """A store of its own, as another process has it."""
        plain, credentials = with_credentials(self.url, token)
        kept = Habits(**{"wait": 20.0, "folder": self.folder, **habits})  # type: ignore[arg-type]
        return BranchStore(
            plain, SystemGit(os.environ, credentials), SystemClock(), branch=branch, habits=kept
        )

    def git(self, *words: str, data: bytes | None = None) -> bytes:
        """Git in the repository on the server."""
        done = subprocess.run(
            ["git", *words],
            cwd=self.path,
            env={**os.environ, **_WHO},
            input=data,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def tip(self, branch: str = BRANCH) -> str:
        """The newest commit, empty where there is no branch."""
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").decode().strip()

    def count(self) -> int:
        """How many commits the branch has."""
        return int(self.git("rev-list", "--count", BRANCH))

    def content(self) -> dict[str, bytes]:
        """Every file on the branch."""
        if not self.tip():
            return {}
        names = self.git("ls-tree", "-r", "-z", "--name-only", BRANCH).decode().split("\0")
        return {name: self.git("cat-file", "blob", f"{BRANCH}:{name}") for name in names if name}

    def plant(self, files: Mapping[str, bytes], *, mode: str = "100644", branch: str = BRANCH) -> None:
        """A commit by somebody else with these files beside what is there."""
        lines = [b"commit refs/heads/%s\ncommitter Ada <ada@x.example> now\ndata 4\nhand\n" % branch.encode()]
        if self.tip(branch):
            lines.append(b"from %s\n" % self.tip(branch).encode())
        for name, data in files.items():
            lines.append(b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), name.encode(), len(data), data))
        self.git("fast-import", "--quiet", "--date-format=now", data=b"".join(lines))
