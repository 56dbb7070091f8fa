"""Which project's lockfile is meant, of all that stand in the folder."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from remediate.model.diagnosis import Diagnosis
from remediate.recovery.lockfiles.abilities import NamesLockfile
from remediate.recovery.lockfiles.registry import FAMILIES, RULES, TOOLS, WORDS, family_of
from remediate.recovery.lockfiles.tool import LockTool

_DEEPEST = 3
_SKIPPED = frozenset({"node_modules", "vendor", "target", "venv", "dist", "build", "site-packages"})


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """A tool and the folder that it locks; `place` is relative to the root and empty for the root."""

    tool: LockTool
    root: Path
    place: str
    lockfile: str

    @property
    def folder(self) -> Path:
        return self.root / self.place

    @property
    def path(self) -> str:
        """The lockfile relative to the root."""
        return f"{self.place}/{self.lockfile}" if self.place else self.lockfile


class NoProject(msgspec.Struct, frozen=True, kw_only=True):
    """Why none can be chosen."""

    reason: str


def find_project(root: Path, arguments: Mapping[str, str], diagnosis: Diagnosis) -> Project | NoProject:
    """The project that the step names, else the only one that fits what failed."""
    if arguments.get("tool") and arguments["tool"] not in TOOLS:
        return NoProject(reason=f"{arguments['tool']} is none of {', '.join(TOOLS)}")
    if "folder" in arguments:
        folder = (root / arguments["folder"]).resolve()
        if not folder.is_relative_to(root.resolve()) or not folder.is_dir():
            return NoProject(reason=f"{arguments['folder']} is no folder of this workspace")
        return _choose(root, list(_projects(root, folder, arguments)), diagnosis)
    for deep in range(_DEEPEST + 1):
        found = [each for folder in _folders(root, deep) for each in _projects(root, folder, arguments)]
        if found:
            return _choose(root, found, diagnosis)
    return NoProject(reason="no lockfile of a known tool is here")


def _choose(root: Path, found: list[Project], diagnosis: Diagnosis) -> Project | NoProject:
    families = {family_of(each.tool.name) for each in found}
    if len(families) > 1:
        meant = meant_family(diagnosis)
        found = [each for each in found if family_of(each.tool.name) == meant] or found
    if len(found) == 1:
        return _safe(root, found[0])
    if not found:
        return NoProject(reason="no lockfile of a known tool is here")
    names = ", ".join(sorted(each.path for each in found)[:5])
    return NoProject(reason=f"several lockfiles could be meant: {names}; name `tool` and `folder`")


def _safe(root: Path, project: Project) -> Project | NoProject:
    path = project.root / project.path
    if path.is_symlink() or not path.resolve().is_relative_to(root.resolve()):
        return NoProject(reason=f"{project.path} is a link")
    return project


def meant_family(diagnosis: Diagnosis) -> str:
    """The family that the rule or the failing command speaks of; empty where neither does."""
    rule = diagnosis.rule or ""
    names = {**RULES, **{name: family_of(name) for names in FAMILIES.values() for name in names}}
    for prefix in sorted(names, key=len, reverse=True):
        if rule.startswith(f"{prefix}-"):
            return names[prefix]
    command = (diagnosis.step.command if diagnosis.step else None) or ""
    spoken = {WORDS[word] for word in re.findall(r"[\w-]+", command) if word in WORDS}
    return spoken.pop() if len(spoken) == 1 else ""


def _projects(root: Path, folder: Path, arguments: Mapping[str, str]) -> Iterator[Project]:
    for name, tool in TOOLS.items():
        if arguments.get("tool", name) != name or not tool.owns(folder):
            continue
        lockfile = tool.lockfile_in(folder) if isinstance(tool, NamesLockfile) else tool.lockfile
        if (folder / lockfile).is_file():
            place = folder.resolve().relative_to(root.resolve()).as_posix()
            yield Project(tool=tool, root=root, place="" if place == "." else place, lockfile=lockfile)


def _folders(folder: Path, deep: int) -> Iterator[Path]:
    """The folders at exactly this depth, links not followed."""
    if deep == 0:
        yield folder
        return
    with os.scandir(folder) as entries:
        below = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    for name in below:
        if not name.startswith(".") and name not in _SKIPPED:
            yield from _folders(folder / name, deep - 1)
