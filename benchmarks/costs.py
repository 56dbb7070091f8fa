"""What each pattern costs: bytes of database, time to compile, and how often it is found in a calm log."""

from __future__ import annotations

import time
from itertools import islice

import hyperscan
from made_logs import calm_lines

from remediate.diagnosis.knowledge import tabulate_all
from remediate.rules.dialect import scan_form
from remediate.rules.scanner import Scanner

_SHOWN = 20


def print_costs() -> None:
    """The dearest patterns, and the size of all together."""
    patterns = tabulate_all().patterns
    costs = [(*_compiled(scan_form(pattern)), pattern) for pattern in patterns]
    print(f"{len(patterns)} patterns. The largest, in bytes:")
    for size, _, pattern in sorted(costs, reverse=True)[:_SHOWN]:
        print(f"  {size:7}  {pattern[:150]}")
    print("The slowest to compile, in ms:")
    for _, seconds, pattern in sorted(costs, key=lambda cost: -cost[1])[:_SHOWN]:
        print(f"  {seconds * 1e3:7.1f}  {pattern[:150]}")
    _print_calm(patterns)


def _compiled(form: str) -> tuple[int, float]:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    start = time.process_time()
    database.compile(expressions=[form.encode()], ids=[0], flags=[hyperscan.HS_FLAG_MULTILINE])
    return database.size(), time.process_time() - start


def _print_calm(patterns: tuple[str, ...]) -> None:
    lines = list(islice(calm_lines(), 20_000))
    scanner = Scanner.build(patterns)
    counts: dict[int, int] = {}
    for line in lines:
        for index in {index for index, _ in scanner.scan(line.encode())}:
            counts[index] = counts.get(index, 0) + 1
    print(f"Found in {len(lines)} calm lines, where each costs a look:")
    for index, count in sorted(counts.items(), key=lambda item: -item[1])[:_SHOWN]:
        print(f"  {count:7}  {patterns[index][:150]}")
