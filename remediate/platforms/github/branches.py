"""Branches, snapshots kept as refs, and the checks on a commit."""

from __future__ import annotations

from remediate.errors import Unreachable
from remediate.model.actions import CheckState
from remediate.platforms.github.desk import Part, quoted
from remediate.platforms.github.forge_shapes import CheckPage, RefShape
from remediate.platforms.github.run_shapes import RunPage
from remediate.platforms.github.shapes import parsed

_READ = "contents: read"
_WRITE = "contents: write"
_SNAPSHOTS = "refs/remediate/snapshots/"


class Branches(Part):
    """What `Forge` says of branches, checks and snapshots."""

    def head_of(self, branch: str) -> str | None:
        """The commit that the branch is at; None where there is none."""
        return self._at(f"refs/heads/{branch}")

    def delete_branch(self, branch: str, commit: str) -> bool:
        """Deletes the branch if it is still at this commit; whether it is gone."""
        now = self._at(f"refs/heads/{branch}")
        if now is not None and now == commit:
            self._delete(f"refs/heads/{branch}")
        return now in (None, commit)

    def checks(self, commit: str) -> tuple[CheckState, ...]:
        """The checks and runs on a commit."""
        path = f"{self._root}/commits/{quoted(commit, '')}/check-runs"
        pages = self._calls.pages(path, needs="checks: read", most=10)
        found = [one.model() for reply in pages for one in parsed(reply, CheckPage, path).check_runs]
        return (*found, *self._runs_on(commit))

    def snapshot(self, name: str, commit: str) -> str:
        """Makes a ref `refs/remediate/snapshots/NAME`, and gives its full name.

        One that is there stays as it is: it is older, and what it keeps is what is to come back.
        """
        ref = _SNAPSHOTS + name
        if self._at(ref) is None:
            self._calls.bring_about(
                "POST",
                f"{self._root}/git/refs",
                {"ref": ref, "sha": commit},
                look=lambda: self._at(ref),
                needs=_WRITE,
                accept=(422,),
            )
        if self._at(ref) is None:
            raise Unreachable(
                f"{ref}: GitHub does not make it at {commit}",
                hint="The commit must be in this repository.",
                docs="docs/github.md",
            )
        return ref

    def snapshots(self) -> tuple[tuple[str, str], ...]:
        """The snapshots' refs, each with its commit."""
        path = f"{self._root}/git/matching-refs/{_SNAPSHOTS.removeprefix('refs/')}"
        pages = self._calls.pages(path, needs=_READ)
        found = (one for reply in pages for one in parsed(reply, list[RefShape], path))
        return tuple((one.ref, one.object.sha) for one in found)

    def drop_snapshot(self, ref: str) -> None:
        """Deletes one; nothing where it is gone."""
        if not ref.startswith(_SNAPSHOTS):
            raise Unreachable(f"{ref}: not a snapshot", hint=f"Snapshots are named {_SNAPSHOTS}….")
        self._delete(ref)

    def _delete(self, ref: str) -> None:
        path = f"{self._root}/git/{quoted(ref)}"
        self._calls.take_away(path, there=lambda: self._at(ref) is not None, needs=_WRITE)

    def _at(self, ref: str) -> str | None:
        path = f"{self._root}/git/ref/{quoted(ref.removeprefix('refs/'))}"
        # 409 is how an empty repository answers.
        reply = self._calls.get(path, needs=_READ, accept=(404, 409), fresh=True)
        return None if reply.status != 200 else parsed(reply, RefShape, path).object.sha

    def _runs_on(self, commit: str) -> tuple[CheckState, ...]:
        """Runs too: one that waits for an approval has no check yet."""
        path = f"{self._root}/actions/runs"
        pages = self._calls.pages(path, {"head_sha": commit}, needs="actions: read", most=10)
        return tuple(
            CheckState(
                name=one.name or one.path,
                status=one.status or "",
                conclusion=one.conclusion or "",
                run=one.id,
            )
            for reply in pages
            for one in parsed(reply, RunPage, path).workflow_runs
        )
