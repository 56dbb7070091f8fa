"""The branch on the server: its newest commit, the documents of it, and the push that moves it on."""

from __future__ import annotations

from collections.abc import Sequence

from remediate.ports import Spoken
from remediate.state.branch_objects import Objects

_REMOTE = "state"
# Only fetching needs to know that objects are left out on purpose: with these settings, every other command
# would fetch a missing one by itself, one after the other.
_PARTIAL = (
    *("-c", f"remote.{_REMOTE}.promisor=true"),
    *("-c", f"remote.{_REMOTE}.partialclonefilter=blob:none"),
)
_FETCH = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--no-show-forced-updates",
    "--recurse-submodules=no",
)


class Remote:
    """One branch of one repository; it keeps nothing but the address."""

    def __init__(self, objects: Objects, address: str, branch: str) -> None:
        self._objects = objects
        self._address = (*("-c", f"remote.{_REMOTE}.url={address}"),)
        self._branch = f"refs/heads/{branch}"

    def fetch(self, known: str, timeout: float, *, whole: bool) -> Spoken:
        """The newest commit and its folders; `whole` brings every file that is not in `known` too.

        Nobody needs the commits before it, so what this costs does not grow with them.
        """
        return self._objects.run(
            *self._address,
            *_PARTIAL,
            *_FETCH,
            "--depth=1",
            "--no-filter" if whole else "--filter=blob:none",
            *([f"--negotiation-tip={known}"] if known else []),
            _REMOTE,
            f"+{self._branch}:refs/state/tip",
            timeout=timeout,
        )

    def fetch_files(self, identities: Sequence[str], timeout: float) -> Spoken:
        """These objects, all at once."""
        return self._objects.run(
            *self._address,
            *_PARTIAL,
            *("-c", "fetch.negotiationAlgorithm=noop"),
            *_FETCH,
            "--filter=blob:none",
            "--stdin",
            _REMOTE,
            data="".join(f"{one}\n" for one in identities).encode(),
            timeout=timeout,
        )

    def push(self, commit: str, tip: str, timeout: float) -> Spoken:
        """Moves the branch from exactly `tip` to the commit, or does nothing; an empty tip is no branch.

        The lease, rather than the rule of fast-forwards alone, says so for a new branch and for an orphan
        commit too, and it does not need the commit of whoever was faster.
        """
        return self._objects.run(
            *self._address,
            *("push", "--porcelain", "--no-verify", "--no-signed", "--thin"),
            f"--force-with-lease={self._branch}:{tip}",
            _REMOTE,
            f"{commit}:{self._branch}",
            timeout=timeout,
        )
