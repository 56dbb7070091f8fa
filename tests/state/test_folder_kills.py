"""A writer that is killed at any call, or whose disk is full, leaves the old state or the new one."""

from __future__ import annotations

import errno
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from racing import content, run_script
from small_disks import small_disk

from remediate.errors import Unreachable
from remediate.state.folder import FolderStore

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="by nature: Windows knows no SIGKILL")
NAMES = ("a.json", "more/b.json", "gone.json")

# The writer kills itself before, in the middle of, or after its n-th call to the system.
_KILLED = """
import os, pathlib, signal, sys
from pathlib import Path
folder, at, when = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
from remediate.state import commit, files
from remediate.state.folder import FolderStore
import filelock
calls = 0
def die(): os.kill(os.getpid(), signal.SIGKILL)
def deadly(real, partial=None):
    def call(*args, **more):
        global calls
        calls += 1
        if calls == at and when == "before": die()
        if calls == at and when == "within" and partial: partial(*args); die()
        mine = calls
        try: return real(*args, **more)
        finally:
            if mine == at and when != "before": die()
    return call
write = os.write
os.write = deadly(write, lambda fd, data: write(fd, bytes(data)[: len(data) // 2]))
for name in ("replace", "fsync", "unlink", "mkdir", "rename"): setattr(os, name, deadly(getattr(os, name)))
for name in ("unlink", "mkdir"): setattr(pathlib.Path, name, deadly(getattr(pathlib.Path, name)))
def change(documents):
    new = documents["a.json"].replace(b"old", b"new")
    return {"a.json": new, "more/b.json": new, "gone.json": None}
FolderStore(folder).change("the change", ["a.json", "more/b.json", "gone.json"], change)
print(calls)
"""


def doc(word: str) -> bytes:
    return json.dumps({"schema": "remediate/test/1", "word": word}).encode()


OLD = {"a.json": doc("old"), "more/b.json": doc("old"), "gone.json": doc("old")}
NEW = {"a.json": doc("new"), "more/b.json": doc("new"), "gone.json": None}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = FolderStore(tmp_path / "documents")
    store.change("first", NAMES, lambda _: OLD)
    return store.folder


def calls_of_a_change(folder: Path, tmp_path: Path) -> int:
    shutil.copytree(folder, tmp_path / "whole")
    return int(run_script(_KILLED, tmp_path / "whole", 0, "never").stdout)


@POSIX
@pytest.mark.parametrize("when", ["before", "within", "after"])
def test_a_kill_at_any_call_leaves_the_old_or_the_new(when: str, folder: Path, tmp_path: Path) -> None:
    total = calls_of_a_change(folder, tmp_path)
    assert total > 15
    seen = []
    for at in range(1, total + 1):
        copy = tmp_path / f"{when} {at}"
        shutil.copytree(folder, copy)
        ended = run_script(_KILLED, copy, at, when)
        assert ended.returncode == -9, ended.stderr
        found = FolderStore(copy).read(*NAMES)
        assert found in (OLD, NEW), (at, found)
        seen.append(found == NEW)
        # The next writer finds its way, the killed one comes again, and its change is made once.
        assert FolderStore(copy).change("next", NAMES, lambda documents: documents) == found
        assert content(copy).keys() <= {*NAMES, ".applied.json", ".lock"}
        assert FolderStore(copy).change("the change", NAMES, lambda _: NEW) == NEW
        assert json.loads((copy / ".applied.json").read_bytes())["ids"].count("the change") == 1
    assert seen == sorted(seen)
    assert {*seen} == {False, True}


@pytest.fixture
def full_soon(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", "64k") as place:
        yield place


def test_a_full_disk_leaves_the_old_documents(full_soon: Path) -> None:
    store = FolderStore(full_soon / "documents")
    store.change("first", NAMES, lambda _: OLD)
    with pytest.raises(Unreachable) as caught:
        store.change("big", NAMES, lambda _: {**NEW, "more/b.json": doc("x" * 100_000)})
    assert "No space left on device" in caught.value.message
    assert "Check the space left" in caught.value.hint
    assert store.read(*NAMES) == OLD
    # Nothing of it keeps the room: what fits is still written.
    assert store.change("small", NAMES, lambda _: NEW) == NEW


_LIMITED = """
import resource, signal, sys
from pathlib import Path
from remediate.errors import Unreachable
from remediate.state.folder import FolderStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
big = b'{"schema": "remediate/test/1", "word": "' + b"x" * 9000 + b'"}'
try:
    FolderStore(Path(sys.argv[1])).change("big", ["a.json"], lambda _: {"a.json": big})
except Unreachable as error:
    print(error.message)
"""


@POSIX
def test_a_limit_on_files_leaves_the_old_documents(folder: Path) -> None:
    ended = run_script(_LIMITED, folder)
    assert "cannot be read or written: File too large" in ended.stdout, ended.stderr
    assert FolderStore(folder).read(*NAMES) == OLD
    assert content(folder).keys() == {*NAMES, ".applied.json", ".lock"}


def test_a_disk_that_fails_to_sync_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", fail)
        with pytest.raises(Unreachable, match="Input/output error"):
            FolderStore(folder).change("x", NAMES, lambda _: NEW)
    assert FolderStore(folder).read(*NAMES) == OLD
