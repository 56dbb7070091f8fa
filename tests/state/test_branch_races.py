"""Real processes at one branch over real git: none loses a change, none makes it twice, whatever breaks."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from box.git_host import GitHost
from hosted import REPOSITORY, Hosted
from racing import race
from running import environment

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="by nature: Windows knows no SIGKILL")
PROCESSES, CHANGES = 32, 10

_COUNT = """
import json, os, sys
from pathlib import Path
from remediate.state.branch import BranchStore, Habits
from remediate.system.clock import SystemClock
from remediate.system.git import SystemGit
url, folder, me, changes = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
habits = Habits(wait=600, folder=folder, compact_after=40)
store = BranchStore(url, SystemGit(os.environ), SystemClock(), habits=habits)
READY
def add(change_id):
    def change(documents):
        seen = json.loads(documents["a.json"] or "{}").get("ids", [])
        new = json.dumps({"schema": "remediate/test/1", "ids": [*seen, change_id]}).encode()
        return {"a.json": new, "more/b.json": new}
    return change
for number in range(changes):
    store.change(f"{me}-{number}", ["a.json", "more/b.json"], add(f"{me}-{number}"))
    print(f"{me}-{number}", flush=True)
"""


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    with GitHost(tmp_path / "host") as host:
        yield Hosted(host, REPOSITORY, tmp_path / "fetched")


def all_of(processes: int, changes: int) -> list[str]:
    return sorted(f"{process}-{change}" for process in range(processes) for change in range(changes))


def run(hosted: Hosted, processes: int, changes: int) -> list[str]:
    """What is on the branch after a race, in the order in which it came there."""
    writers = [(hosted.url, hosted.folder, number, changes) for number in range(processes)]
    # Half a minute on two idle cores; a machine with other work may take its time.
    ended = race(_COUNT, writers, within=600)
    assert sorted("".join(ended).split()) == all_of(processes, changes), ended
    return ids_of(hosted)


def ids_of(hosted: Hosted) -> list[str]:
    found = hosted.store().read("a.json", "more/b.json")
    assert found["a.json"] == found["more/b.json"]
    ids: list[str] = json.loads(found["a.json"] or b"")["ids"]
    assert json.loads(hosted.content()[".applied.json"])["ids"] == ids
    return ids


@pytest.mark.parametrize("again", range(2))
def test_no_change_is_lost_or_made_twice(again: int, hosted: Hosted) -> None:
    ids = run(hosted, PROCESSES, CHANGES)
    assert sorted(ids) == all_of(PROCESSES, CHANGES)
    # Each process's own stand in its order, and the branch was begun anew on the way.
    for process in range(PROCESSES):
        own = [one for one in ids if one.startswith(f"{process}-")]
        assert own == [f"{process}-{number}" for number in range(CHANGES)]
    assert hosted.count() <= 40


def test_no_change_is_lost_or_made_twice_while_connections_break(hosted: Hosted) -> None:
    for when in ("during", "before", "after", "answer"):
        hosted.host.mischief.cut(when, times=float("inf"), chance=0.08)
    hosted.host.mischief.cut("before", times=float("inf"), chance=0.03, service="git-upload-pack")
    ids = run(hosted, 12, 5)
    assert sorted(ids) == all_of(12, 5)
    broken = {when for when, _ in hosted.host.mischief.done}
    hosted.host.mischief.calm()
    assert broken >= {"before", "after"}
    assert hosted.git("fsck", "--no-dangling") == b""


@POSIX
@pytest.mark.parametrize("seed", [1])
def test_no_change_is_lost_or_made_twice_while_writers_are_killed(seed: int, hosted: Hosted) -> None:
    """A writer that was killed is started again with the same ids, as a run is that is taken up again.

    So is one that came to its end before all kills were dealt out: a fast machine is no excuse.
    """
    chance = random.Random(seed)
    processes, changes, kills = 8, 5, 30
    alive = {number: start(hosted, number, changes) for number in range(processes)}
    told: set[str] = set()
    ended = time.monotonic() + 300
    while alive and time.monotonic() < ended:
        time.sleep(chance.uniform(0.02, 0.15))
        for number, process in list(alive.items()):
            if process.poll() is None:
                continue
            out, err = process.communicate()
            told |= set(out.split())
            assert process.returncode in (0, -signal.SIGKILL), err
            if process.returncode or kills:
                alive[number] = start(hosted, number, changes)
            else:
                del alive[number]
        if alive and kills:
            kills -= 1
            os.killpg(chance.choice(list(alive.values())).pid, signal.SIGKILL)
    assert not alive
    assert kills == 0
    assert sorted(ids_of(hosted)) == sorted(told) == all_of(processes, changes)


def start(hosted: Hosted, number: int, changes: int) -> subprocess.Popen[str]:
    """A writer in a group of its own, so that what it has started dies with it or lives on without it."""
    words = (hosted.url, str(hosted.folder), str(number), str(changes))
    return subprocess.Popen(
        [sys.executable, "-c", _COUNT.replace("READY\n", ""), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )
