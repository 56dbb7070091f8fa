"""What a change of the state branch costs, alone and in a crowd, and what years leave in the state."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tests/state"))

from box.git_host import GitHost  # noqa: E402 - from beside
from hosted import Hosted  # noqa: E402
from long_play import DAY, Repository  # noqa: E402
from test_branch_races import CHANGES, PROCESSES, all_of, run  # noqa: E402

from remediate.logs.redaction import Redactor  # noqa: E402
from remediate.model.record import Record  # noqa: E402
from remediate.ports import Documents  # noqa: E402
from remediate.state.branch_parts import FULL  # noqa: E402
from remediate.state.folder import APPLIED, REMEMBERED, Applied  # noqa: E402
from remediate.state.history import appended  # noqa: E402

LINES = (100, 1_000, 10_000, 100_000)
MONTH = "history/2026-11.jsonl"
RECORD = Record(
    at=1_790_000_000.0,
    owner="7402915837-1/build (ubuntu-latest, 3.12)",
    repository="octo/shop",
    branch="main",
    commit="0123456789abcdef0123456789abcdef01234567",
    workflow="ci",
    run="7402915837",
    cause="network",
    rule="npm-network-reset",
    signature="9f86d081884c7d65",
    confidence=0.97,
    strategies=("rerun",),
    outcome="recovered",
    seconds=41.5,
)


def main() -> None:
    """Prints the medians side by side, their ratios to the smallest, and how long the race takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--races", type=int, default=2)
    parser.add_argument(
        "--years", type=int, default=0, help="play so many in memory instead (ten minutes each)"
    )
    given = parser.parse_args()
    if given.years:
        print_years(given.years)
        return
    with tempfile.TemporaryDirectory() as folder, GitHost(Path(folder) / "host") as host:
        print_growth(host, Path(folder), given.rounds)
        for number in range(given.races):
            print_race(Hosted(host, f"octo/race{number}", Path(folder) / "fetched"))


def print_growth(host: GitHost, folder: Path, rounds: int) -> None:
    """A change by a new process, one more by the same process, and a read, in turns over all sizes."""
    places = {lines: filled(Hosted(host, f"octo/lines{lines}", folder / "fetched"), lines) for lines in LINES}
    taken: dict[int, dict[str, list[float]]] = {lines: {} for lines in LINES}
    for number in range(rounds):
        for lines, place in places.items():
            for what, cost in costs(place, number).items():
                taken[lines].setdefault(what, []).append(cost)
    print(f"{'':34}" + "".join(f"{lines:>18,}" for lines in LINES) + "  lines of history")
    for what in taken[LINES[0]]:
        medians = [statistics.median(taken[lines][what]) for lines in LINES]
        cells = (f"{median:9.1f} ({median / medians[0]:4.2f}×)" for median in medians)
        print(f"{what:34}" + "".join(f"{cell:>18}" for cell in cells))
    sizes = (int(git_size(place)) / 1e6 for place in places.values())
    print(f"{'size of the state, MB':34}" + "".join(f"{size:18.1f}" for size in sizes))


def costs(place: Hosted, number: int) -> dict[str, float]:
    """Milliseconds and kilobytes of each."""

    def add(documents: Documents) -> Documents:
        return {MONTH: appended(documents[MONTH], RECORD, Redactor())}

    cost = {}
    with tempfile.TemporaryDirectory() as folder:
        store = place.store(folder=Path(folder), compact_after=10_000)
        start = time.perf_counter()
        store.change(f"new {number}", [MONTH], add)
        cost["change by a new process, ms"] = (time.perf_counter() - start) * 1e3
        cost["  fetched and made for it, kB"] = size_of(Path(folder)) / 1e3
        start = time.perf_counter()
        store.change(f"same {number}", [MONTH], add)
        cost["next change by the same, ms"] = (time.perf_counter() - start) * 1e3
        start = time.perf_counter()
        store.read("circuits.json")
        cost["read, ms"] = (time.perf_counter() - start) * 1e3
        store.close()
    return cost


def filled(place: Hosted, lines: int) -> Hosted:
    """A branch with so many lines, the newest document half full, and as many ids as are remembered."""
    place.store().change("first", ["circuits.json"], lambda _: {})
    whole = FULL // len(line_of(0)) + 1
    room = min(lines, whole // 2)
    files = {MONTH: b"".join(map(line_of, range(room)))}
    for part, first in enumerate(range(room, lines, whole), 1):
        of_part = range(first, min(first + whole, lines))
        files[f"history/2026-11.{part:03}.jsonl"] = b"".join(map(line_of, of_part))
    ids = tuple(f"end 7402915837-{number}/build" for number in range(REMEMBERED))
    place.plant({**files, APPLIED: msgspec.json.encode(Applied(ids=ids))})
    return place


def line_of(number: int) -> bytes:
    """A line of the history, unlike any other."""
    commit, signature = (
        hashlib.sha1(f"{what} {number}".encode()).hexdigest() for what in ("commit", "signature")
    )
    run = str(7_402_915_837 + number)
    record = msgspec.structs.replace(
        RECORD, commit=commit, signature=signature[:16], run=run, at=RECORD.at + number
    )
    return msgspec.json.encode(record) + b"\n"


def print_race(place: Hosted) -> None:
    """All processes at once; raises where a change was lost or made twice."""
    start = time.perf_counter()
    ids = run(place, PROCESSES, CHANGES)
    assert sorted(ids) == all_of(PROCESSES, CHANGES)
    seconds = time.perf_counter() - start
    pushes = sum(
        "service=git-receive-pack" in path for _, path, _ in place.host.requests if place.repository in path
    )
    print(
        f"{PROCESSES} processes × {CHANGES} changes at once: all {len(ids)} in {seconds:.0f} s, "
        f"{pushes} tries, {seconds / len(ids) * 1e3:.0f} ms a change"
    )


def print_years(years: int) -> None:
    """What is left in the state of a repository with 50,000 failures a year, of 5,000 signatures."""
    with tempfile.TemporaryDirectory() as folder:
        repository = Repository(Path(folder), failures=46, signatures=5000, every=DAY / 3)
        for run, _ in enumerate(repository.play(years * 365 * DAY), 1):
            if run % 90 == 0 or run == years * 365 * 3:
                sizes = repository.sizes
                told = ", ".join(f"{name} {size / 1e3:,.0f}" for name, size in sizes.most_common())
                attempts = len(repository.shelf.names("attempts/"))
                print(
                    f"day {run // 3:3}: {repository.found:7,} failures, {sum(sizes.values()) / 1e6:5.1f} MB, "
                    f"attempts of {attempts} signatures; in kB: {told}",
                    flush=True,
                )


def size_of(folder: Path) -> int:
    """Bytes below it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def git_size(place: Hosted) -> str:
    """Bytes of all files of the branch."""
    told = subprocess.run(
        ["git", "ls-tree", "-r", "-l", "remediate-state"],
        cwd=place.path,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.dumps(sum(int(line.split()[3]) for line in told.stdout.splitlines()))


if __name__ == "__main__":
    main()
