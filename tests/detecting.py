"""Runs of the box that failed, and what `detect` needs to look at them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, cast

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent / "platforms"))

from boxed import Boxed

from remediate.diagnosis.knowledge import load_catalog
from remediate.logs.redaction import Redactor
from remediate.model.actions import WorkflowRun
from remediate.model.case import Case
from remediate.model.stage import Agenda, Head
from remediate.platforms.github import GitHub
from remediate.stages.doors import Doors
from remediate.system.cache import cache_folder

_STAMP = "2026-11-02T09:00:00.0000000Z "


def log_of(command: str, *lines: str, code: int = 1) -> bytes:
    """A job's log as the runner writes it, with one step that failed."""
    told = [
        "Requested labels: ubuntu-latest",
        f"##[group]Run {command}",
        f"\x1b[36;1m{command}\x1b[0m",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
        *lines,
        f"##[error]Process completed with exit code {code}.",
    ]
    return "".join(f"{_STAMP}{line}\n" for line in told).encode()


NETWORK = log_of(
    "npm ci",
    "npm error code ECONNRESET",
    "npm error network aborted",
    "npm error network This is a problem related to network connectivity.",
)
DEFECT = log_of(
    "npx tsc",
    "src/index.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'.",
    code=2,
)
LOCKFILE = log_of(
    "npm ci",
    "npm error code EUSAGE",
    "npm error `npm ci` can only install packages when your package.json and package-lock.json or"
    " npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.",
    "npm error Missing: left-pad@1.3.0 from lock file",
)
PASSED = "".join(
    f"{_STAMP}{line}\n"
    for line in (
        "##[group]Run npm ci",
        "npm ci",
        "##[endgroup]",
        "added 3 packages in 2s",
        "Post job cleanup.",
        "Cleaning up orphan processes",
    )
).encode()
LOST = (
    "The hosted runner: GitHub Actions 12 lost communication with the server. Anything in your workflow"
    " that terminates the runner process, starves it for CPU/Memory, or blocks its network access can"
    " cause this error."
)


def case_of(run: WorkflowRun) -> Case:
    return Case(run=run, trusted=True, found=1.0)


def agenda_of(world: Boxed, *cases: Case) -> Agenda:
    head = Head(owner="run-1-1", at=world.box.clock.now(), repository="octo/shop", default_branch="main")
    return Agenda(head=head, new=cases)


def doors_of(world: Boxed, hub: GitHub, folder: Path) -> Doors:
    """The doors that `detect` goes through; it has no business with the others."""
    closed = cast("Any", None)
    return Doors(
        platform=hub,
        forge=hub,
        tracker=hub,
        store=closed,
        web=closed,
        clock=world.box.clock,
        processes=closed,
        random=lambda: 0.5,
        measure=closed,
        redactor=Redactor(["hunter2hunter2"]),
        catalog=lambda packs: load_catalog(cache=cache_folder(os.environ, sys.platform)),
        environment={},
        folder=folder,
        owner="run-1-1",
    )
