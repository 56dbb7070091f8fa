"""`free-disk`: room on a full disk, from what the runner does not need and what the user lists."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.recovery.backups_files import remove
from remediate.recovery.strategies.cache_folders import size_of
from remediate.recovery.strategies.disk_space import Candidate, candidates, hosted
from remediate.recovery.strategies.telling import flaw_of
from remediate.recovery.strategy import Site

_NAME = "free-disk"
_DELETING = 240.0
# Enough is won: a tenth of the disk, and no more than this much.
_SHARE = 10
_PLENTY = 5 << 30
# Less than this is noise: other processes write meanwhile.
_LEAST = 64 << 10


class FreeDisk:
    """Deletes one thing after the other until enough is free. What is gone stays gone."""

    name = _NAME

    def __init__(self) -> None:
        self._place: Path | None = None
        self._before: int | None = None
        self._deleted: list[Path] | None = None

    def preview(self, step: Step, site: Site) -> Offer:
        found, sizes = _found(site), []
        if not found:
            where = (
                "nothing of the runner's image" if hosted(site.environment) else "this is no hosted runner"
            )
            return Unfit(strategy=_NAME, reason=f"{where}, and `free-disk` lists nothing that may go")
        changes = []
        for each in found:
            sizes.append(size_of((each.path,)))
            detail = f"{sizes[-1] / (1 << 20):.1f} MiB, {each.why}"
            changes.append(Change(verb="delete", what=str(each.path), detail=detail))
        return Preview(
            strategy=_NAME,
            target=f"the disk of {_disk(site)}",
            changes=tuple(changes),
            seconds=1.0 + sum(sizes) / (500 << 20),
            cost=f"at most {sum(sizes) / (1 << 20):.1f} MiB are deleted, until enough is free",
            risk="medium",
            affected=tuple(str(each.path) for each in found),
            reversible=False,
        )

    def apply(self, step: Step, site: Site) -> StepResult:
        disk = self._place = _disk(site)
        self._before = before = shutil.disk_usage(disk).free
        self._deleted = []
        for each in _found(site):
            if shutil.disk_usage(disk).free >= before + _plenty(disk):
                break
            flaw = _delete(each.path, site)
            if flaw:
                return Failed(strategy=_NAME, reason=f"{each.path}: {flaw}")
            self._deleted.append(each.path)
        grown = shutil.disk_usage(disk).free - before
        if grown < _LEAST:
            return Failed(strategy=_NAME, reason=f"no space was won on the disk of {disk}")
        changes = tuple(Change(verb="delete", what=str(path)) for path in self._deleted)
        won = f"{grown / (1 << 20):.1f} MiB won on the disk of {disk}"
        return Done(strategy=_NAME, summary=won, changes=changes)

    def verify(self, step: Step, site: Site) -> StepResult:
        disk = self._place or _disk(site)
        usage = shutil.disk_usage(disk)
        room = f"{usage.free / (1 << 20):.1f} MiB are free on the disk of {disk}"
        grown = self._before is not None and usage.free - self._before >= _LEAST
        if grown or (self._before is None and usage.free >= _plenty(disk)):
            return Done(strategy=_NAME, summary=room)
        return Failed(strategy=_NAME, reason=f"{room}: no more than before, or too little")

    def undo(self, step: Step, site: Site) -> StepResult:
        if self._deleted == []:
            return Done(strategy=_NAME, summary="nothing had been deleted")
        gone = ", ".join(map(str, self._deleted or ())) or "what may have been deleted"
        return Failed(strategy=_NAME, reason=f"cannot be brought back: {gone}")


def _found(site: Site) -> tuple[Candidate, ...]:
    """The candidates on the disk that is full, none twice, none inside another."""
    device = os.stat(_disk(site)).st_dev  # noqa: PTH116 - beside lstat, of the same kind
    found: dict[Path, Candidate] = {}
    for each in candidates(site):
        if os.lstat(each.path).st_dev == device and not found.keys() & {each.path, *each.path.parents}:
            found[each.path] = each
    return tuple(found.values())


def _disk(site: Site) -> Path:
    """The fullest of the places that a job writes to."""
    named = [site.environment.get(name, "") for name in ("HOME", "TMPDIR", "RUNNER_TEMP")]
    places = [site.root, *(Path(name) for name in named if name and Path(name).is_dir())]
    return max(places, key=_used)


def _used(place: Path) -> float:
    usage = shutil.disk_usage(place)
    return 1 - usage.free / usage.total if usage.total else 0.0


def _plenty(disk: Path) -> int:
    return min(shutil.disk_usage(disk).total // _SHARE, _PLENTY)


def _delete(path: Path, site: Site) -> str:
    """Why it could not be deleted; on a hosted runner the tools belong to root."""
    mine = not hasattr(os, "geteuid") or os.lstat(path).st_uid == os.geteuid()
    if mine and os.access(path.parent, os.W_OK):
        remove(path)
        return ""
    if not hosted(site.environment):
        return "it belongs to another user"
    command = ("sudo", "-n", "rm", "-rf", "--one-file-system", "--", str(path))
    return flaw_of(
        site.processes.run(command, folder=site.root, environment=site.environment, timeout=_DELETING)
    )
