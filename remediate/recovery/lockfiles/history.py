"""What the lockfile was in earlier commits, read with git and without changing anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from remediate.ports import Finished, Processes

_MOST = 20  # commits of one file that are looked at
_SECONDS = 20.0
# No lazy fetch: a clone without blobs must not call its remote.
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The commits of the repository that a folder stands in, as far as they were fetched."""

    processes: Processes
    folder: Path
    environment: Mapping[str, str]

    def commits(self, path: str) -> tuple[str, ...]:
        """The commits that changed the file, the newest first; none outside a repository."""
        told = self._git("log", f"-{_MOST}", "--format=%H", "--", path)
        return tuple(told.decode("ascii", "replace").split()) if told is not None else ()

    def at(self, commit: str, path: str) -> bytes | None:
        """The file as it was; plumbing, for it runs no filter of the repository's."""
        return self._git("cat-file", "blob", f"{commit}:./{path}")

    def versions(self, path: str) -> Iterator[bytes]:
        """All versions that were committed, the newest first."""
        for commit in self.commits(path):
            text = self.at(commit, path)
            if text is not None:
                yield text

    def _git(self, *arguments: str) -> bytes | None:
        ended = self.processes.run(
            ("git", "--no-pager", *arguments),
            folder=self.folder,
            environment={**self.environment, **_QUIET},
            timeout=_SECONDS,
            reads=True,
        )
        return ended.output if isinstance(ended, Finished) and ended.code == 0 else None
