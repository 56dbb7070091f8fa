"""Branches, pull requests and snapshots, in memory."""

from __future__ import annotations

from typing import Any

import msgspec
from fakes.fake_runs import FakeRuns

from remediate.model.actions import CheckState, Pull


class FakeForge(FakeRuns):
    """The door `Forge`."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.branches: dict[str, str] = {}
        self.pull_requests: list[Pull] = []
        self.states: dict[str, tuple[CheckState, ...]] = {}
        self.kept: dict[str, str] = {}
        self.pull_refused = ""

    # For the test.

    def add_pull(self, head: str, base: str = "main", **more: Any) -> Pull:
        known: dict[str, Any] = {
            "number": len(self.pull_requests) + 1,
            "state": "open",
            "merged": False,
            "head": head,
            "head_commit": self.branches.get(head, ""),
            "head_repository": self.repository,
            "base": base,
        }
        pull = Pull(**{**known, **more})
        self.pull_requests.append(pull)
        return pull

    # The door.

    def head_of(self, branch: str) -> str | None:
        self.enter(f"head_of {branch}")
        return self.branches.get(branch)

    def pull(self, number: int) -> Pull | None:
        self.enter(f"pull {number}")
        return next((self._now(pull) for pull in self.pull_requests if pull.number == number), None)

    def pulls_of(self, branch: str, home: str = "") -> tuple[Pull, ...]:
        self.enter(f"pulls_of {branch} {home}")
        wanted = (branch, home or self.repository)
        return tuple(
            self._now(pull) for pull in self.pull_requests if (pull.head, pull.head_repository) == wanted
        )

    def open_pull(self, *, head: str, base: str, title: str, body: str) -> Pull | str:
        self.enter(f"open_pull {head} {base}")
        for pull in self.pull_requests:
            if (pull.head, pull.base, pull.state) == (head, base, "open"):
                return self._now(pull)
        if self.pull_refused:
            return self.pull_refused
        if head not in self.branches:
            return f"there is no branch {head}"
        made = self.add_pull(head, base, title=title, body=body, author="github-actions[bot]")
        self.happened(f"open_pull {head} {base}")
        return made

    def close_pull(self, number: int) -> None:
        self.enter(f"close_pull {number}")
        for place, pull in enumerate(self.pull_requests):
            if pull.number == number and pull.state == "open":
                self.pull_requests[place] = msgspec.structs.replace(pull, state="closed")
                self.happened(f"close_pull {number}")

    def delete_branch(self, branch: str, commit: str) -> bool:
        self.enter(f"delete_branch {branch}")
        if self.branches.get(branch, commit) != commit:
            return False
        if self.branches.pop(branch, None) is not None:
            self.happened(f"delete_branch {branch}")
        return True

    def checks(self, commit: str) -> tuple[CheckState, ...]:
        self.enter(f"checks {commit}")
        return self.states.get(commit, ())

    def snapshot(self, name: str, commit: str) -> str:
        ref = f"refs/remediate/snapshots/{name}"
        self.enter(f"snapshot {name}")
        if ref not in self.kept:
            self.kept[ref] = commit
            self.happened(f"snapshot {name}")
        return ref

    def snapshots(self) -> tuple[tuple[str, str], ...]:
        self.enter("snapshots")
        return tuple(self.kept.items())

    def drop_snapshot(self, ref: str) -> None:
        self.enter(f"drop_snapshot {ref}")
        if self.kept.pop(ref, None) is not None:
            self.happened(f"drop_snapshot {ref}")

    def _now(self, pull: Pull) -> Pull:
        """The head of an open one follows its branch."""
        if pull.state == "closed" or pull.head_repository != self.repository:
            return pull
        return msgspec.structs.replace(pull, head_commit=self.branches.get(pull.head, pull.head_commit))
