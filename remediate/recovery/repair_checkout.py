"""Fetches one commit into a folder that knows no credential and in which nothing of the repository acts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from remediate.errors import Unreachable
from remediate.ports import Absent, Finished, Git, Processes, Spoken
from remediate.recovery.remote_telling import shown

# So many commits are looked through for the last lockfile that was whole.
DEPTH = 50
_FETCH_SECONDS = 300.0
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ADDRESS = re.compile(r"(?:https?|file)://[^\s@]+")
# The commit's bytes, whatever its own `.gitattributes` ask for: no filter, no other line ends, no keywords.
_ATTRIBUTES = "* -text !eol -ident -filter !working-tree-encoding -merge -diff\n"
_PLAIN = ("100644", "100755")
# Faults that stand in the history of honest repositories; none of them does anything here.
_BORNE = (
    "badTimezone",
    "missingSpaceBeforeDate",
    "zeroPaddedFilemode",
    "missingEmail",
    "gitmodulesUrl",
    "gitmodulesName",
    "gitmodulesPath",
)
_WARY = (
    *("-c", "core.symlinks=false", "-c", "core.protectHFS=true", "-c", "core.protectNTFS=true"),
    *("-c", "submodule.recurse=false", "-c", "fetch.fsckObjects=true"),
    *(word for fault in _BORNE for word in ("-c", f"fetch.fsck.{fault}=ignore")),
)
# No later try of the same will fare better.
_FINAL = re.compile(
    r"returned error: 4(?!08|29)\d\d|not our ref|couldn't find remote ref|fsck|authentication failed"
    r"|could not read (?:username|password)|not found|denied|is not allowed",
    re.IGNORECASE,
)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A path of a commit; `mode` is git's."""

    mode: str
    id: str

    @property
    def plain(self) -> bool:
        """Whether it is a file: no link, no submodule, no folder."""
        return self.mode in _PLAIN


def check_out(git: Git, address: str, commit: str, folder: Path) -> str:
    """The commit's files in a new folder, with some history beside them; empty, or why it cannot be done.

    Links stay files that hold where they lead. Raises `Unreachable` where the server does not answer.
    """
    if not _COMMIT.fullmatch(commit):
        return f"{shown(commit)} is no commit"
    if not _ADDRESS.fullmatch(address):
        return f"{shown(address)} cannot be cloned: give an address with https://"
    folder.mkdir(mode=0o700, parents=True)
    kind = "sha256" if len(commit) == 64 else "sha1"
    made = git.run("init", "--quiet", "--template=", f"--object-format={kind}", ".", folder=folder)
    if made.code != 0:
        return f"git cannot make a repository: {shown(made.errors)}"
    attributes = folder / ".git" / "info" / "attributes"
    attributes.parent.mkdir(exist_ok=True)
    attributes.write_text(_ATTRIBUTES, "ascii")
    fetched = git.run(*_WARY, *_fetch(address, commit), folder=folder, timeout=_FETCH_SECONDS)
    if fetched.code != 0:
        return _unfetched(fetched, commit)
    ready = git.run(*_WARY, "checkout", "--quiet", "--detach", commit, folder=folder, timeout=_FETCH_SECONDS)
    return "" if ready.code == 0 else f"git cannot check {commit[:12]} out: {shown(ready.errors)}"


def entry_of(git: Git, folder: Path, commit: str, path: str) -> Entry | None:
    """What stands at this path of the commit."""
    words = ("--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", path)
    line = git.run(*words, folder=folder).output.partition(b"\0")[0]
    head, _, name = line.partition(b"\t")
    if name != path.encode("utf-8", "surrogateescape"):
        return None
    mode, _, identity = head.decode("ascii").split(" ")
    return Entry(mode=mode, id=identity)


class GitOnly:
    """Implements `ports.Processes` with nothing but git: for history that is read beside a token."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],  # noqa: ARG002 - git gets its own
        timeout: float,
        reads: bool = False,
    ) -> Finished | Absent:
        """Git alone, and only to read."""
        program, *words = command
        if program != "git" or not reads:
            return Absent(program=program, reason="no program is run where a token is")
        spoken = self._git.run(*words, folder=folder, timeout=timeout)
        return Finished(code=spoken.code, output=spoken.output, seconds=0.0)

    def find(self, program: str) -> Path | None:  # noqa: ARG002 - there is none
        """None."""
        return None


def _fetch(address: str, commit: str) -> tuple[str, ...]:
    return (
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-auto-maintenance",
        "--recurse-submodules=no",
        f"--depth={DEPTH}",
        "--",
        address,
        f"+{commit}:refs/remediate/head",
    )


def _unfetched(spoken: Spoken, commit: str) -> str:
    """A repository that is too large for the time is so the next time too; a broken connection is not."""
    why = shown(spoken.errors)
    if spoken.code is not None and not _FINAL.search(spoken.errors):
        raise Unreachable(
            f"{commit[:12]} cannot be fetched: {why}",
            hint="The next run tries again; see whether git answers.",
        )
    return f"{commit[:12]} cannot be fetched: {why}"


_: type[Processes] = GitOnly
