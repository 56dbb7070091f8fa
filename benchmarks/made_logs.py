"""Invents logs of any size, always the same ones: calm, coloured or full of near misses."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

_BLOCK = 4_000_000
_WORDS = (
    *(
        "billing",
        "ledger",
        "parser",
        "storage",
        "gateway",
        "session",
        "orders",
        "search",
        "profile",
        "invoice",
    ),
    *("metrics", "worker", "widget", "schema", "router", "cache", "queue", "mailer", "tokens", "layout"),
    *("signup", "report", "export", "stream", "kernel", "vector", "planner"),
)

# What tools print when nothing is wrong: `{w}` is a word, `{n}` a number, `{v}` a version, `{h}` a hash.
_CALM = (
    "tests/test_{w}.py::test_{w}_{n} PASSED                                     [ {n}%]",
    "PASS src/{w}/{w}.test.ts ({n} ms)",
    "  ✓ keeps the {w} of the {w} ({n} ms)",
    "ok  \tgithub.com/acme/{w}/internal/{w}\t0.{n}s",
    "--- PASS: Test{w}{n} (0.{n}s)",
    "test {w}::tests::{w}_is_stable ... ok",
    "[INFO] Tests run: {n}, Skipped: 0, Time elapsed: 0.{n} s - in com.acme.{w}.{w}Test",
    "[INFO] Downloaded from central: https://repo.example/m2/com/{w}/{v}/{w}-{v}.jar ({n} kB at {n} kB/s)",
    "[INFO] --- compiler:{v}:compile (default-compile) @ {w} ---",
    "[INFO] Compiling {n} source files with javac [debug release 17] to target/classes",
    "> Task :{w}:compileJava UP-TO-DATE",
    "> Task :{w}:processResources NO-SOURCE",
    "Download https://repo.example/m2/com/acme/{w}/{v}/{w}-{v}.pom",
    "Collecting {w}=={v} (from -r requirements.txt (line {n}))",
    "  Downloading {w}-{v}-py3-none-any.whl.metadata ({n} kB)",
    "Requirement already satisfied: {w}>={v} in ./.venv/lib/python3.12/site-packages (from {w}=={v})",
    "Installing collected packages: {w}, {w}, {w}, {w}",
    "npm http fetch GET 200 https://registry.example/{w} {n}ms (cache hit)",
    "➤ YN0013: │ {w}@npm:{v} can't be found in the cache and will be fetched from the remote registry",
    "Progress: resolved {n}, reused {n}, downloaded {n}, added {n}",
    "asset {w}.{h}.js {n} KiB [emitted] [immutable] [minimized] (name: {w})",
    "  ./src/{w}/{w}.ts {n} bytes [built] [code generated]",
    "   Compiling {w} v{v}",
    "  Downloaded {w} v{v}",
    "go: downloading github.com/acme/{w} v{v}",
    "[{n}/{n}] Building CXX object src/CMakeFiles/{w}.dir/{w}.cpp.o",
    "gcc -O2 -Wall -Wextra -fPIC -DNDEBUG -I./include -I../{w}/include -c -o build/{w}.o src/{w}.c",
    '-- Found {w}: /usr/lib/x86_64-linux-gnu/lib{w}.so (found version "{v}")',
    "checking whether {w} is supported by the C compiler... yes",
    "Get:{n} http://archive.example/ubuntu jammy/main amd64 {w} amd64 {v}-{n}ubuntu1 [{n} kB]",
    "Setting up lib{w}-dev:amd64 ({v}-{n}ubuntu1) ...",
    "Selecting previously unselected package lib{w}.",
    "#{n} [{w} {n}/{n}] RUN make {w}",
    "#{n} {n}.31 Fetched {n} kB in {n}s ({n} kB/s)",
    "{h}: Pull complete",
    "Step {n}/{n} : COPY {w} /srv/{w}",
    "remote: Compressing objects: 100% ({n}/{n}), done.",
    "Received {n} of {n} (100.0%), {n}.4 MBs/sec",
    "{w}.{w} | LOG:  checkpoint complete: wrote {n} buffers (0.{n}%); write=0.{n} s, sync=0.0{n} s",
    "src/{w}/{w}.rb:{n}: warning: method redefined; discarding old {w}",
    "warning: unused variable `{w}` in src/{w}.rs, line {n}",
    "DEBUG {w}.{w} took {n} ms for {n} rows, {n} of them from the {w} index",
    "2024-03-0{d} 10:{d}{d}:{d}{d},{n} INFO  [main] com.acme.{w}.{w}Server - listening on port {n}",
    "    at com.acme.{w}.{w}Service.handle({w}Service.java:{n})",
    "deploying {w} to stage-{n}: {n} of {n} replicas updated",
    "    path: ./{w}/{w}/{h}",
    "    {w}_HOME: /opt/hostedtoolcache/{w}/{v}/x64",
    "",
)
# What stands between the runs, one line at a time.
_ONCE = (
    "added {n} packages, and audited {n} packages in {n}s",
    " * [new branch]          feature/{w}-{n}  -> origin/feature/{w}-{n}",
    "From https://git.example/acme/{w}",
    "Cache restored from key: {w}-linux-{h}",
    "{n} examples, 0 failures, {n} pending",
    "##[warning]{w} is deprecated and goes with version {v}",
)
# How a step begins, and how the last one of every log fails.
_STEP = ("##[group]Run make {}", "make {}", "shell: /usr/bin/bash -e {{0}}", "##[endgroup]")
_LINES_OF_A_STEP = 1500
_END = (
    "FAILED tests/test_ledger.py::test_totals - AssertionError: assert 41 == 42",
    "=========================== 1 failed, 311 passed in 12.34s ===========================",
    "##[error]Process completed with exit code 1.",
)
_COLOURS = ("\x1b[32m", "\x1b[1;31m", "\x1b[36;1m", "\x1b[33m", "\x1b[2m")


def calm_lines(seed: int = 1) -> Iterator[str]:
    """Lines of a job in which nothing is wrong, without end; a tool prints a run of lines of its kind."""
    rnd = random.Random(seed)
    for line in repeated(_CALM, seed):
        yield _filled(line, rnd)
        if rnd.random() < 0.01:
            yield _filled(rnd.choice(_ONCE), rnd)


def _filled(line: str, rnd: random.Random) -> str:
    for hole, value in (
        ("{w}", lambda: rnd.choice(_WORDS)),
        ("{n}", lambda: str(rnd.randrange(1, 1000))),
        ("{d}", lambda: str(rnd.randrange(0, 6))),
        ("{v}", lambda: f"{rnd.randrange(9)}.{rnd.randrange(30)}.{rnd.randrange(9)}"),
        ("{h}", lambda: f"{rnd.getrandbits(48):012x}"),
    ):
        while hole in line:
            line = line.replace(hole, value(), 1)
    return line


def in_steps(lines: Iterator[str], seed: int = 5) -> Iterator[str]:
    """The lines as the output of one step after the other."""
    rnd = random.Random(seed)
    while True:
        yield from begun(rnd.choice(_WORDS))
        yield from islice(lines, rnd.randint(1, _LINES_OF_A_STEP))


def begun(target: str) -> list[str]:
    """What the runner writes where a step begins."""
    return [line.format(target) for line in _STEP]


def coloured(lines: Iterator[str], seed: int = 2) -> Iterator[str]:
    """The lines with codes around some of their words, so that phrases are torn apart."""
    rnd = random.Random(seed)
    for line in lines:
        words = line.split(" ")
        if len(words) > 2 and rnd.random() < 0.5:
            place = rnd.randrange(len(words))
            words[place] = f"{rnd.choice(_COLOURS)}{words[place]}\x1b[0m"
        yield " ".join(words)


def repeated(lines: Sequence[str], seed: int = 3) -> Iterator[str]:
    """The lines in any order, without end, each in a run of 1 to 40."""
    rnd = random.Random(seed)
    while True:
        line = rnd.choice(lines)
        for _ in range(rnd.randint(1, 40)):
            yield line


def alike(lines: Iterator[str], lengths: Sequence[str]) -> Iterator[str]:
    """The text of `lines`, cut into lines as long as those of `lengths`."""
    text, rnd = "", random.Random(4)
    while True:
        length = len(rnd.choice(lengths))
        while len(text) <= length:
            text += next(lines) + " "
        yield text[:length]
        text = text[length:]


def write_log(file: Path, lines: Iterator[str], size: int) -> Path:
    """A log of about `size` bytes with the runner's timestamps, of which the last step failed.

    Lines that are in no steps are all of that step. Only the first megabytes are made line by line; then they
    are repeated.
    """
    if file.exists() and abs(file.stat().st_size - size) < _BLOCK + 10_000:
        return file
    block = _stamped(lines, min(size, _BLOCK))
    with file.open("wb") as stream:
        stream.write(_stamped(iter(begun("all")), 1000))
        for _ in range(max(1, round(size / len(block)))):
            stream.write(block)
        stream.write(_stamped(iter(_END), 10_000))
    return file


def _stamped(lines: Iterator[str], size: int) -> bytes:
    parts: list[bytes] = []
    made = 0
    for number, line in enumerate(lines):
        seconds = number // 90
        stamp = f"2024-03-05T10:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{number * 7919 % 10**7:07d}Z "
        parts.append((stamp + line).encode() + b"\n")
        made += len(parts[-1])
        if made >= size:
            break
    return b"".join(parts)
