"""The files of caches and artifacts, and how the stand-ins for their actions come to them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .occasions import Occasion
    from .repository import Repository
    from .runs import Run
    from .talk import Cache


def lay_out(shelf: Path, repo: Repository, occasion: Occasion) -> None:
    """Writes down which caches a job may read, the newest first: of its ref, its base, the default branch."""
    shelf.mkdir(parents=True, exist_ok=True)
    base = [f"refs/heads/{occasion.base}"] if occasion.base else []
    scopes = list(dict.fromkeys([occasion.ref, *base, f"refs/heads/{repo.default_branch}"]))
    rows = [
        {name: getattr(cache, name) for name in ("id", "key", "ref", "size", "version")}
        for cache in sorted(repo.caches.held, key=lambda cache: cache.created_at, reverse=True)
    ]
    (shelf / "index.json").write_text(json.dumps({"scopes": scopes, "caches": rows}))
    (shelf / "restored").write_text("")


def take_in(shelf: Path, repo: Repository, occasion: Occasion) -> None:
    """Takes up what a job saved; what there is already of that key and version for the ref stays as it is."""
    read = {int(line) for line in (shelf / "restored").read_text().split()}
    for cache in repo.caches.held:
        if cache.id in read:
            cache.last_accessed_at = repo.box.clock.now()
    for folder in sorted(shelf.glob("saved-*")):
        key, version = ((folder / name).read_text() for name in ("key", "version"))
        wanted = (key, version, occasion.ref)
        if any((cache.key, cache.version, cache.ref) == wanted for cache in repo.caches.held):
            shutil.rmtree(folder)
            continue
        size = (folder / "cache.tgz").stat().st_size
        made = repo.caches.add(key=key, ref=occasion.ref, size=size, version=version)
        folder.rename(shelf / str(made.id))


def spoil(shelf: Path, cache: Cache) -> None:
    """Leaves half of a cache, as an upload does that broke off."""
    archive = shelf / str(cache.id) / "cache.tgz"
    archive.write_bytes(archive.read_bytes()[: cache.size // 2])


def take_up(folder: Path, run: Run) -> None:
    """Makes artifacts of what a job of the run kept."""
    known = {artifact.name for artifact in run.artifacts}
    for place in sorted(folder.iterdir()):
        if place.name not in known:
            files = [file for file in place.rglob("*") if file.is_file()]
            run.add_artifact(place.name, {str(file.relative_to(place)): file.read_bytes() for file in files})
