"""A folder of documents: what it gives, what it refuses, and what it leaves as it was."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from racing import content

from remediate.errors import Unreachable
from remediate.ports import Documents
from remediate.state.folder import REMEMBERED, FolderStore

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="by nature: Windows has no such modes and links")


def doc(**values: object) -> bytes:
    return json.dumps({"schema": "remediate/test/1", **values}).encode()


def put(store: FolderStore, change_id: str, **values: bytes | None) -> Documents:
    names = {name.replace("_", "/", 1) + ".json": data for name, data in values.items()}
    return store.change(change_id, list(names), lambda _: names)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "state" / "documents", wait=0.2)


def test_gives_back_what_was_written(store: FolderStore) -> None:
    assert put(store, "1", a=doc(n=1), more_b=None) == {"a.json": doc(n=1), "more/b.json": None}
    assert FolderStore(store.folder).read("a.json", "c.json") == {"a.json": doc(n=1), "c.json": None}
    assert store.names() == ("a.json",)
    put(store, "2", a=None)
    assert store.read("a.json") == {"a.json": None}


def test_reading_creates_nothing(store: FolderStore, tmp_path: Path) -> None:
    assert store.read("a.json") == {"a.json": None}
    assert list(tmp_path.iterdir()) == []
    store.folder.mkdir(parents=True)
    (store.folder / "a.json").write_bytes(doc())
    assert store.read("a.json") == {"a.json": doc()}
    assert content(tmp_path) == {"state/documents/a.json": doc()}


def test_a_change_is_applied_once(store: FolderStore) -> None:
    put(store, "1", a=doc(n=1))
    put(store, "2", a=doc(n=2))
    assert put(store, "1", a=doc(n=1)) == {"a.json": doc(n=2)}


def test_ids_are_remembered_up_to_a_number(store: FolderStore) -> None:
    put(store, "first", a=doc())
    path = store.folder / ".applied.json"
    known = json.loads(path.read_bytes())
    path.write_text(json.dumps({**known, "ids": [*(f"{n}" for n in range(REMEMBERED - 1)), "last"]}))
    put(store, "next", a=doc())
    ids = json.loads(path.read_bytes())["ids"]
    assert (len(ids), ids[0], ids[-1]) == (REMEMBERED, "1", "next")


@POSIX
def test_only_this_user_may_read_it(store: FolderStore) -> None:
    put(store, "1", more_a=doc())
    for path in (store.folder, *store.folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


UNREADABLE = {
    "damaged": (b'{"schema": "remediate/circuits/1", "circu', "damaged"),
    "empty": (b"", "damaged"),
    "binary": (b"\xff\x00", "damaged"),
    "a list": (b"[]", "damaged"),
    "foreign": (b'{"name": "left-pad"}', "damaged, or no document"),
    "another's schema": (b'{"schema": "other/circuits/1"}', "no document of Remediate's"),
    "another document": (b'{"schema": "remediate/approvals/1"}', "no document of Remediate's"),
    "newer": (b'{"schema": "remediate/circuits/2"}', "a newer version of Remediate wrote it"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_read_is_never_overwritten(case: str, store: FolderStore) -> None:
    data, why = UNREADABLE[case]
    put(store, "1", a=doc())
    (store.folder / "circuits.json").write_bytes(data)
    before = content(store.folder)
    for attempt in (
        lambda: store.read("circuits.json"),
        lambda: store.change("2", ["circuits.json"], lambda _: {"circuits.json": None}),
    ):
        with pytest.raises(Unreachable) as caught:
            attempt()
        assert str(store.folder / "circuits.json") in caught.value.message
        assert why in caught.value.message
        assert caught.value.hint
    assert content(store.folder) == before


@pytest.mark.parametrize("name", [".applied.json", ".commit.json"])
def test_the_stores_own_files_are_held_to_the_same(name: str, store: FolderStore) -> None:
    put(store, "1", a=doc())
    (store.folder / name).write_bytes(b"{")
    with pytest.raises(Unreachable, match=r"damaged"):
        put(store, "2", a=doc(n=2))
    assert (store.folder / "a.json").read_bytes() == doc()


@pytest.mark.parametrize("more", [b"", b'\n{"sch\n', b"\n\n"])
def test_a_history_that_was_cut_is_refused(more: bytes, store: FolderStore) -> None:
    put(store, "1", a=doc())
    (store.folder / "history").mkdir()
    (store.folder / "history/2026-11.jsonl").write_bytes(b'{"schema":"remediate/history/1"}' + more)
    with pytest.raises(Unreachable):
        store.read("history/2026-11.jsonl")


@POSIX
@pytest.mark.parametrize("where", ["folder", "documents", "below", "lock", "staged"])
def test_links_are_refused(where: str, tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "documents"
    elsewhere.mkdir(mode=0o700)
    (elsewhere / "x.json").write_bytes(doc(n="theirs"))
    if where == "folder":
        folder.symlink_to(elsewhere)
    else:
        put(FolderStore(folder), "1", a=doc(), more_a=doc())
        link, target = {
            "documents": ("x.json", "x.json"),
            "below": ("below", "."),
            "lock": (".lock", "x.json"),
            "staged": (".staged", "."),
        }[where]
        if where == "lock":
            (folder / link).unlink()
        if where == "staged":
            (folder / link).rmdir()
        (folder / link).symlink_to(elsewhere / target)
    name = "below/x.json" if where == "below" else "x.json"
    with pytest.raises(Unreachable, match="is a link"):
        FolderStore(folder).change("2", [name], lambda _: {name: doc(n="ours")})
    assert content(elsewhere) == {"x.json": doc(n="theirs")}


@POSIX
def test_a_folder_that_anyone_may_write_to_is_not_trusted(store: FolderStore) -> None:
    put(store, "1", a=doc())
    store.folder.chmod(0o777)
    with pytest.raises(Unreachable, match="anyone on this machine"):
        store.read("a.json")


@pytest.mark.parametrize(
    "name", ["../a.json", "/a.json", ".lock", "a//b.json", "a/../b.json", "", "a\\b", "a/.b"]
)
def test_names_stay_inside(name: str, store: FolderStore) -> None:
    with pytest.raises(ValueError, match="not the name"):
        store.read(name)


def test_a_change_gives_only_what_it_named(store: FolderStore) -> None:
    with pytest.raises(ValueError, match="had not named"):
        store.change("1", ["a.json"], lambda _: {"b.json": doc()})


def test_a_change_that_fails_changes_nothing(store: FolderStore) -> None:
    put(store, "1", a=doc())
    before = content(store.folder)

    def fail(_: Documents) -> Documents:
        raise Unreachable("no")

    with pytest.raises(Unreachable):
        store.change("2", ["a.json"], fail)
    assert content(store.folder) == before


def test_who_waits_for_the_lock_too_long_is_told(store: FolderStore) -> None:
    put(store, "1", a=doc())

    def inner(documents: Documents) -> Documents:
        FolderStore(store.folder, wait=0.05).read("a.json")
        return documents

    with pytest.raises(Unreachable, match=r"another process has held it for 0\.05 seconds"):
        store.change("2", ["a.json"], inner)


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="by nature: root may write anywhere")
def test_a_folder_without_rights_is_named(store: FolderStore) -> None:
    put(store, "1", a=doc())
    store.folder.chmod(0o500)
    try:
        with pytest.raises(Unreachable, match="cannot be read or written"):
            put(store, "2", a=doc(n=2))
    finally:
        store.folder.chmod(0o700)
