"""The machine's vitals are shares, measured here and now."""

from __future__ import annotations

from pathlib import Path

from remediate.system.vitals import measure


def test_shares_are_between_none_and_all(tmp_path: Path) -> None:
    vitals = measure(tmp_path)
    for share in (vitals.cpu, vitals.memory, vitals.disk):
        assert share is not None
        assert 0 <= share <= 1


def test_a_folder_that_is_not_there_has_no_disk(tmp_path: Path) -> None:
    vitals = measure(tmp_path / "no")
    assert vitals.disk is None
    assert vitals.memory is not None
