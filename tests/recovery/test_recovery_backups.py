"""Backups: taken whole, refused where a path leads elsewhere, put back as it was, safe to repeat."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from recovery_made import NOW, picture

from remediate.model.policy import DAY, BackupPolicy
from remediate.recovery.backups import BackupProblem, Backups, Damaged


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    (folder / "sub").mkdir(parents=True)
    (folder / "lock.json").write_bytes(b"\0old\r\n" * 1000)
    (folder / "lock.json").chmod(0o641)
    (folder / "sub/one.txt").write_text("1")
    (folder / "sub/two.txt").write_text("2")
    (folder / "other.txt").write_text("never touched")
    return folder


@pytest.fixture
def backups(tmp_path: Path) -> Backups:
    return Backups(tmp_path / "state")


def test_everything_is_as_it_was_after_a_restore(root: Path, backups: Backups) -> None:
    before = picture(root)
    taken = backups.take(root, ("lock.json", "sub", "new/deep/file.txt", "made"), now=NOW)
    (root / "lock.json").write_text("changed")
    (root / "lock.json").chmod(0o600)
    (root / "sub/one.txt").unlink()
    (root / "sub/stranger").mkdir()
    (root / "sub/stranger/file").write_text("x")
    (root / "new/deep").mkdir(parents=True)
    (root / "new/deep/file.txt").write_text("x")
    (root / "made").mkdir()
    changed = backups.restore(taken.id, root)
    assert picture(root) == before
    assert set(changed) == {"lock.json", "sub/one.txt", "sub/stranger", "new/deep/file.txt", "made"}
    assert backups.restore(taken.id, root) == ()


def test_only_what_is_asked_for_is_put_back(root: Path, backups: Backups) -> None:
    taken = backups.take(root, ("lock.json", "sub"), now=NOW)
    (root / "lock.json").write_text("changed")
    (root / "sub/one.txt").write_text("changed")
    assert backups.restore(taken.id, root, only=("sub",)) == ("sub/one.txt",)
    assert (root / "lock.json").read_text() == "changed"


def test_a_folder_that_others_filled_stays(root: Path, backups: Backups) -> None:
    taken = backups.take(root, ("new/file.txt",), now=NOW)
    (root / "new").mkdir()
    (root / "new/file.txt").write_text("ours")
    (root / "new/theirs.txt").write_text("theirs")
    backups.restore(taken.id, root)
    assert [path.name for path in (root / "new").iterdir()] == ["theirs.txt"]


def test_a_link_in_the_place_of_a_file_is_replaced_and_never_followed(
    root: Path, backups: Backups, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("theirs")
    taken = backups.take(root, ("lock.json", "absent.txt"), now=NOW)
    (root / "lock.json").unlink()
    (root / "lock.json").symlink_to(outside)
    (root / "absent.txt").symlink_to(outside)
    backups.restore(taken.id, root)
    assert outside.read_text() == "theirs"
    assert not (root / "lock.json").is_symlink()
    assert not os.path.lexists(root / "absent.txt")


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../out", "sub/../../out", "sub//one.txt", ".", "a\0b"])
def test_a_path_that_is_none_below_the_root_is_refused(root: Path, backups: Backups, path: str) -> None:
    with pytest.raises(BackupProblem):
        backups.take(root, (path,), now=NOW)
    assert list(backups.folder.iterdir()) == []


def test_links_and_devices_are_refused(root: Path, backups: Backups, tmp_path: Path) -> None:
    (root / "link").symlink_to(root / "lock.json")
    (root / "dirlink").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(str(root / "sock"))
        for path in ("link", "dirlink", "dirlink/x", "pipe", "sock"):
            with pytest.raises(BackupProblem):
                backups.take(root, (path,), now=NOW)
    (root / "sub/link").symlink_to("one.txt")
    with pytest.raises(BackupProblem, match="link"):
        backups.take(root, ("sub",), now=NOW)


def test_a_restore_through_a_parent_that_became_a_link_changes_nothing(
    root: Path, backups: Backups, tmp_path: Path
) -> None:
    taken = backups.take(root, ("lock.json", "sub/one.txt"), now=NOW)
    (root / "sub").rename(tmp_path / "elsewhere")
    (root / "sub").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere/one.txt").write_text("theirs")
    (root / "lock.json").write_text("changed")
    with pytest.raises(BackupProblem, match="link"):
        backups.restore(taken.id, root)
    assert (tmp_path / "elsewhere/one.txt").read_text() == "theirs"
    assert (root / "lock.json").read_text() == "changed"


@pytest.mark.parametrize("harm", ["flip", "gone", "manifest", "seal", "link"])
def test_a_damaged_backup_is_refused_and_nothing_is_touched(root: Path, backups: Backups, harm: str) -> None:
    taken = backups.take(root, ("lock.json", "sub"), now=NOW)
    (root / "lock.json").write_text("changed")
    (root / "sub/one.txt").write_text("changed")
    before = picture(root)
    folder = backups.folder / taken.id
    copy = folder / "files" / next(e.content for e in taken.entries if e.path == "sub/two.txt")
    if harm == "flip":
        copy.write_text("X")
    elif harm == "gone":
        copy.unlink()
    elif harm == "manifest":
        text = (folder / "manifest.json").read_bytes()
        (folder / "manifest.json").write_bytes(text.replace(b"lock.json", b"evil.json"))
    elif harm == "seal":
        (folder / "manifest.sha256").unlink()
    else:
        copy.unlink()
        copy.symlink_to(root / "other.txt")
    with pytest.raises(BackupProblem, match="damaged"):
        backups.restore(taken.id, root)
    assert picture(root) == before
    if harm in {"manifest", "seal"}:
        assert isinstance(backups.list()[0], Damaged)


def test_a_backup_that_cannot_be_made_leaves_nothing(root: Path, backups: Backups) -> None:
    with pytest.raises(BackupProblem):
        backups.take(root, ("lock.json", "../out"), now=NOW)
    assert list(backups.folder.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "", "20260101T000000-zzzzzzzz", "20260101T000000-00000000/.."])
def test_an_id_is_never_a_path(backups: Backups, name: str) -> None:
    with pytest.raises(BackupProblem):
        backups.show(name)


def test_pruning_keeps_the_newest_and_what_is_in_use(root: Path, backups: Backups) -> None:
    taken = [backups.take(root, ("lock.json",), now=NOW + 60 * n).id for n in range(6)]
    (backups.folder / ".new-20260101T000000-00000000").mkdir()
    gone = backups.prune(BackupPolicy(keep_for=DAY, keep_most=3), NOW + 600, spare={taken[0]})
    assert set(gone) == {taken[1], taken[2]}
    assert {found.id for found in backups.list()} == {taken[0], *taken[3:]}
    gone = backups.prune(BackupPolicy(keep_for=DAY, keep_most=3), NOW + 2 * DAY)
    assert backups.list() == ()
    assert list(backups.folder.iterdir()) == []
    assert set(gone) == {taken[0], *taken[3:]}


def test_a_full_disk_is_said_and_leaves_no_half_backup(tiny: Path, root: Path) -> None:
    (root / "big").write_bytes(os.urandom(2 << 20))
    backups = Backups(tiny / "state")
    with pytest.raises(BackupProblem, match="No space left"):
        backups.take(root, ("big",), now=NOW)
    assert list(backups.folder.iterdir()) == []
