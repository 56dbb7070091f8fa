"""A month's history in parts: what is added costs the same, and whoever reads all of it misses nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from box.git_host import GitHost
from hosted import REPOSITORY, Hosted

from remediate.logs.redaction import Redactor
from remediate.model.record import Record
from remediate.ports import Documents
from remediate.state import branch, branch_parts
from remediate.state.branch_parts import in_order, is_open, next_part, whole_history
from remediate.state.folder import FolderStore
from remediate.state.history import appended
from remediate.state.shapes import is_name, schema_of

NAME = "history/2026-11.jsonl"


@pytest.fixture
def hosted(tmp_path: Path) -> Iterator[Hosted]:
    with GitHost(tmp_path / "host") as host:
        yield Hosted(host, REPOSITORY, tmp_path / "fetched")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are full after three lines or so."""
    monkeypatch.setattr(branch, "FULL", 1000)


def add(documents: Documents, number: int, name: str = NAME) -> Documents:
    record = Record(at=float(number), owner=f"o{number}", outcome="refused", reason="x" * 100)
    return {name: appended(documents[name], record, Redactor())}


@pytest.mark.usefixtures("small")
def test_a_full_document_becomes_a_part(hosted: Hosted) -> None:
    stores = [hosted.store(), hosted.store()]
    for number in range(20):
        stores[number % 2].change(str(number), [NAME], lambda documents, n=number: add(documents, n))
    parts = stores[0].names("history/")
    assert len(parts) > 4
    assert parts == (*(f"history/2026-11.{n:03}.jsonl" for n in range(1, len(parts))), NAME)
    assert [record.at for record in whole_history(stores[1])] == [float(n) for n in range(20)]
    sizes = [len(data or b"") for data in stores[0].read(*parts).values()]
    assert all(1000 < size < 1600 for size in sizes[:-1])
    # A part is the very file that the document was: nothing was sent again.
    assert json.loads(hosted.content()[".applied.json"])["ids"] == [str(n) for n in range(20)]


@pytest.mark.usefixtures("small")
def test_a_change_that_is_made_again_adds_no_line_and_no_part(hosted: Hosted) -> None:
    store = hosted.store()
    for number in [*range(9), 8, 3]:
        store.change(str(number), [NAME], lambda documents, n=number: add(documents, n))
    names = store.names("history/")
    store.change("looks", [NAME], lambda documents: {})
    assert store.names("history/") == names
    assert [record.at for record in whole_history(store)] == [float(n) for n in range(9)]


def test_the_months_stand_in_their_order(tmp_path: Path) -> None:
    store = FolderStore(tmp_path / "documents")
    names = ("2026-12", "2026-11.002", "2026-11", "2026-11.1000", "2026-11.001", "2025-12")
    for at, month in enumerate(names):
        name = f"history/{month}.jsonl"
        store.change(month, [name], lambda documents, n=at, name=name: add(documents, n, name))
    assert [record.at for record in whole_history(store)] == [5.0, 4.0, 1.0, 3.0, 2.0, 0.0]
    assert [record.at for record in whole_history(store, since="2026-11")] == [4.0, 1.0, 3.0, 2.0, 0.0]
    assert [record.at for record in whole_history(store, since="2026-12")] == [0.0]


def test_a_part_that_comes_while_all_is_read_is_not_missed(
    hosted: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branch, "FULL", 10)
    store, other = hosted.store(), hosted.store()
    store.change("0", [NAME], lambda documents: add(documents, 0))
    listed = store.names("history/")
    other.change("1", [NAME], lambda documents: add(documents, 1))
    names = iter([listed])
    whole = store.names
    monkeypatch.setattr(store, "names", lambda below="": next(names, None) or whole(below))
    assert [record.at for record in whole_history(store)] == [0.0, 1.0]


def test_names_of_parts() -> None:
    assert is_open(NAME)
    assert not is_open("history/2026-11.001.jsonl")
    assert next_part(NAME, [NAME, "history/2026-10.007.jsonl"]) == "history/2026-11.001.jsonl"
    assert (
        next_part(NAME, ["history/2026-11.009.jsonl", "history/2026-11.999.jsonl"])
        == "history/2026-11.1000.jsonl"
    )
    assert in_order(["circuits.json", "history/readme.jsonl", NAME]) == (NAME,)
    for name in ("history/2026-11.001.jsonl", "history/2026-11.100000.jsonl"):
        assert is_name(name)
        assert schema_of(name) == Record(at=0, owner="", outcome="refused").schema
    assert branch_parts.FULL >= 64 * 1024


def test_what_a_change_sends_does_not_grow_with_the_history(hosted: Hosted) -> None:
    """A hundred thousand lines are there: a change fetches some hundred kilobytes, not forty megabytes."""
    line = (
        msgspec.json.encode(Record(at=1.0, owner="o", outcome="refused", reason="because of it " * 20))
        + b"\n"
    )
    hosted.store().change("0", ["a.json"], lambda _: {})
    part = line * (branch_parts.FULL // len(line) + 1)
    parts = 100_000 * len(line) // len(part)
    hosted.plant(
        {f"history/2026-11.{n:03}.jsonl": part + b"%s" % line * (n % 7) for n in range(1, parts + 1)}
    )
    hosted.plant({NAME: part})
    store = hosted.store()
    store.change("1", [NAME], lambda documents: add(documents, 1))
    fetched = sum(path.stat().st_size for path in hosted.folder.rglob("*") if path.is_file())
    assert fetched < 200_000
    assert f"history/2026-11.{parts + 1:03}.jsonl" in hosted.content()
    # Nor does it when the branch begins anew with all of them.
    before = hosted.content()
    hosted.store(compact_after=3).change("2", ["a.json"], lambda _: {})
    assert hosted.count() == 1
    assert before == {**hosted.content(), ".applied.json": before[".applied.json"]}
    assert len(whole_history(hosted.store())) > 90_000
    assert re.fullmatch(rb'[^\n]*"o1"[^\n]*\n', hosted.content()[NAME])
