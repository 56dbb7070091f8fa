"""Plays scenarios and prints the table with its two figures: `scripts/scenarios`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scenarios.judging import Verdict, failed_to_play, judge
from scenarios.playing import NotPrepared, plainly, play, why_not
from scenarios.registries import Registries
from scenarios.scenario import Scenario, load_all
from scenarios.table import as_markdown, as_text, suffices


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/scenarios", description=__doc__)
    parser.add_argument("name", nargs="*", help="TOOL or TOOL/NAME; all where none is given")
    parser.add_argument("--list", action="store_true", help="only say what there is")
    parser.add_argument("--plain", action="store_true", help="without Remediate: show what the tool says")
    parser.add_argument("--markdown", metavar="FILE", help="write the table for the docs here too")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="so many at once")
    options = parser.parse_args()
    chosen = [one for one in load_all() if not options.name or {one.id, one.tool} & set(options.name)]
    if options.list:
        print("\n".join(f"{one.kind:6} {one.id:44} {one.about}" for one in chosen))
        return 0
    return show_plainly(chosen) if options.plain else show_verdicts(chosen, options.jobs, options.markdown)


def show_plainly(chosen: list[Scenario]) -> int:
    registries = Registries()
    with tempfile.TemporaryDirectory() as folder:
        for one in chosen:
            facts = play(one, Path(folder) / one.tool / one.name, registries, plainly)
            print(f"== {one.id}: exit code {facts.code}\n{facts.output}")
    registries.close()
    return 0


def show_verdicts(chosen: list[Scenario], jobs: int, markdown: str | None) -> int:
    missing = {one.id: why_not(one) for one in chosen}
    playable = [one for one in chosen if not missing[one.id]]
    registries = Registries()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as pool:
        verdicts = list(pool.map(lambda one: verdict_of(one, Path(folder), registries), playable))
    registries.close()
    for name, reason in missing.items():
        if reason:
            print(f"not played: {name}: {reason}")
    print(as_text(verdicts))
    if markdown:
        Path(markdown).write_text(as_markdown(verdicts))
    return 0 if suffices(verdicts) and not any(one.complaints for one in verdicts) else 1


def verdict_of(one: Scenario, folder: Path, registries: Registries) -> Verdict:
    began = time.monotonic()
    try:
        facts = play(one, folder / one.tool / one.name, registries)
    except NotPrepared as problem:
        return failed_to_play(one, str(problem))
    return judge(one, facts, time.monotonic() - began)


if __name__ == "__main__":
    sys.exit(main())
