"""The project whose lockfile is meant, in a checkout that no package manager has touched."""

from __future__ import annotations

import hashlib

import msgspec

from remediate.model.diagnosis import Diagnosis
from remediate.model.plan import Step
from remediate.ports import Git
from remediate.recovery.lockfiles.abilities import FolderHooks
from remediate.recovery.lockfiles.history import History
from remediate.recovery.lockfiles.project import NoProject, Project, find_project
from remediate.recovery.lockfiles.salvage import Salvage, salvage
from remediate.recovery.lockfiles.settings_history import new_registries
from remediate.recovery.remote_strategy import Place
from remediate.recovery.remote_telling import shown
from remediate.recovery.repair_checkout import Entry, GitOnly, check_out, entry_of
from remediate.recovery.strategies.lockfile_repair import REGENERATED

_LFS = b"version https://git-lfs."


class Damaged(msgspec.Struct, frozen=True, kw_only=True):
    """A lockfile as it was committed, and what of it and of its history vouches for packages."""

    project: Project
    commit: str
    entry: Entry
    text: bytes
    salvaged: Salvage

    @property
    def path(self) -> str:
        """Relative to the repository."""
        return self.project.path

    @property
    def asks(self) -> str:
        """Why a person has to agree; the same words as where the package manager is run."""
        tool = self.project.tool
        hooks = tool.hooks_in(self.project.folder) if isinstance(tool, FolderHooks) else tool.hooks
        return "; ".join(filter(None, (hooks, "" if self.salvaged.text is not None else REGENERATED)))


def find_damaged(step: Step, place: Place, git: Git) -> Damaged | str:
    """Checks the head commit out and finds the lockfile; or why that cannot be.

    Raises `Unreachable` where the server does not answer.
    """
    commit, diagnosis = place.case.run.commit, place.case.diagnosis
    if diagnosis is None:
        return "the run has no diagnosis"
    tree = place.folder / "tree"
    wrong = check_out(git, place.address, commit, tree)
    if wrong:
        return wrong
    try:
        return _found(step, diagnosis, place, git)
    except (ValueError, msgspec.MsgspecError, OSError) as problem:
        return f"the project's files cannot be read: {shown(str(problem))}"


def digest_of(content: bytes) -> str:
    """The SHA-256 of a file's bytes."""
    return hashlib.sha256(content).hexdigest()


def _found(step: Step, diagnosis: Diagnosis, place: Place, git: Git) -> Damaged | str:
    tree, commit = place.folder / "tree", place.case.run.commit
    project = find_project(tree, step.arguments, diagnosis)
    if isinstance(project, NoProject):
        return project.reason
    entry = entry_of(git, tree, commit, project.path)
    if entry is None or not entry.plain:
        return f"{shown(project.path)} is a link, or no file of the commit"
    text = (project.root / project.path).read_bytes()
    if text.startswith(_LFS):
        return f"{shown(project.path)} is kept by Git LFS"
    history = History(processes=GitOnly(git), folder=project.folder, environment={})
    new = new_registries(project.tool, project.folder, project.lockfile, history, place.folder)
    if new:
        named = shown(", ".join(sorted(new)))
        return f"the project's settings name a registry that the lockfile never knew: {named}"
    salvaged = salvage(project.tool, project.folder, project.lockfile, history, text)
    return Damaged(project=project, commit=commit, entry=entry, text=text, salvaged=salvaged)
