"""What holds for every store: the same tests over a local folder and over a branch on a server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from box.git_host import GitHost
from hosted import REPOSITORY, Hosted
from racing import content

from remediate.errors import Unreachable
from remediate.model.actions import WorkflowRun
from remediate.model.case import Case
from remediate.ports import Documents, Shelf
from remediate.state import (
    approvals,
    attempts,
    circuits,
    incidents,
    metrics_store,
    migrations,
    recent,
    rules_record,
)
from remediate.state.cases import OPEN, UNTOLD, CaseBook, Day, Open, day_of, open_cases, read_register
from remediate.state.circuits import NAME, Circuits, read_circuits
from remediate.state.folder import REMEMBERED, FolderStore
from remediate.state.migrations import Fields, Migration
from remediate.state.shapes import encoded, schema_of


class Kept(Protocol):
    """A place of documents, as somebody sees it who does not use the store."""

    def store(self) -> Shelf:
        """A store of its own."""

    def plant(self, files: dict[str, bytes]) -> None:
        """Puts files there."""

    def content(self) -> dict[str, bytes]:
        """Every file."""


class InFolder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def store(self) -> Shelf:
        return FolderStore(self.folder, wait=0.5)

    def plant(self, files: dict[str, bytes]) -> None:
        for name, data in files.items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_bytes(data)

    def content(self) -> dict[str, bytes]:
        return {name: data for name, data in content(self.folder).items() if name != ".lock"}


@pytest.fixture(params=["folder", "branch"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    if request.param == "folder":
        yield InFolder(tmp_path / "documents")
        return
    with GitHost(tmp_path / "host") as host:
        yield Hosted(host, REPOSITORY, tmp_path / "fetched")


@pytest.fixture
def store(kept: Kept) -> Shelf:
    return kept.store()


def doc(**values: object) -> bytes:
    return json.dumps({"schema": "remediate/test/1", **values}).encode()


def put(store: Shelf, change_id: str, **values: bytes | None) -> Documents:
    names = {name.replace("_", "/", 1) + ".json": data for name, data in values.items()}
    return store.change(change_id, list(names), lambda _: names)


def test_gives_back_what_was_written(store: Shelf, kept: Kept) -> None:
    assert put(store, "1", a=doc(n=1), more_b=None) == {"a.json": doc(n=1), "more/b.json": None}
    assert kept.store().read("a.json", "c.json") == {"a.json": doc(n=1), "c.json": None}
    assert store.names() == ("a.json",)
    put(store, "2", a=None)
    assert store.read("a.json") == {"a.json": None}
    assert kept.store().names() == ()


def test_what_is_not_named_stays(store: Shelf) -> None:
    put(store, "1", a=doc(n=1), more_b=doc(n=2), more_c=doc(n=3))
    assert put(store, "2", more_b=None) == {"more/b.json": None}
    assert store.change("3", ["a.json", "more/c.json"], lambda _: {"a.json": doc(n=4)}) == {
        "a.json": doc(n=4),
        "more/c.json": doc(n=3),
    }
    assert store.names() == ("a.json", "more/c.json")
    assert store.names("more/") == ("more/c.json",)


def test_reading_creates_nothing(store: Shelf, kept: Kept) -> None:
    assert store.read("a.json") == {"a.json": None}
    assert store.names() == ()
    assert store.read() == {}
    assert kept.content() == {}


def test_a_change_is_applied_once(store: Shelf, kept: Kept) -> None:
    put(store, "1", a=doc(n=1))
    put(store, "2", a=doc(n=2))
    assert put(store, "1", a=doc(n=1)) == {"a.json": doc(n=2)}
    put(kept.store(), "3", a=doc(n=3))
    assert put(store, "2", a=doc(n=2)) == {"a.json": doc(n=3)}


def test_a_change_that_changes_nothing_is_remembered_all_the_same(store: Shelf) -> None:
    put(store, "1", a=doc(n=1))
    assert store.change("2", ["a.json"], lambda documents: documents) == {"a.json": doc(n=1)}
    assert put(store, "2", a=doc(n=2)) == {"a.json": doc(n=1)}


def test_two_stores_see_each_others_changes(store: Shelf, kept: Kept) -> None:
    other = kept.store()
    for number in range(4):
        one, two = (store, other) if number % 2 else (other, store)

        def add(documents: Documents) -> Documents:
            seen = json.loads(documents["a.json"] or "{}").get("n", 0)
            return {"a.json": doc(n=seen + 1)}

        assert one.change(f"{number}", ["a.json"], add) == {"a.json": doc(n=number + 1)}
        assert two.read("a.json") == {"a.json": doc(n=number + 1)}


def test_ids_are_remembered_up_to_a_number(store: Shelf, kept: Kept) -> None:
    put(store, "first", a=doc())
    known = json.loads(kept.content()[".applied.json"])
    many = {**known, "ids": [*(f"{n}" for n in range(REMEMBERED - 1)), "last"]}
    kept.plant({".applied.json": json.dumps(many).encode()})
    put(store, "next", a=doc())
    ids = json.loads(kept.content()[".applied.json"])["ids"]
    assert (len(ids), ids[0], ids[-1]) == (REMEMBERED, "1", "next")


UNREADABLE = {
    "damaged": (b'{"schema": "remediate/circuits/1", "circu', "damaged"),
    "empty": (b"", "damaged"),
    "binary": (b"\xff\x00", "damaged"),
    "a list": (b"[]", "damaged"),
    "foreign": (b'{"name": "left-pad"}', "damaged, or no document"),
    "another's schema": (b'{"schema": "other/circuits/1"}', "no document of Remediate's"),
    "another document": (b'{"schema": "remediate/approvals/1"}', "no document of Remediate's"),
    "newer": (b'{"schema": "remediate/circuits/2"}', "a newer version of Remediate wrote it"),
    "NaN": (b'{"schema": "remediate/circuits/1", "sightings": [NaN]}', "damaged"),
    "a number that is none": (b'{"schema": "remediate/circuits/1", "sightings": [1e999]}', "damaged"),
    "digits without end": (b'{"schema": "remediate/circuits/1", "n": %s}' % (b"9" * 5000), "damaged"),
    "too deep": (b'{"schema": "remediate/circuits/1", "x": %s' % (b"[" * 200_000), "damaged"),
    "deep and whole": (
        b'{"schema": "remediate/circuits/1", "x": %s%s}' % (b"[" * 200_000, b"]" * 200_000),
        "damaged",
    ),
    "two documents": (b'{"schema": "remediate/circuits/1"}{"schema": "remediate/circuits/1"}', "damaged"),
    "a merge by hand": (
        b'<<<<<<< ours\n{"schema": "remediate/circuits/1"}\n=======\n{}\n>>>>>>> theirs\n',
        "damaged",
    ),
    "a key twice": (
        b'{"schema": "remediate/circuits/1", "circuits": [1], "circuits": []}',
        "`circuits` stands twice",
    ),
    "a key twice further in": (
        b'{"schema": "remediate/circuits/1", "circuits": [{"a": {"key": 1, "key": 1}}]}',
        "`key` stands twice",
    ),
    "a mark of the byte order": (b'\xef\xbb\xbf{"schema": "remediate/circuits/1"}', "damaged"),
    "of a forgotten version": (b'{"schema": "remediate/circuits/0"}', "remediate/circuits/1 is wanted"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_never_overwritten(case: str, store: Shelf, kept: Kept) -> None:
    data, why = UNREADABLE[case]
    put(store, "1", a=doc())
    kept.plant({NAME: data})
    before = kept.content()
    for attempt in (
        lambda: store.read(NAME),
        lambda: store.change("2", [NAME], lambda _: {NAME: None}),
    ):
        with pytest.raises(Unreachable) as caught:
            attempt()
        assert NAME in caught.value.message
        assert why in caught.value.message
        assert caught.value.hint
    assert kept.content() == before
    # The others are as good as before.
    assert put(store, "3", a=doc(n=3)) == {"a.json": doc(n=3)}


def test_the_ids_are_held_to_the_same(store: Shelf, kept: Kept) -> None:
    put(store, "1", a=doc())
    kept.plant({".applied.json": b"{"})
    with pytest.raises(Unreachable, match=r"\.applied\.json.*damaged"):
        put(store, "2", a=doc(n=2))
    assert kept.content()["a.json"] == doc()


@pytest.mark.parametrize("more", [b"", b'\n{"sch\n', b"\n\n"])
def test_a_history_that_was_cut_is_refused(more: bytes, store: Shelf, kept: Kept) -> None:
    put(store, "1", a=doc())
    kept.plant({"history/2026-11.jsonl": b'{"schema":"remediate/history/1"}' + more})
    with pytest.raises(Unreachable):
        store.read("history/2026-11.jsonl")


@pytest.mark.parametrize(
    "name", ["../a.json", "/a.json", ".lock", "a//b.json", "a/../b.json", "", "a\\b", "a/.b", "-\n.json"]
)
def test_names_stay_inside(name: str, store: Shelf) -> None:
    with pytest.raises(ValueError, match="not the name"):
        store.read(name)
    with pytest.raises(ValueError, match="not the name"):
        store.change("1", [name], lambda _: {name: doc()})


def test_a_change_gives_only_what_it_named(store: Shelf) -> None:
    with pytest.raises(ValueError, match="had not named"):
        store.change("1", ["a.json"], lambda _: {"b.json": doc()})
    with pytest.raises(ValueError, match="without an id"):
        store.change("", ["a.json"], lambda _: {})
    with pytest.raises(Unreachable, match="damaged"):
        store.change("1", ["a.json"], lambda _: {"a.json": b"{"})


def test_a_change_that_fails_changes_nothing(store: Shelf, kept: Kept) -> None:
    put(store, "1", a=doc())
    before = kept.content()

    def fail(_: Documents) -> Documents:
        raise Unreachable("no")

    with pytest.raises(Unreachable, match=r"^no$"):
        store.change("2", ["a.json"], fail)
    assert kept.content() == before


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if circuits had been called breakers in a version before."""

    def from_breakers(fields: Fields) -> Fields:
        kept = {name: value for name, value in fields.items() if name != "breakers"}
        return {**kept, "circuits": fields["breakers"]}

    step = Migration(kind="circuits", version=0, change=from_breakers)
    monkeypatch.setattr(migrations, "MIGRATIONS", (step,))


