"""Nothing in the state grows without an end, and nothing goes that still counts."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from box.git_host import GitHost
from fakes.fake_clock import FakeClock
from fakes.fake_shelf import FakeShelf
from hosted import REPOSITORY, Hosted
from long_play import DAY, Repository

from remediate.incidents import lifecycle
from remediate.metrics.figures import DAYS, WEEKS
from remediate.metrics.learning import PENDING
from remediate.model.policy import Policy
from remediate.model.record import Record
from remediate.model.subject import Subject
from remediate.safety.circuit import Open, Permit
from remediate.state import approvals, attempts, branch, circuits, incidents, metrics_store, retention
from remediate.state.attempts import KEPT, Attempt, Attempts, name_of, read_attempts
from remediate.state.bid import Bid
from remediate.state.branch_parts import FULL
from remediate.state.cases import Day, day_of
from remediate.state.folder import REMEMBERED, FolderStore
from remediate.state.ledger import Ledger
from remediate.state.shapes import encoded

NOW = 1_790_000_000.0
OLD = NOW - KEPT - DAY


def made(signature: str, *at: float) -> dict[str, bytes]:
    tried = tuple(Attempt(owner=f"{signature} {number}", at=each) for number, each in enumerate(at))
    return {name_of(signature): encoded(Attempts(signature=signature, attempts=tried))}


def left(files: dict[str, bytes], *needed: str, chance: float = 0.0, look_back: float = 0.0) -> set[str]:
    """What is still there after a change that lets go."""
    shelf = FakeShelf()
    shelf.files = dict(files)
    names = retention.outdated(shelf, NOW, chance, look_back)
    shelf.change("x", names, lambda documents: retention.gone(documents, names, NOW, needed))
    return set(shelf.files)


def test_attempts_go_when_none_of_them_counts() -> None:
    files = {
        **made("old", OLD),
        **made("late", OLD, NOW - 60),
        **made("ahead", NOW + DAY),
        **made("open", OLD),
    }
    assert left(files, "open") == {name_of("late"), name_of("ahead"), name_of("open")}


def test_a_new_attempt_lets_go_of_those_that_are_too_old() -> None:
    shelf, clock = FakeShelf(), FakeClock(NOW)
    shelf.files = made("s", OLD, OLD, NOW - DAY)
    ledger = Ledger(shelf, clock, Policy())
    assert isinstance(ledger.begin(Bid(subject=Subject(), signature="s", owner="new")), Permit)
    kept = read_attempts(shelf.files[name_of("s")], "s").attempts
    assert [one.owner for one in kept] == ["s 2", "new"]


@pytest.mark.parametrize(
    "damaged",
    [b'{"schema":"remediate/attempts/1"', b'{"schema":"remediate/attempts/1","signature":7}', b"\xff"],
)
def test_what_cannot_be_read_is_left_and_keeps_no_other_from_going(damaged: bytes) -> None:
    files = {name: data for each in range(9) for name, data in made(f"s{each}", OLD).items()}
    files |= {name_of("s4"): damaged, "cases/2020-01-01.json": b"{", **day("2020-01-02")}
    assert left(files) == {name_of("s4"), "cases/2020-01-01.json"}


def test_of_many_attempts_others_are_looked_at_each_time() -> None:
    files = {name: data for each in range(100) for name, data in made(f"s{each}", OLD).items()}
    gone = [set(files) - left(files, chance=chance) for chance in (0.0, 0.4, 0.8, 1.0)]
    assert [len(each) for each in gone] == [40] * 4
    assert len(set.union(*gone)) == 100


def day(name: str) -> dict[str, bytes]:
    return {f"cases/{name}.json": encoded(Day())}


def test_closed_cases_are_known_as_long_as_their_runs_may_be_found_again() -> None:
    first, second = NOW - 36 * DAY, NOW - 80 * DAY
    files = {day_of(at): encoded(Day()) for at in (NOW, NOW - 35 * DAY, first, second)}
    assert left(files) == {day_of(NOW), day_of(NOW - 35 * DAY)}
    assert left(files, look_back=60 * DAY) == set(files) - {day_of(second)}


def test_what_is_none_of_ours_is_left() -> None:
    files = {
        "cases/2020.json": b"{",
        "cases/open.json": b"{",
        "history/notes.jsonl": b"x",
        "attempts.json": b"",
    }
    assert left(files) == set(files)


def line(at: float) -> bytes:
    return msgspec.json.encode(Record(at=at, owner="o", outcome="refused")) + b"\n"


def test_lines_go_by_age_and_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    months = ("2025-07", "2025-08", "2025-08.001", "2025-09", "2025-09.001", "2025-09.002", "2026-09")
    files = {f"history/{month}.jsonl": line(0.0) for month in months}
    assert left(files) == {f"history/{month}.jsonl" for month in months if month > "2025-08"} | {
        "history/2025-08.jsonl",
        "history/2025-08.001.jsonl",
    }
    monkeypatch.setattr(retention, "MOST_PARTS", 2)
    assert left(files) == {"history/2025-09.jsonl", "history/2026-09.jsonl"}


def test_a_folder_lets_go_by_itself(tmp_path: Path) -> None:
    shelf, clock = FakeShelf(), FakeClock(NOW)
    shelf.files = {**made("old", OLD), **made("new", NOW)}
    ledger = Ledger(shelf, clock, Policy())
    ledger.forget(0.5)
    assert set(shelf.files) == {name_of("new")}
    before = dict(shelf.ids)
    ledger.forget(0.5)
    assert shelf.ids == before, "nothing to do is no change"


@pytest.mark.skipif(sys.platform == "win32", reason="by nature: Windows has no such links")
def test_a_link_among_the_documents_keeps_no_other_from_going(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "documents")
    files = {**made("old", OLD), **made("older", OLD - DAY)}
    store.change("made", list(files), lambda _: files)
    (store.folder / "attempts/link.json").symlink_to(store.folder / name_of("old"))
    Ledger(store, FakeClock(NOW), Policy()).forget(0.0)
    assert store.names("attempts/") == ("attempts/link.json",)


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    with GitHost(tmp_path / "host") as host:
        yield Hosted(host, REPOSITORY, tmp_path / "fetched")


def test_a_full_month_on_the_branch_goes_too(hosted: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branch, "FULL", 10)
    store = hosted.store()
    store.change("made", ["a.json"], lambda _: {})
    hosted.plant({"history/2020-01.jsonl": line(0.0), "history/2020-01.001.jsonl": line(0.0)})
    for number in range(2):
        names = retention.outdated(store, NOW, 0.0)
        store.change(f"{number}", names, lambda found, names=names: retention.gone(found, names, NOW))
    assert store.names("history/") == ()


@pytest.fixture
def soon_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is bounded by a number reaches it within a year."""
    monkeypatch.setattr(metrics_store, "REMEMBERED", 200)
    monkeypatch.setattr(incidents, "MOST", 20)
    for name in ("MOST_RUNS", "MOST_BRANCHES", "MOST_EVENTS"):
        monkeypatch.setattr(lifecycle, name, 3)


