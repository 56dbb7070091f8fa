"""Where a tool's cache is, whether it may be touched, and which part of it the log points at."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from remediate.model.diagnosis import Diagnosis
from remediate.ports import Finished
from remediate.recovery.backups_places import BackupProblem, mode_of, place_of
from remediate.recovery.strategies.cache_tools import CacheTool
from remediate.recovery.strategy import Site

PURGED = ".remediate-purged"
_ASKING = 20.0
_PATH = re.compile(r"[/\\][^\s'\"`<>|:;,()\[\]]{3,400}")
_CRATE = re.compile(r"failed to unpack (?:package|entry at) `([A-Za-z0-9_-]{1,64}) v([0-9A-Za-z.+-]{1,64})")
_COUNTED = 200_000


def folder_of(tool: CacheTool, site: Site) -> Path | str:
    """The tool's own cache folder, or why there is none that may be touched."""
    named = _named(tool, site)
    if isinstance(named, str):
        return named
    mode = mode_of(named)
    if mode is None:
        return f"{tool.name} has no cache yet at {named}"
    if stat.S_ISLNK(mode) or not stat.S_ISDIR(mode):
        return f"{named} is {'a link' if stat.S_ISLNK(mode) else 'no folder'}, which is never purged"
    return _objection(tool, named, site) or named


def targets(tool: CacheTool, folder: Path, site: Site) -> tuple[tuple[Path, ...], bool]:
    """What is to go: what the log points at, which the second value tells, else all parts; no links."""
    named = tuple(dict.fromkeys(_pointed_at(tool, folder, site.diagnosis)))
    if named or tool.only_named:
        return named, True
    found = (path for part in tool.parts for path in sorted(folder.glob(part)) if path.suffix != PURGED)
    return tuple(path for path in dict.fromkeys(found) if _is_plain(folder, path)), False


def size_of(paths: Iterable[Path]) -> int:
    """Bytes of all files, of the first many thousand at least."""
    total = 0
    for number, path in enumerate(each for top in paths for each in _files(top)):
        if number > _COUNTED:
            break
        total += os.lstat(path).st_size
    return total


def _named(tool: CacheTool, site: Site) -> Path | str:
    home = site.environment.get("HOME") or site.environment.get("USERPROFILE", "")
    if not tool.ask:
        where = site.environment.get(tool.variable, "") or (home and f"{home}/{tool.usual}")
        return Path(where) if Path(where).is_absolute() else f"where {tool.name} has its cache is not known"
    ended = site.processes.run(
        tool.ask,
        folder=site.root,
        environment={**site.environment, **tool.quiet},
        timeout=_ASKING,
        reads=True,
    )
    if not isinstance(ended, Finished) or ended.code != 0:
        return f"`{' '.join(tool.ask)}` did not say where the cache is"
    lines = ended.output.decode("utf-8", "replace").strip().splitlines()
    path = Path(lines[-1].strip()) if lines else Path()
    return path if path.is_absolute() else f"`{' '.join(tool.ask)}` named no folder"


def _objection(tool: CacheTool, folder: Path, site: Site) -> str:
    real = Path(os.path.realpath(folder))
    home = site.environment.get("HOME", "")
    for name, inside in (("the workspace", site.root), ("the home folder", Path(home) if home else None)):
        if inside is not None and Path(os.path.realpath(inside)).is_relative_to(real):
            return f"{folder} holds {name}, so it is no cache that may be purged"
    if tool.marker and not (folder / tool.marker).exists():
        return f"{folder} does not look like a cache of {tool.name}"
    if real.is_relative_to(os.path.realpath(site.root)) and _tracked(real, site):
        return f"{folder} is part of the repository"
    return ""


def _tracked(folder: Path, site: Site) -> bool:
    """Whether git keeps files of it; where git does not say, it may."""
    if not any((parent / ".git").exists() for parent in (site.root, *site.root.parents)):
        return False
    command = ("git", "ls-files", "--", str(folder))
    ended = site.processes.run(
        command, folder=site.root, environment=site.environment, timeout=_ASKING, reads=True
    )
    return not isinstance(ended, Finished) or ended.code != 0 or bool(ended.output.strip())


def _pointed_at(tool: CacheTool, folder: Path, diagnosis: Diagnosis) -> Iterator[Path]:
    lines = [piece.text for piece in diagnosis.evidence if piece.role == "decisive"]
    if tool.name == "cargo":
        for crate, version in (match for line in lines for match in _CRATE.findall(line)):
            for part in (f"registry/cache/*/{crate}-{version}.crate", f"registry/src/*/{crate}-{version}"):
                yield from (path for path in sorted(folder.glob(part)) if _is_plain(folder, path))
    for text in (match for line in lines for match in _PATH.findall(line)):
        path = Path(os.path.normpath(text.rstrip(".")))
        if path.is_relative_to(folder) and ".." not in text and _in_parts(tool, folder, path):
            yield path


def _in_parts(tool: CacheTool, folder: Path, path: Path) -> bool:
    """Whether the path is one of the parts or lies in one, and is there as it is named."""
    tops = {top for part in tool.parts for top in folder.glob(part)}
    return bool(tops & {path, *path.parents}) and _is_plain(folder, path)


def _is_plain(folder: Path, path: Path) -> bool:
    try:
        place_of(folder, path.relative_to(folder).as_posix())
    except BackupProblem:
        return False
    mode = mode_of(path)
    return mode is not None and (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def _files(top: Path) -> Iterator[str]:
    if not top.is_dir():
        yield str(top)
    for folder, _, names in os.walk(top):
        yield from (os.path.join(folder, name) for name in names)  # noqa: PTH118 - as os.walk gives them
