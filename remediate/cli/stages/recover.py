"""`remediate recover`: the third stage, in one go or in two phases around a repair without any token."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remediate.cli.arguments import Option
from remediate.cli.documents import write_outputs
from remediate.cli.options import options
from remediate.cli.stages.job import IN_AND_OUT, job, tell
from remediate.errors import UsageProblem
from remediate.model.stage import Findings, Recoveries
from remediate.stages.heal import order_repairs, repaired_and_published
from remediate.stages.recover import publish, recover

if TYPE_CHECKING:
    from remediate.cli.stages.job import Job

FOLDER = "REMEDIATE_REPAIR_FOLDER"
_PHASES = ("all", "prepare", "publish")


@click.command("recover")
@options(
    Option(
        flags=("--phase",),
        name="phase",
        choices=_PHASES,
        default="all",
        show_default=True,
        help="`prepare` decides and orders repairs, `publish` goes on with what was repaired.",
    ),
    Option(
        flags=("--folder",),
        name="folder",
        metavar="DIR",
        path=True,
        help=f"Where orders and repairs are, for the phases; else ${FOLDER}.",
    ),
    *IN_AND_OUT,
)
def command(
    phase: str, folder: str | None, source: str | None, target: str | None, repository: str | None
) -> None:
    """Decide what may be done about each failure, and do it."""
    with job(repository) as at:
        place = at.folder / "repairs" if phase == "all" else _folder(folder)
        recoveries = (
            _published(at, source, place) if phase == "publish" else _decided(at, source, phase, place)
        )
        if not recoveries.courses:
            tell("nothing new to decide on")
        for course in recoveries.courses:
            tell(f"run {course.case.key}: {course.case.standing}, {course.case.reason}")
            for line in course.lines:
                tell(f"  {line}")
        head = recoveries.findings.agenda.head
        at.write(recoveries, target, head, "recover", len(recoveries.courses))


def _decided(at: Job, source: str | None, phase: str, place: Path) -> Recoveries:
    findings = at.read(source, Findings)
    head = findings.agenda.head
    doors = at.doors(head.settings.policy, head.owner)
    recoveries = recover(findings, doors)
    if phase == "all":
        return repaired_and_published(recoveries, doors, place)
    write_outputs({"repairs": str(order_repairs(recoveries, doors, place))}, os.environ)
    return recoveries


def _published(at: Job, source: str | None, place: Path) -> Recoveries:
    recoveries = at.read(source, Recoveries)
    head = recoveries.findings.agenda.head
    return publish(recoveries, at.doors(head.settings.policy, head.owner), place)


def _folder(given: str | None) -> Path:
    name = given or os.environ.get(FOLDER, "")
    if not name:
        raise UsageProblem(
            "--phase: the folder of the repairs is not named",
            hint=f"Give --folder DIR, the same to both phases and to `remediate repair`, or set ${FOLDER}.",
        )
    return Path(name)
