"""Times things side by side: in turns, several rounds, medians, so that a busy machine troubles all alike."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

Work = Callable[[], object]


def medians(works: dict[str, Work], rounds: int) -> dict[str, float]:
    """Seconds of each work, the median of its rounds."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def run(*command: str | Path) -> None:
    """A whole process, its output thrown away."""
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def diagnose(file: Path) -> list[str]:
    """The command that diagnoses a file, as installed beside this Python."""
    return [str(Path(sys.executable).with_name("remediate")), "diagnose", str(file), "--format", "json"]


def peak_memory(command: Sequence[str]) -> float:
    """The most memory that the process held, in MB."""
    # Started from a small process: a child inherits its parent's peak.
    start = "import resource, subprocess, sys\n" + (
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    told = subprocess.run([sys.executable, "-c", start, *command], stdout=subprocess.PIPE, check=True)
    return int(told.stdout) / (1024 if sys.platform == "linux" else 1024 * 1024)
