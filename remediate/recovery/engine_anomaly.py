"""Holds what a step changed in the workspace against what a recovery may change at all."""

from __future__ import annotations

from pathlib import Path

from remediate.recovery.backups_manifest import Backup
from remediate.recovery.backups_places import place_of
from remediate.recovery.engine_course import Course
from remediate.safety.anomaly import Intended, inspect
from remediate.safety.edits import Edit

# What is longer is not read: so much may not change anyway.
_LONGEST = 32 << 20


def anomaly_of(course: Course, number: int) -> str:
    """Why the step's changes must not stay; empty where they may."""
    touches = course.touches[number]
    name = course.journal.story.backup
    if not touches or not name:
        return ""
    edits = tuple(_edits(course, course.backups.show(name), touches))
    allowed = tuple(way for path in touches for way in (path, f"{path}/"))
    found = inspect(
        Intended(edits=edits, allowed=allowed), course.site.policy.anomaly, course.site.clock.now()
    )
    return found.reason if found.refuses else ""


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
