"""The log archive of a GitHub run, in both shapes, so that no job is read twice.

The older shape has a file for each job (`0_build.txt`) and, beside it, a folder for each job with a file for
each step (`build/1_Set up job.txt`); the newer one has the files alone, with a `system.txt` in the folders.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

_JOB = re.compile(r"(-?\d+)_([^/]+)\.txt$")
_STEP = re.compile(r"([^/]+)/(-?\d+)_[^/]*\.txt$")
_SYSTEM = re.compile(r"(?:[^/]+/)?system\.txt$")
_NUMBERS = re.compile(r"([0-9]{1,18})")


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Files of an archive that make one log, in their order."""

    name: str
    job: str = ""
    files: tuple[str, ...]


def plan_readings(names: Iterable[str]) -> list[Reading]:
    """What to read of an archive's files: each job once, steps joined where a job has only them."""
    rest = [name for name in names if not _SYSTEM.match(name)]
    jobs = {name: found for name in rest if (found := _JOB.match(name))}
    steps: dict[str, list[str]] = {}
    for name in rest:
        if found := _STEP.match(name):
            steps.setdefault(found[1], []).append(name)
    used = set(jobs) | {name for files in steps.values() for name in files}
    readings = [Reading(name=name, job=found[2], files=(name,)) for name, found in jobs.items()]
    readings += [
        Reading(name=folder, job=folder, files=tuple(sorted(files, key=_natural)))
        for folder, files in steps.items()
        if not _told(folder, [found[2] for found in jobs.values()], len(steps))
    ]
    readings += [Reading(name=name, files=(name,)) for name in rest if name not in used]
    return sorted(readings, key=lambda reading: _natural(reading.name))


def _told(folder: str, jobs: list[str], folders: int) -> bool:
    """Whether a job's file tells already what its folder does; both names are cut and cleaned, not alike."""
    if folders and len(jobs) >= folders:
        return True
    plain = _plain(folder)
    return any(plain == _plain(job) for job in jobs)


def _plain(name: str) -> str:
    return re.sub(r"\W+", "", name).casefold()[:60]


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in _NUMBERS.split(name) if part]