@pytest.mark.usefixtures("soon_full")
def test_two_years_leave_no_more_than_one(tmp_path: Path) -> None:
    """A failure a day, of 60 signatures in turn: all that is kept after 14 months is all after two years."""
    repository = Repository(tmp_path, failures=2, signatures=60, every=2 * DAY)
    sizes: list[Counter[str]] = []
    tried: list[int] = []
    for at in repository.play(730 * DAY):
        if at >= NOW + 440 * DAY:
            sizes.append(repository.sizes)
            tried.append(len(repository.shelf.names("attempts/")))
    assert repository.found == 730
    assert any(isinstance(one.circuit.state, Open) for one in repository.circuits)
    assert max(tried) <= 12, "as many as there were in nine days"
    most_early = {name: max(each[name] for each in sizes[:70]) for name in sizes[0]}
    most_late = {name: max(each[name] for each in sizes[70:]) for name in sizes[0]}
    # Counters have more digits, and a month has more days than another.
    grown = {name: size for name, size in most_late.items() if size > 1.1 * most_early[name] + 100}
    assert grown == {}


def test_the_page_tells_the_bounds_that_hold() -> None:
    page = (Path(__file__).parents[2] / "docs/state.md").read_text()
    rows = {row.split(" | ")[0].strip("| "): row for row in page.splitlines() if row.startswith("| ")}
    bounds = {
        "a circuit": [f"{circuits.KEPT / DAY:.0f} days"],
        "attempts of a failure": ["a week" if KEPT == 7 * DAY else "", f"{attempts.MOST} at most"],
        "an approval": [f"{approvals.KEPT / DAY:.0f} days", f"{approvals.MOST:,} at most"],
        "a line of the history": [f"{retention.MOST_PARTS} parts ({retention.MOST_PARTS * FULL >> 20} MiB)"],
        "a closed case": [f"{retention.CLOSINGS / DAY:.0f} days"],
        "an incident": [f"{incidents.MOST} at most"],
        "of an incident": [
            f"{lifecycle.MOST_RUNS} runs, {lifecycle.MOST_EVENTS} events, {lifecycle.MOST_BRANCHES} branches"
        ],
        "decisions that no re-run has judged": [f"{PENDING} at most"],
        "the figures": [f"{DAYS} days, {WEEKS} weeks"],
        "what was counted": [f"{metrics_store.REMEMBERED:,}"],
        "ids of changes": [f"{REMEMBERED:,}"],
        "commits of the branch": [f" {branch.Habits().compact_after} "],
    }
    for what, words in bounds.items():
        for word in words:
            assert word, what
            assert word in rows[what], (what, word)
