"""Measures the figures of docs/performance.md, each as a ratio of things timed side by side in this run."""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast

from costs import print_costs
from made_logs import alike, calm_lines, coloured, in_steps, repeated, write_log
from overhead import print_overhead
from rounds import Work, diagnose, medians, peak_memory, run

from remediate.diagnosis.knowledge import load_catalog, tabulate_all
from remediate.diagnosis.reading import read_log
from remediate.logs.archives import Limits, open_logs
from remediate.logs.chunks import read_chunks
from remediate.rules.catalog import Catalog
from remediate.rules.dialect import exact_form, scan_form
from remediate.rules.packs import shipped_packs

MB = 1_000_000
_UNITS = {"K": 1_000, "M": MB, "G": 1_000 * MB}


class Bench:
    """The logs, the patterns and the number of rounds that the figures share."""

    def __init__(self, folder: Path, size: int, rounds: int) -> None:
        self.folder = folder
        self.size = size
        self.rounds = rounds
        self.catalog: Catalog = load_catalog()

    def log(self, name: str, size: int, *, steps: bool = True) -> Path:
        """A made log: `calm`, `coloured`, `near` (all near misses) or `even` (calm, its lines as long).

        Its lines are in steps that went well, before one that fails; else all are in the one that fails.
        """
        near = self.near_misses() if name in ("near", "even") else []
        lines = {
            "calm": calm_lines,
            "coloured": lambda: coloured(calm_lines()),
            "near": lambda: repeated(near),
            "even": lambda: alike(calm_lines(), near),
        }[name]()
        file = self.folder / f"{name}-{'steps' if steps else 'step'}-{size // MB}.log"
        return write_log(file, in_steps(lines) if steps else lines, size)

    def near_misses(self) -> list[str]:
        """The packs' near misses that no rule matches."""
        lines = [line for pack in shipped_packs() for lines in pack.near_misses.values() for line in lines]
        return [line for line in lines if not self.catalog.owners(line.rstrip().encode())]

    def read(self, file: Path) -> None:
        """Reads a log as a diagnosis does."""
        with file.open("rb") as stream:
            read_log(stream, self.catalog)


def ripgrep(bench: Bench) -> None:
    """One thread, whole process, against ripgrep with the same patterns."""
    if not shutil.which("rg"):
        print("  ripgrep is not installed: skipped")
        return
    patterns = bench.folder / "patterns.txt"
    patterns.write_text("\n".join(scan_form(p) for p in tabulate_all().patterns) + "\n")
    for name, steps in (("calm", True), ("coloured", True), ("calm", False), ("coloured", False)):
        log = bench.log(name, bench.size, steps=steps)
        search = ("rg", "-j1", "--no-unicode", "--no-config", "-c", "-f", str(patterns), str(log))
        times = medians({"rg": lambda s=search: run(*s), "us": lambda f=log: run(*diagnose(f))}, bench.rounds)
        speed = {who: bench.size / MB / seconds for who, seconds in times.items()}
        ratio = times["rg"] / times["us"]
        where = "in steps" if steps else "all in the step that failed"
        print(f"  {name}, {where}: ", end="")
        print(f"remediate {speed['us']:.0f} MB/s, ripgrep {speed['rg']:.0f} MB/s: {ratio:.1f} x", flush=True)


def threads(bench: Bench) -> None:
    """Two logs in two threads against the same two in one: scanned alone, and read as a diagnosis does."""
    log = bench.log("calm", min(bench.size, 64 * MB))
    with log.open("rb") as stream:
        texts = [chunk.text for chunk in read_chunks(stream)]

    def scan() -> None:
        for text in texts:
            bench.catalog.scan(text)

    failed = bench.log("calm", min(bench.size, 64 * MB), steps=False)
    for name, work in (
        ("scanned for every rule", scan),
        ("a log in steps read", lambda: bench.read(log)),
        ("a log of one step read", lambda: bench.read(failed)),
    ):
        times = medians({"one": partial(_in_turn, work), "two": partial(_together, work)}, bench.rounds)
        print(f"  two threads, {name}: {times['one'] / times['two']:.2f} x one")


def _in_turn(work: Work) -> None:
    work()
    work()


def _together(work: Work) -> None:
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work), pool.submit(work)]:
            done.result()


