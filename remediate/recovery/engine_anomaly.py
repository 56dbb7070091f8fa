"""Holds what a step changed in the workspace against what a recovery may change at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from remediate.ports import Finished
from remediate.recovery.backups_manifest import Backup
from remediate.recovery.backups_places import place_of
from remediate.recovery.engine_course import Course
from remediate.safety.anomaly import Intended, inspect
from remediate.safety.edits import Edit
from remediate.safety.hosts import registries_of

# What is longer is not read: so much may not change anyway.
_LONGEST = 32 << 20
_PATIENCE = 20.0


def anomaly_of(course: Course, number: int) -> str:
    """Why the step's changes must not stay; empty where they may."""
    touches = course.touches[number]
    name = course.journal.story.backup
    if not touches or not name:
        return ""
    edits = tuple(_edits(course, course.backups.show(name), touches))
    allowed = tuple(way for path in touches for way in (path, f"{path}/"))
    intended = Intended(edits=edits, allowed=allowed, hosts=tuple(_committed(course, edits)))
    found = inspect(intended, course.site.policy.anomaly, course.site.clock.now())
    return found.reason if found.refuses else ""


def _committed(course: Course, edits: tuple[Edit, ...]) -> Iterator[str]:
    """The registries that the files named when they were committed, which one that was cut may name again."""
    site = course.site
    for edit in edits:
        shown = site.processes.run(
            ("git", "show", f"HEAD:./{edit.path}"),
            folder=site.root,
            environment=site.environment,
            timeout=_PATIENCE,
            reads=True,
        )
        if isinstance(shown, Finished) and shown.code == 0:
            yield from registries_of(edit.path, shown.output[:_LONGEST].decode("utf-8", "replace"))


def _edits(course: Course, backup: Backup, touches: tuple[str, ...]) -> list[Edit]:
    root, before = course.site.root, {}
    for entry in backup.entries:
        if entry.kind == "file" and _touched(entry.path, touches):
            before[entry.path] = _text(course.backups.folder / backup.id / "files" / entry.content)
    now = {
        path: _text(place_of(root, path)) for path in (*before, *touches) if place_of(root, path).is_file()
    }
    return [Edit(path=path, before=before.get(path), after=now.get(path)) for path in {**before, **now}]


def _touched(path: str, touches: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in touches)


def _text(path: Path) -> str:
    with path.open("rb") as stream:
        return stream.read(_LONGEST).decode("utf-8", "replace")
