"""Plays the scenes: each log through the command, all of them in one table, builds, and the workflow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from demonstration.healing import heal
from demonstration.picture import draw
from demonstration.scenes import PICTURED, SCENES, Scene
from demonstration.workflow import can_play, told

ROOT = Path(__file__).resolve().parent.parent
# Beside this interpreter stands the command that was installed from the wheel.
COMMAND = Path(sys.executable).with_name("remediate")
_COLUMNS = 112
CLOSING = "Yours: .work/demo/bin/remediate diagnose LOG, and docs/getting-started.md tells more."

sys.path.insert(0, str(ROOT / "tests"))

from recording import header  # noqa: E402 - the recordings know how to read themselves


def play() -> None:
    """Draws every scene, then what was found."""
    watched = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    columns = shutil.get_terminal_size().columns if watched else 0
    with tempfile.TemporaryDirectory() as folder:
        names = [unpack(scene, f"{number:02d}-", folder) for number, scene in enumerate(SCENES, 1)]
        for scene, name in zip(SCENES, names, strict=True):
            click.secho(f"━━ {scene.story}", fg="magenta", bold=True)
            click.secho(f"$ remediate diagnose {name}", bold=True)
            click.echo(diagnose(folder, name, columns=columns))
        begun = time.perf_counter()
        found = json.loads(diagnose(folder, *names, "--format", "json"))
        took = time.perf_counter() - begun
    click.echo("\n".join((*table(found), "", f"{len(names)} logs in {took:.2f} s.", "")))
    with tempfile.TemporaryDirectory() as folder:
        for story, transcript in heal(Path(folder), coloured=watched):
            click.secho(f"━━ {story}", fg="magenta", bold=True)
            click.echo(f"{transcript}\n")
    live(columns, coloured=watched)
    click.echo(f"\n{CLOSING}")


def live(columns: int, *, coloured: bool) -> None:
    """The workflow, in a GitHub that is played on this machine."""
    story = "The workflow, in a GitHub in a box: real files, real jobs, real tokens"
    click.secho(f"━━ {story}", fg="magenta", bold=True)
    if can_play():
        told(click.echo, columns or _COLUMNS, coloured=coloured)
    else:
        click.echo("  passed over: `act`, which plays the jobs, does not run on this machine")


def picture() -> str:
    """The README's picture: one failure that a machine may mend, one that only looks like it."""
    with tempfile.TemporaryDirectory() as folder:
        names = [unpack(scene, "", folder) for scene in SCENES if scene.recording in PICTURED]
        shown = [
            f"\x1b[1m$ remediate diagnose {name}\x1b[0m\n{diagnose(folder, name, columns=_COLUMNS)}"
            for name in names
        ]
    return draw("\n".join(shown), _COLUMNS, "remediate diagnose names the cause of two failed jobs")


def healed_picture() -> str:
    """The README's other picture: a build that is healed, and one that must not be."""
    with tempfile.TemporaryDirectory() as folder:
        shown = [transcript for _, transcript in heal(Path(folder), coloured=True)]
    return draw(
        "\n\n".join((shown[0], shown[-1])), _COLUMNS, "remediate run heals one build and leaves another alone"
    )


def workflow_picture() -> str:
    """The README's third picture: the workflow heals a failed run, and leaves a defect alone."""
    shown: list[str] = []
    told(shown.append, _COLUMNS, coloured=True, figures=False)
    return draw(
        "\n".join(shown),
        _COLUMNS,
        "the workflow heals a run that failed and leaves a failing test to its author",
    )


def unpack(scene: Scene, prefix: str, folder: str) -> str:
    """Writes the recording without its verdict, and gives the file's name."""
    name = f"{prefix}{scene.recording.replace('/', '-')}.log"
    (Path(folder) / name).write_bytes(header.read(ROOT / "tests" / "logs" / f"{scene.recording}.log").log)
    return name


def diagnose(folder: str, *arguments: str, columns: int = 0) -> str:
    """What the command prints; in colours and cut to `columns` where they are given."""
    screen = {"FORCE_COLOR": "1", "COLUMNS": str(columns)} if columns else {}
    done = subprocess.run(
        [str(COMMAND), "diagnose", *arguments],
        cwd=folder,
        env={**os.environ, **screen},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    )
    return done.stdout


def table(found: Sequence[dict[str, Any]]) -> Iterator[str]:
    """A row for each log: the cause, how sure, and whether a machine may act."""
    yield click.style("━━ What a machine may do about them", fg="magenta", bold=True)
    for scene, diagnosis in zip(SCENES, found, strict=True):
        sure = diagnosis["confidence"]
        bar = "█" * round(sure * 10) + "░" * (10 - round(sure * 10))
        cause = diagnosis["cause"] + (f" ({diagnosis['reason']})" if diagnosis["reason"] else "")
        yield f"  {scene.recording:38}{cause:26}{bar} {sure:4.0%}  {verdict(diagnosis)}"


def verdict(diagnosis: dict[str, Any]) -> str:
    """What follows from it for a machine."""
    if diagnosis["recovery"]:
        return click.style(f"→ {diagnosis['recovery']}", fg="green")
    if diagnosis["reason"]:
        return "nothing to do" if diagnosis["reason"] == "no-failure" else click.style("abstains", fg="cyan")
    return click.style("hands off", fg="yellow")
