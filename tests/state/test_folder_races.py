"""Real processes at one folder: none loses a change, none makes it twice, and one alone probes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from racing import race

from remediate.model.policy import Policy
from remediate.safety.circuit import Circuit, Open
from remediate.safety.moments import CLOCKS_DIFFER, HOUR
from remediate.state import circuits
from remediate.state.folder import FolderStore
from remediate.state.shapes import encoded

PROCESSES, CHANGES = 32, 10
NOON = 1_790_000_000.0
OPEN_FOR = Policy().circuit.open_for

_COUNT = """
import json, sys
from pathlib import Path
from remediate.state.folder import FolderStore
folder, me, changes = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
store = FolderStore(folder, wait=100)
READY
def add(change_id):
    def change(documents):
        seen = json.loads(documents["a.json"] or "{}").get("ids", [])
        new = json.dumps({"schema": "remediate/test/1", "ids": [*seen, change_id]}).encode()
        return {"a.json": new, "b.json": new}
    return change
for number in range(changes):
    for _ in range(1 + number % 2):  # a second time: as one does who was not told how it ended
        store.change(f"{me}-{number}", ["a.json", "b.json"], add(f"{me}-{number}"))
"""


@pytest.mark.parametrize("again", range(2))
def test_no_change_is_lost_or_made_twice(again: int, tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    ended = race(_COUNT, [(folder, number, CHANGES) for number in range(PROCESSES)])
    assert ended == [""] * PROCESSES
    found = FolderStore(folder).read("a.json", "b.json")
    assert found["a.json"] == found["b.json"]
    ids = json.loads(found["a.json"] or b"")["ids"]
    assert sorted(ids) == sorted(f"{p}-{n}" for p in range(PROCESSES) for n in range(CHANGES))


_PROBE = """
import os, signal, sys
from pathlib import Path
from remediate.model.policy import Policy
from remediate.model.subject import Subject
from remediate.safety.circuit import Permit
from remediate.state.bid import Bid
from remediate.state.folder import FolderStore
from remediate.state.ledger import Ledger
class Clock:
    def now(self): return float(sys.argv[3])
    def sleep(self, seconds): raise AssertionError
ledger = Ledger(FolderStore(Path(sys.argv[1]), wait=100), Clock(), Policy())
bid = Bid(subject=Subject(repository="o/r", branch="main"), signature="sig", owner=sys.argv[2])
READY
verdict = ledger.begin(bid)
print("probe" if isinstance(verdict, Permit) and verdict.probe else type(verdict).__name__, flush=True)
if sys.argv[4:] == ["die"]:
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state in which the branch's circuit opened at noon."""
    key = circuits.key_of("branch", "o/r", "main", "sig")
    circuit = Circuit(key=key, state=Open(since=NOON), seen=NOON)
    entry = circuits.Entry(scope="branch", repository="o/r", branch="main", signature="sig", circuit=circuit)
    book = circuits.Circuits(circuits=(entry,))
    store = FolderStore(tmp_path / "documents")
    store.change("open", [circuits.NAME], lambda _: {circuits.NAME: encoded(book)})
    return store.folder


def test_one_alone_probes(folder: Path) -> None:
    ended = race(_PROBE, [(folder, f"p{n}", NOON + OPEN_FOR) for n in range(PROCESSES)])
    assert sorted(ended) == ["Held\n"] * (PROCESSES - 1) + ["probe\n"]


def test_clocks_an_hour_off_give_one_probe_all_the_same(folder: Path) -> None:
    true = NOON + OPEN_FOR + HOUR
    off = (-HOUR, -HOUR / 2, 0.0, HOUR / 2, HOUR)
    ended = race(_PROBE, [(folder, f"p{n}", true + off[n % 5]) for n in range(PROCESSES)])
    assert ended.count("probe\n") == 1
    # As long as the probe may run, by the true time, nobody else's clock lets him in.
    ended = race(_PROBE, [(folder, f"q{n}", true + HOUR - 1 + off[n % 5]) for n in range(5)])
    assert ended == ["Held\n"] * 5


def test_a_killed_probe_frees_its_lease_at_its_end(folder: Path) -> None:
    now = NOON + OPEN_FOR
    (killed,) = race(_PROBE, [(folder, "killed", now, "die")])
    assert killed.startswith("-9")
    free = now + HOUR + CLOCKS_DIFFER
    assert race(_PROBE, [(folder, f"p{n}", free - 1) for n in range(4)]) == ["Held\n"] * 4
    ended = race(_PROBE, [(folder, f"q{n}", free) for n in range(8)])
    assert ended.count("probe\n") == 1
