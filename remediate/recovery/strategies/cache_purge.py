"""`cache-purge`: a package manager's damaged local cache, emptied so that it is filled anew."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import msgspec

from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.ports import Finished
from remediate.recovery.backups_files import remove
from remediate.recovery.strategies.cache_folders import PURGED, folder_of, size_of, targets
from remediate.recovery.strategies.cache_tools import TOOLS, CacheTool, tool_of
from remediate.recovery.strategies.telling import clear, ending, flaw_of
from remediate.recovery.strategy import Site

_NAME = "cache-purge"
_PURGING = 120.0

_Stamp = tuple[int, int]


class _Find(msgspec.Struct, frozen=True, kw_only=True):
    tool: CacheTool
    folder: Path
    paths: tuple[Path, ...]
    whole: bool


class CachePurge:
    """The tool is the argument `tool`, else that of the rule; what the log points at goes, or all of it."""

    name = _NAME

    def __init__(self) -> None:
        self._gone: dict[str, dict[Path, _Stamp]] = {}

    def preview(self, step: Step, site: Site) -> Offer:
        found = _find(step, site)
        if isinstance(found, str):
            return Unfit(strategy=_NAME, reason=clear(found, site))
        if not found.paths:
            return Unfit(strategy=_NAME, reason=f"the cache of {found.tool.name} holds nothing to purge")
        size = size_of(found.paths)
        how = f"by `{' '.join(found.tool.verb)}`" if _by_verb(found) else ""
        return Preview(
            strategy=_NAME,
            target=f"the cache of {found.tool.name} in {found.folder}",
            changes=tuple(Change(verb="delete", what=str(path), detail=how) for path in found.paths),
            seconds=1.0 + size / (200 << 20),
            cost=f"{size / (1 << 20):.1f} MiB are fetched or built again",
            risk="low",
            affected=(str(found.folder),),
            reversible=False,
        )

    def apply(self, step: Step, site: Site) -> StepResult:
        found = _find(step, site)
        if isinstance(found, str):
            return Failed(strategy=_NAME, reason=clear(found, site))
        gone = self._gone[_key(step, site)] = {}
        _sweep(found)
        known = {path: _stamp(path) for path in found.paths}
        if _by_verb(found):
            ended = site.processes.run(
                found.tool.verb, folder=site.root, environment=site.environment, timeout=_PURGING
            )
            if flaw := flaw_of(ended):
                said = ended.output if isinstance(ended, Finished) else b""
                gone.update({path: stamp for path, stamp in known.items() if not path.exists()})
                reason = f"`{' '.join(found.tool.verb)}`: {flaw}"
                return Failed(strategy=_NAME, reason=reason, evidence=ending(said, site))
            gone.update(known)
        for path in () if _by_verb(found) else found.paths:
            gone[path] = known[path]
            _set_aside(path)
        _sweep(found)
        changes = tuple(Change(verb="delete", what=str(path)) for path in found.paths)
        return Done(strategy=_NAME, summary=f"purged the cache of {found.tool.name}", changes=changes)

    def verify(self, step: Step, site: Site) -> StepResult:
        """That what was there is gone; something new may stand there, for caches fill by themselves."""
        gone = self._gone.get(_key(step, site))
        found = _find(step, site)
        if isinstance(found, str):
            # Some tools take the folder away with all that was in it.
            if gone and not any(path.exists() for path in gone):
                return Done(strategy=_NAME, summary="the whole cache is gone")
            return Failed(strategy=_NAME, reason=clear(found, site))
        old = [path for path in found.paths if gone is None or _stamp(path) == gone.get(path)]
        if old:
            return Failed(strategy=_NAME, reason=f"{old[0]} is still there")
        try:
            with tempfile.TemporaryFile(dir=found.folder):
                pass
        except OSError as error:
            return Failed(strategy=_NAME, reason=f"{found.folder} cannot be written to: {error.strerror}")
        return Done(strategy=_NAME, summary=f"the cache in {found.folder} is purged and can be filled again")

    def undo(self, step: Step, site: Site) -> StepResult:
        if self._gone.get(_key(step, site)) == {}:
            return Done(strategy=_NAME, summary="nothing had been purged")
        return Failed(strategy=_NAME, reason="what was purged is not put back; the tool fetches it again")


def _find(step: Step, site: Site) -> _Find | str:
    name = step.arguments.get("tool", "")
    tool = tool_of(name, site.diagnosis.rule)
    if tool is None:
        return (
            f"no tool `{name}`; known: {', '.join(TOOLS)}" if name else "the log names no tool with a cache"
        )
    if tool.name == "yarn" and _is_berry(site):
        tool = TOOLS["yarn-berry"]
    folder = folder_of(tool, site)
    if isinstance(folder, str):
        return folder
    paths, named = targets(tool, folder, site)
    return _Find(tool=tool, folder=folder, paths=paths, whole=not named)


def _is_berry(site: Site) -> bool:
    ended = site.processes.run(
        ("yarn", "--version"), folder=site.root, environment=site.environment, timeout=20.0, reads=True
    )
    version = ended.output.decode("utf-8", "replace").strip() if isinstance(ended, Finished) else ""
    return version.partition(".")[0] not in ("", "0", "1")


def _by_verb(found: _Find) -> bool:
    """The tool's own verb takes all of it, so it is only for what the log does not narrow."""
    return bool(found.tool.verb) and found.whole


def _key(step: Step, site: Site) -> str:
    return step.arguments.get("tool", "") or site.diagnosis.rule or ""


def _set_aside(path: Path) -> None:
    """Out of every reader's way in one instant, for another process may be at work in it."""
    path.rename(path.with_name(f"{path.name}{PURGED}"))


def _sweep(found: _Find) -> None:
    """Deletes what was set aside, now or by a process that was killed."""
    for folder in {found.folder, *(path.parent for path in found.paths)}:
        if folder.is_dir():
            for left in folder.glob(f"*{PURGED}"):
                remove(left)


def _stamp(path: Path) -> _Stamp:
    """Another one for a folder that stands there anew; the number alone is soon given again."""
    seen = os.lstat(path)
    return seen.st_ino, seen.st_ctime_ns