@pytest.mark.usefixtures("older")
def test_an_older_version_is_read_and_the_next_change_writes_todays(store: Shelf, kept: Kept) -> None:
    entry = {
        "scope": "repository",
        "repository": "o/r",
        "circuit": {"key": "k", "state": {"type": "closed"}, "seen": 1.0},
    }
    old = json.dumps({"schema": "remediate/circuits/0", "breakers": [entry]}).encode()
    put(store, "1", a=doc())
    kept.plant({NAME: old})
    found = read_circuits(store.read(NAME)[NAME])
    assert [one.circuit.key for one in found.circuits] == ["k"]
    # Reading has not written it, and a change of another document leaves it alone.
    put(store, "2", a=doc(n=2))
    assert kept.content()[NAME] == old
    store.change("3", [NAME], lambda documents: {NAME: encoded(read_circuits(documents[NAME]))})
    written = json.loads(kept.content()[NAME])
    assert written["schema"] == Circuits().schema
    assert "breakers" not in written
    assert read_circuits(store.read(NAME)[NAME]) == found


def test_the_documents_of_cases_are_held_to_their_versions() -> None:
    assert schema_of(OPEN) == schema_of(UNTOLD) == Open().schema
    assert schema_of(day_of(0.0)) == Day().schema


WRONG = {
    circuits.NAME: (circuits.read_circuits, {"circuits": 7}),
    "approvals.json": (approvals.read_approvals, {"approvals": [{"plan": "a", "by": "b", "at": "noon"}]}),
    "recent.json": (recent.read_recent, {"begun": [{"at": None, "signature": "s"}]}),
    "incidents.json": (incidents.read_incidents, {"incidents": {}}),
    "rules.json": (rules_record.read_rules, {"rules": {"r": {"right": -0.5}}}),
    "metrics.json": (metrics_store.read_metrics, {"cases": {"healed": -1}}),
    "tallied.json": (metrics_store.read_tallied, {"keys": "all"}),
    "attempts/s.json": (
        lambda data: attempts.read_attempts(data, "s"),
        {"signature": "s", "attempts": [{"owner": "o", "at": 1, "extra": 1}]},
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_types_are_told_with_the_document_and_the_field(name: str) -> None:
    read, fields = WRONG[name]
    data = json.dumps({"schema": schema_of(name), **fields}).encode()
    with pytest.raises(Unreachable, match=rf"^{name}: it is damaged: .* at `\$\.") as caught:
        read(data)  # type: ignore[operator]
    assert "left as it is" in caught.value.hint


def case_of(number: int, **times: float) -> Case:
    named = ("repository", "home", "workflow", "name", "event", "branch", "commit", "status")
    known: dict[str, Any] = {**dict.fromkeys(named, "x"), "created": 1.0, "started": 1.0, "updated": 1.0}
    run = WorkflowRun(id=number, attempt=1, conclusion="failure", **{**known, **times})
    return Case(run=run, trusted=True)


@pytest.mark.parametrize("at", [1e308, -1e308, 253_402_300_800.0])
def test_a_case_of_a_time_that_no_clock_has_is_told(at: float, store: Shelf) -> None:
    data = encoded(Open(cases=(case_of(7, created=at),)))
    store.change("1", [OPEN], lambda _: {OPEN: data})
    for ask in (
        lambda: open_cases(store),
        lambda: read_register(store, 0.0, 0.0),
        lambda: CaseBook(store, "me").claim(case_of(8), 1.0, 2.0),
    ):
        with pytest.raises(Unreachable, match=r"cases/open\.json: the case 7-1 has a time that no clock has"):
            ask()
    assert store.read(OPEN)[OPEN] == data


def test_steps_are_taken_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = tuple(
        Migration(kind="x", version=number, change=lambda fields: {**fields, "n": f"{fields['n']}+"})
        for number in (3, 1, 2)
    )
    monkeypatch.setattr(migrations, "MIGRATIONS", steps)
    done = migrations.migrated({"schema": "remediate/x/1", "n": ""}, "remediate/x/4")
    assert done == {"schema": "remediate/x/4", "n": "+++"}
    assert migrations.leads_to("remediate/x/2", "remediate/x/4")
    assert not migrations.leads_to("remediate/x/0", "remediate/x/4")
