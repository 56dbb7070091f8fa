"""The bare git repository behind a repository of the box, read and written with git's plumbing."""

from __future__ import annotations

import copy
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .clock import BoxClock

NOTHING = "0" * 40
_BARE_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
Files = Mapping[str, "str | bytes | None"]


class GitFailed(Exception):
    """Git said no; holds what it wrote."""


class BareRepository:
    """Refs, commits, trees and blobs of one repository."""

    def __init__(self, path: Path, clock: BoxClock, default_branch: str) -> None:
        self.path = path
        self._clock = clock
        # Of a copy that shows the past: the refs as they were.
        self._past: dict[str, str] | None = None
        path.parent.mkdir(parents=True, exist_ok=True)
        create = ["git", "init", "--quiet", "--bare", "--template=", "-b", default_branch, str(path)]
        subprocess.run(create, check=True, env=self._environment())
        with (path / "config").open("a") as config:
            config.write(
                "[http]\n\treceivepack = true\n[gc]\n\tauto = 0\n[uploadpack]\n\tallowAnySHA1InWant = true\n"
            )
            config.write("[receive]\n\tautogc = false\n\tadvertisePushOptions = true\n")

    def _environment(self) -> dict[str, str]:
        who = {}
        for role in ("AUTHOR", "COMMITTER"):
            who[f"GIT_{role}_NAME"], who[f"GIT_{role}_EMAIL"] = "Ada", "ada@example.org"
            who[f"GIT_{role}_DATE"] = f"{int(self._clock.now())} +0000"
        return {"PATH": os.environ.get("PATH", os.defpath), **_BARE_ENVIRONMENT, **who}

    def run(self, *arguments: str, given: bytes = b"", environment: Mapping[str, str] = {}) -> bytes:
        """What git printed; raises `GitFailed`."""
        done = subprocess.run(
            ["git", "-C", str(self.path), *arguments],
            input=given,
            capture_output=True,
            env={**self._environment(), **environment},
            check=False,
        )
        if done.returncode:
            raise GitFailed(done.stderr.decode(errors="replace").strip() or f"exit status {done.returncode}")
        return done.stdout

    def as_now(self) -> BareRepository:
        """The same objects, with the refs as they are at this moment."""
        made = copy.copy(self)
        made._past = self.refs()
        return made

    def _known(self, revision: str) -> str:
        """In a copy of the past: the revision with its ref replaced by what that was."""
        if self._past is None or not revision.startswith("refs/"):
            return revision
        name = re.split(r"[\^:~]", revision, maxsplit=1)[0]
        return self._past.get(name, NOTHING) + revision[len(name) :]

    def find(self, revision: str) -> str | None:
        """The hash of what a revision names."""
        revision = self._known(revision)
        if revision.startswith(NOTHING):
            return None
        try:
            return self.run("rev-parse", "--verify", "--quiet", "--end-of-options", revision).decode().strip()
        except GitFailed:
            return None

    def head(self, branch: str) -> str | None:
        return self.find(f"refs/heads/{branch}")

    def commit_of(self, name: str) -> str | None:
        """The commit that a hash, branch, tag or full ref means, as GitHub's REF parameters take it."""
        for ref in (
            f"refs/heads/{name}",
            f"refs/tags/{name}",
            name if name.startswith("refs/") else f"refs/{name}",
        ):
            if found := self.find(f"{ref}^{{commit}}"):
                return found
        plain = 4 <= len(name) <= 40 and all(letter in "0123456789abcdef" for letter in name)
        return self.find(f"{name}^{{commit}}") if plain else None

    def refs(self, prefix: str = "refs/") -> dict[str, str]:
        """Every ref below the prefix and the hash it holds."""
        if self._past is not None:
            return {name: sha for name, sha in self._past.items() if name.startswith(prefix)}
        rows = self.run("for-each-ref", "--format=%(refname) %(objectname)").decode().splitlines()
        pairs = (row.rsplit(" ", 1) for row in rows)
        return {name: sha for name, sha in pairs if name.startswith(prefix)}

    def kind(self, sha: str) -> str | None:
        try:
            return self.run("cat-file", "-t", sha).decode().strip()
        except GitFailed:
            return None

    def read(self, revision: str, path: str) -> bytes | None:
        """The bytes of a file in a commit, None where there is none."""
        try:
            return self.run("cat-file", "blob", f"{self._known(revision)}:{path}")
        except GitFailed:
            return None

    def move(self, ref: str, to: str, was: str | None = None) -> None:
        """Sets, makes or (with forty zeros) removes a ref."""
        held = [] if was is None else [was]
        if to == NOTHING:
            self.run("update-ref", "-d", ref, *held)
        else:
            self.run("update-ref", ref, to, *held)

    def commit(
        self,
        files: Files,
        *,
        branch: str,
        message: str = "Change",
        author: str = "Ada <ada@example.org>",
        start: str | None = None,
    ) -> str:
        """A new commit on a branch (begun at `start` when new); None removes a file. Fires no event."""
        parent = self.head(branch) or start
        stamp = f"{int(self._clock.now())} +0000"
        text = message.encode()
        rows = [f"commit refs/heads/{branch}\nauthor {author} {stamp}\ncommitter {author} {stamp}\n".encode()]
        rows.append(b"data %d\n%s\n" % (len(text), text))
        if parent:
            rows.append(f"from {parent}\n".encode())
        rows.extend(_changes(files))
        self.run("fast-import", "--quiet", "--force", given=b"".join(rows))
        head = self.head(branch)
        assert head, "fast-import made no commit"
        return head

    def contains(self, ancestor: str, descendant: str) -> bool:
        try:
            self.run("merge-base", "--is-ancestor", ancestor, descendant)
        except GitFailed:
            return False
        return True

    def merge_tree(self, ours: str, theirs: str) -> str | None:
        """The tree of the merge of two commits, None when they are in conflict."""
        try:
            return self.run("merge-tree", "--write-tree", ours, theirs).decode().split("\n", 1)[0]
        except GitFailed:
            return None

    def commit_tree(self, tree: str, parents: list[str], message: str, **environment: Any) -> str:
        held = [word for parent in parents for word in ("-p", parent)]
        made = self.run("commit-tree", tree, *held, given=message.encode(), environment=environment)
        return made.decode().strip()

    def write_blob(self, content: bytes) -> str:
        return self.run("hash-object", "-w", "--stdin", given=content).decode().strip()


def _changes(files: Files) -> Iterator[bytes]:
    for path, content in files.items():
        if content is None:
            yield f"D {path}\n".encode()
            continue
        held = content.encode() if isinstance(content, str) else content
        mode = "100755" if path.endswith(".sh") else "100644"
        yield f"M {mode} inline {path}\n".encode() + b"data %d\n%s\n" % (len(held), held)
