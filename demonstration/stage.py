"""Plays the scenes: each log through the command, then all of them in one table."""

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

from demonstration.scenes import SCENES, Scene

ROOT = Path(__file__).resolve().parent.parent
# Beside this interpreter stands the command that was installed from the wheel.
COMMAND = Path(sys.executable).with_name("remediate")

sys.path.insert(0, str(ROOT / "tests"))

from recording import header  # noqa: E402 - the recordings know how to read themselves


def play() -> None:
    """Draws every scene, then what was found."""
    with tempfile.TemporaryDirectory() as folder:
        for number, scene in enumerate(SCENES, 1):
            name = f"{number:02d}-{scene.recording.replace('/', '-')}.log"
            (Path(folder) / name).write_bytes(header.read(ROOT / "tests/logs" / f"{scene.recording}.log").log)
        names = sorted(path.name for path in Path(folder).iterdir())
        for scene, name in zip(SCENES, names, strict=True):
            show(scene, name, folder)
        begun = time.perf_counter()
        found = json.loads(diagnose(folder, *names, "--format", "json"))
        took = time.perf_counter() - begun
    click.echo("\n".join((*table(found), "", closing(len(names), took))))


def show(scene: Scene, name: str, folder: str) -> None:
    """The story, the command, and what it says."""
    click.secho(f"━━ {scene.story}", fg="magenta", bold=True)
    click.secho(f"$ remediate diagnose {name}", bold=True)
    click.echo(diagnose(folder, name))


def diagnose(folder: str, *arguments: str) -> str:
    """What the command prints."""
    watched = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    screen = {"FORCE_COLOR": "1", "COLUMNS": str(shutil.get_terminal_size().columns)} if watched else {}
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


def closing(count: int, took: float) -> str:
    """What to try next."""
    return (
        f"{count} logs in {took:.2f} s. Yours: .work/run/bin/remediate diagnose LOG, "
        "and docs/getting-started.md tells more."
    )
