"""The scratch folder is nobody else's, whatever stands in its place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from remediate.stages.at_hand.practice import scratch_folder


def is_private(folder: Path) -> bool:
    seen = folder.lstat()
    return (
        folder.is_dir()
        and not folder.is_symlink()
        and seen.st_uid == os.getuid()
        and not seen.st_mode & 0o077
    )


def test_it_is_found_again_and_not_made_before_it_is_needed(tmp_path: Path) -> None:
    first = scratch_folder(tmp_path)
    assert list(tmp_path.iterdir()) == []
    first.mkdir(mode=0o700)
    assert scratch_folder(tmp_path) == first
    assert is_private(first)


@pytest.mark.parametrize("what", ["link", "file", "open"])
def test_what_others_could_have_put_there_is_not_used(tmp_path: Path, what: str) -> None:
    named = tmp_path / f"remediate-{os.getuid()}"
    if what == "link":
        (tmp_path / "theirs").mkdir(mode=0o700)
        named.symlink_to(tmp_path / "theirs")
    elif what == "file":
        named.write_text("")
    else:
        named.mkdir()
        named.chmod(0o777)
    found = scratch_folder(tmp_path)
    assert found != named
    assert is_private(found)
