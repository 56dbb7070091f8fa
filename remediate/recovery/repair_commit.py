"""One changed file as a commit on top of another, made by plumbing, and its push as a new branch."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from remediate.errors import Unreachable
from remediate.ports import Git, Spoken
from remediate.recovery.remote_telling import shown

AUTHOR = "remediate[bot] <noreply@remediate.invalid>"
_PUSH_SECONDS = 120.0
_FINAL = re.compile(r"^!\t|returned error: 4(?!08|29)\d\d|denied|not found|is not allowed", re.I | re.M)


class Uncommitted(Exception):
    """The commit cannot be made, and why."""


class Rewrite(msgspec.Struct, frozen=True, kw_only=True):
    """A file with its new content; `mode` is git's, as it was."""

    path: str
    mode: str
    content: bytes


def commit_on_top(git: Git, folder: Path, parent: str, rewrite: Rewrite, why: str) -> str:
    """The id of a commit that changes this file of the parent and nothing else.

    `folder` is a fresh checkout of the parent. The commit's date is the parent's: made again it is the same.
    """
    path = rewrite.path.encode("utf-8", "surrogateescape")
    blob = _asked(git, folder, "hash-object", "-w", "--stdin", data=rewrite.content)
    line = f"{rewrite.mode} {blob}\t".encode() + path + b"\0"
    _asked(git, folder, "update-index", "-z", "--index-info", data=line)
    tree = _asked(git, folder, "write-tree")
    date = _asked(git, folder, "log", "-1", "--format=%ct", parent)
    who = f"{AUTHOR} {date} +0000"
    text = f"tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\n{why}\n"
    commit = _asked(git, folder, "hash-object", "-t", "commit", "-w", "--stdin", data=text.encode())
    changed = git.run("diff-tree", "-r", "-z", "--no-renames", "--name-only", parent, commit, folder=folder)
    if changed.code != 0 or changed.output != path + b"\0":
        raise Uncommitted(f"the commit would change another file than {shown(rewrite.path)}")
    return commit


def push_new(git: Git, folder: Path, address: str, commit: str, branch: str) -> str:
    """Makes the branch where there is none; empty, or why the server will not.

    Raises `Unreachable` where it is not known whether it did.
    """
    target = f"refs/heads/{branch}"
    spoken = git.run(
        *("push", "--porcelain", "--no-verify", "--no-signed", "--recurse-submodules=no"),
        # An empty lease: the branch must not be there.
        f"--force-with-lease={target}:",
        *("--", address, f"{commit}:{target}"),
        folder=folder,
        timeout=_PUSH_SECONDS,
    )
    if spoken.code == 0:
        return ""
    if spoken.code is None or not _FINAL.search(_all(spoken)):
        raise Unreachable(
            f"{branch}: the push got no answer: {shown(spoken.errors)}",
            hint="The next run looks, and goes on.",
        )
    return _reason(spoken)


def _asked(git: Git, folder: Path, *words: str, data: bytes = b"") -> str:
    spoken = git.run(*words, folder=folder, data=data)
    if spoken.code != 0:
        raise Uncommitted(f"git {words[0]}: {shown(spoken.errors)}")
    return spoken.output.decode("ascii", "replace").strip()


def _all(spoken: Spoken) -> str:
    return spoken.output.decode("utf-8", "replace") + spoken.errors


def _reason(spoken: Spoken) -> str:
    """What the server said, before git's own summary."""
    lines = [
        line.removeprefix("remote:").strip()
        for line in spoken.errors.splitlines()
        if line.startswith("remote:")
    ]
    rejected = re.findall(r"^!\t[^\t]*\t(.*)$", spoken.output.decode("utf-8", "replace"), re.M)
    return shown(" ".join([*filter(None, lines), *rejected]) or spoken.errors)
