"""Real processes that start together, for tests that let them race."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from running import environment

_READY = "print('ready', flush=True)\nimport sys\nsys.stdin.readline()\n"


def race(script: str, arguments: Iterable[Sequence[object]], *, within: float = 120) -> list[str]:
    """What each process printed; `READY` in the script is where all wait for each other."""
    code = script.replace("READY\n", _READY)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        for words in arguments
    ]
    for racer in racers:
        assert racer.stdout
        assert racer.stdout.readline() == "ready\n", racer.communicate()[1]
    ended = []
    for racer in racers:
        assert racer.stdin
        racer.stdin.write("\n")
        racer.stdin.flush()
    for racer in racers:
        out, err = racer.communicate(timeout=within)
        ended.append(out if racer.returncode == 0 else f"{racer.returncode}: {err}")
    return ended


def run_script(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The script in a process of its own, to its end, whatever that is."""
    return subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
        timeout=120,
    )


def content(folder: Path) -> dict[str, bytes]:
    """Every file below, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }
