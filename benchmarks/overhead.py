"""What `remediate run` costs a command: as ratios to the bare command, timed side by side in this run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from rounds import peak_memory

_PYTHON = sys.executable
_SIZE = 1_000_000_000

# A build that computes and says a line now and then, and one that says a thousand lines a second.
_BUSY = """
for n in range(220):
    sum(i * i for i in range(1_200_000))
    print("step", n, flush=True)
"""
_CHATTY = """
for n in range(8000):
    sum(i * i for i in range(30_000))
    print("compiling module", n, "of 8000, and nothing else to be said of it", flush=True)
"""
# Writes when it wrote each line; whoever reads it says how late it came.
_CLOCK = "import time\nfor n in range(400):\n    print(time.monotonic(), flush=True)\n    time.sleep(0.005)"
_FLOOD = f"""
import os
block = (b"x" * 99 + b"\\n") * 10_000
for _ in range({_SIZE // 1_000_000}):
    os.write(1, block)
"""


def print_overhead(rounds: int = 3) -> None:
    """All figures."""
    for name, code in (("a build that computes", _BUSY), ("a build of a thousand lines a second", _CHATTY)):
        bare, ours = _timed((_PYTHON, "-c", code), rounds)
        print(f"  {name}: {(ours / bare - 1) * 100:+.2f} % of {bare:.1f} s", flush=True)
    bare, ours = _timed((_PYTHON, "-c", "pass"), rounds * 5)
    print(
        f"  `run -- python -c pass`: {ours / bare:.1f} x the bare command, {(ours - bare) * 1e3:.0f} ms more"
    )
    bare, ours = _timed((_PYTHON, "-c", _FLOOD), 1)
    print(f"  1 GB of output: {ours / bare:.2f} x the bare command into a pipe")
    print(f"  1 GB of output: {peak_memory(_wrapped((_PYTHON, '-c', _FLOOD))):.0f} MB at most")
    late = {name: _delays(words) for name, words in _both((_PYTHON, "-c", _CLOCK)).items()}
    for name, seconds in late.items():
        worst = statistics.quantiles(seconds, n=100)[98]
        print(
            f"  a line arrives {name}: {statistics.median(seconds) * 1e3:.2f} ms late, 99 of 100 below ",
            end="",
        )
        print(f"{worst * 1e3:.2f} ms")


def _timed(command: tuple[str, ...], rounds: int) -> tuple[float, float]:
    """The best of the rounds, in turns: whatever else the machine does only adds."""
    best = {name: float("inf") for name in _both(command)}
    for _ in range(rounds):
        for name, words in _both(command).items():
            start = time.perf_counter()
            _into_a_pipe(words)
            best[name] = min(best[name], time.perf_counter() - start)
    return best["bare"], best["through us"]


def _both(command: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    return {"bare": command, "through us": _wrapped(command)}


def _wrapped(command: tuple[str, ...]) -> tuple[str, ...]:
    program = Path(os.environ.get("REMEDIATE_RUN", Path(_PYTHON).parent)) / "remediate"
    start = (str(program),) if program.exists() else (_PYTHON, "-m", "remediate")
    return (*start, "run", "--", *command)


def _into_a_pipe(command: tuple[str, ...]) -> None:
    """As a CI system reads it."""
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        while os.read(process.stdout.fileno(), 1 << 16):
            pass


def _delays(command: tuple[str, ...]) -> list[float]:
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        lines = iter(process.stdout.readline, b"")
        return [time.monotonic() - float(line) for line in lines]


if __name__ == "__main__":
    print_overhead()
