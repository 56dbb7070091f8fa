"""Which snapshots verify lets go of: none that an open case needs, due now or not."""

from __future__ import annotations

from pathlib import Path

import msgspec
from staged import POLICY, Repository

from remediate.model.case import Case
from remediate.model.policy import BackupPolicy
from remediate.state.cases import CaseBook

ROOT = "refs/remediate/snapshots"


def test_a_snapshot_that_an_open_case_needs_stays_though_it_is_not_due(tmp_path: Path) -> None:
    here = Repository(tmp_path, msgspec.structs.replace(POLICY, backups=BackupPolicy(keep_most=1)))
    waiting, ended = here.fails(), here.fails("lockfile", commit="d" * 40)
    now = here.clock.now()
    needed, spare = f"{ROOT}/20260101-{waiting.id}-1", f"{ROOT}/20260102-{ended.id}-1"
    newest = f"{ROOT}/20260103-99-1"
    here.github.kept |= dict.fromkeys((needed, spare, newest), "c" * 40)
    proving = Case(run=waiting, trusted=True, phase="proving", found=now, due=now + 86400, snapshot=needed)
    assert CaseBook(here.store, "another").keep(proving)
    here.heals()
    assert set(here.github.kept) & {needed, spare, newest} == {needed, newest}