def loop(bench: Bench) -> None:
    """Against the usual loop of lines and patterns; the loop is timed on a part, for it is linear."""
    log = bench.log("calm", 10 * MB)
    part = log.read_bytes()[: 10 * MB // 100].splitlines()
    compiled = [re.compile(exact_form(pattern).encode()) for pattern in tabulate_all().patterns]

    def usual() -> None:
        for line in part:
            for pattern in compiled:
                pattern.search(line)

    times = medians({"loop": usual, "us": lambda: bench.read(log)}, bench.rounds)
    seconds = times["loop"] * 100
    print(
        f"  the loop at 10 MB: {seconds:.0f} s, remediate {times['us']:.2f} s: {seconds / times['us']:.0f} x"
    )


def near(bench: Bench) -> None:
    """A log in which every line is a near miss against calm ones."""
    size = min(bench.size, 64 * MB)
    for steps in (True, False):
        logs = {name: bench.log(name, size, steps=steps) for name in ("near", "even", "calm")}
        times = medians({name: lambda f=log: bench.read(f) for name, log in logs.items()}, bench.rounds)
        print(f"  near misses, {'in steps' if steps else 'all in the step that failed'}: ", end="")
        print(f"{times['calm'] / times['near']:.2f} x a calm log, byte for byte; ", end="")
        print(f"{times['even'] / times['near']:.2f} x the same text in lines as long", flush=True)


def start(bench: Bench) -> None:
    """1 MB, the whole process, over a bare Python."""
    log = bench.log("calm", MB)
    folder = Path(os.environ["REMEDIATE_RUN"])
    works = {
        "bare": lambda: run(str(folder / "python"), "-c", "pass"),
        "us": lambda: run(str(folder / "remediate"), "diagnose", str(log)),
    }
    times = medians(works, bench.rounds * 5)
    bare, us = times["bare"] * 1e3, times["us"] * 1e3
    print(f"  1 MB: {us - bare:.0f} ms over `python -c pass`, which takes {bare:.0f} ms")


def memory(bench: Bench) -> None:
    """The most memory held, for any size and any line."""
    long = bench.folder / "long.log"
    long.write_bytes(b"x" * (50 * MB) + b" No space left on device " + b"x" * (50 * MB))
    logs = {f"{size // MB} MB": bench.log("calm", size) for size in sorted({MB, 64 * MB, bench.size})}
    logs |= {"near misses": bench.log("near", min(bench.size, 64 * MB)), "a line of 100 MB": long}
    for name, log in logs.items():
        print(f"  {name}: {peak_memory(diagnose(log)):.0f} MB")


def archive(bench: Bench) -> None:
    """A gzipped log, opened and diagnosed, against the standard library inflating it and no more."""
    log = bench.log("calm", min(bench.size, 64 * MB))
    packed = log.with_suffix(".log.gz")
    packed.write_bytes(gzip.compress(log.read_bytes(), 6))

    def inflate() -> None:
        engine = zlib.decompressobj(31)
        with packed.open("rb") as stream:
            while block := stream.read(65536):
                engine.decompress(block)

    def opened(use: Callable[[BinaryIO], object]) -> None:
        with packed.open("rb") as stream:
            for part in open_logs(stream, packed.name, Limits()):
                use(cast("BinaryIO", part.stream))

    def drain(stream: BinaryIO) -> None:
        while stream.read(1 << 19):
            pass

    works: dict[str, Work] = {
        "zlib": inflate,
        "opened": lambda: opened(drain),
        "diagnosed": lambda: opened(lambda stream: read_log(stream, bench.catalog)),
    }
    times = medians(works, bench.rounds)
    for name in ("opened", "diagnosed"):
        print(f"  an archive, {name}: {times['zlib'] / times[name]:.2f} x as fast as zlib alone")


def overhead(bench: Bench) -> None:  # noqa: ARG001 - it makes no log
    """What `remediate run` costs a command, against the bare one."""
    print_overhead()


FIGURES: dict[str, Callable[[Bench], None]] = {
    "ripgrep": ripgrep,
    "threads": threads,
    "loop": loop,
    "near": near,
    "start": start,
    "memory": memory,
    "archive": archive,
    "overhead": overhead,
}


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--size", default="1G", help="of the large log: 64M, 1G (default)")
    parser.add_argument("--rounds", type=int, default=3, help="of each figure; the median counts")
    parser.add_argument("--only", default=",".join(FIGURES), help="some of: " + ", ".join(FIGURES))
    parser.add_argument("--patterns", action="store_true", help="print what each pattern costs instead")
    parser.add_argument("--keep", type=Path, help="a folder in which the made logs stay for the next time")
    return parser.parse_args()


def main() -> None:
    arguments = read_arguments()
    if arguments.patterns:
        print_costs()
        return
    size = int(arguments.size[:-1]) * _UNITS[arguments.size[-1].upper()]
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = arguments.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        bench = Bench(folder, size, arguments.rounds)
        for name in arguments.only.split(","):
            print(f"{name}: {(FIGURES[name].__doc__ or '').strip()}", flush=True)
            FIGURES[name](bench)


if __name__ == "__main__":
    main()
