"""A folder of documents: what it refuses of a file system; test_store_contract.py has what holds for all."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from racing import content

from remediate.errors import Unreachable
from remediate.ports import Documents
from remediate.state.folder import FolderStore

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="by nature: Windows has no such modes and links")


def doc(**values: object) -> bytes:
    return json.dumps({"schema": "remediate/test/1", **values}).encode()


def put(store: FolderStore, change_id: str, **values: bytes | None) -> Documents:
    names = {name.replace("_", "/", 1) + ".json": data for name, data in values.items()}
    return store.change(change_id, list(names), lambda _: names)


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "state" / "documents", wait=0.2)


def test_reading_creates_nothing(store: FolderStore, tmp_path: Path) -> None:
    assert store.read("a.json") == {"a.json": None}
    assert list(tmp_path.iterdir()) == []
    store.folder.mkdir(parents=True)
    (store.folder / "a.json").write_bytes(doc())
    assert store.read("a.json") == {"a.json": doc()}
    assert content(tmp_path) == {"state/documents/a.json": doc()}


@POSIX
def test_only_this_user_may_read_it(store: FolderStore) -> None:
    put(store, "1", more_a=doc())
    for path in (store.folder, *store.folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("name", [".applied.json", ".commit.json"])
def test_the_stores_own_files_are_held_to_the_same(name: str, store: FolderStore) -> None:
    put(store, "1", a=doc())
    (store.folder / name).write_bytes(b"{")
    with pytest.raises(Unreachable, match=r"damaged"):
        put(store, "2", a=doc(n=2))
    assert (store.folder / "a.json").read_bytes() == doc()


@pytest.mark.parametrize(
    "moves",
    [{"../../theirs.json": None}, {"../../new.json": "0"}, {"/x.json": "0"}, {"a.json": "../../theirs.json"}],
)
def test_what_is_to_be_finished_stays_inside(
    moves: dict[str, str | None], store: FolderStore, tmp_path: Path
) -> None:
    put(store, "1", a=doc())
    (tmp_path / "theirs.json").write_bytes(doc(n="theirs"))
    (store.folder / ".staged/0").write_bytes(doc(n="evil"))
    commit = json.dumps({"schema": "remediate/commit/1", "moves": moves}).encode()
    (store.folder / ".commit.json").write_bytes(commit)
    before = content(tmp_path)
    for attempt in (lambda: store.read("a.json"), lambda: put(store, "2", a=doc(n=2))):
        with pytest.raises(Unreachable, match=r"\.commit\.json: moves what is none of the documents"):
            attempt()
    assert content(tmp_path) == before


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
