"""A dry run changes nothing: not the workspace, not the state, not the world."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from recovery_made import (
    RecordedProcesses,
    RecordedWeb,
    diagnosis,
    own,
    picture,
    plan,
    shell,
    site,
)

from remediate.model.outcome import Rehearsed
from remediate.model.plan import Plan, Step
from remediate.model.policy import OwnRequest, Policy
from remediate.model.subject import Subject
from remediate.recovery.engine import Engine
from remediate.recovery.rehearsal import Rehearsal
from remediate.recovery.strategy import Site
from remediate.system.orphans import end_orphans


@pytest.fixture
def place(tmp_path: Path) -> Site:
    """A workspace in which every strategy of ours has something to do."""
    home = tmp_path / "home"
    (home / ".cargo/registry/cache").mkdir(parents=True)
    (home / ".cargo/registry/cache/x.crate").write_text("poison")
    found = site(
        tmp_path,
        policy=Policy(
            commands={"own": shell("echo done > lock.txt; touch new", touches=("lock.txt", "new"))},
            requests={
                "own": OwnRequest(
                    url="https://hooks.example/flush?token=s3cr3t", undo="https://hooks.example/u"
                )
            },
            free_disk=("junk/*",),
        ),
        seen=diagnosis("cargo-crate-corrupt"),
        subject=Subject(branch="fix/\x1b[31mcolour", command=("make", "test")),
        processes=RecordedProcesses(),
        web=RecordedWeb(),
        environment={"HOME": str(home), "PATH": "/usr/bin:/bin"},
    )
    (found.root / "lock.txt").write_text("old")
    (found.root / "junk").mkdir()
    (found.root / "junk/old.bin").write_bytes(bytes(5000))
    return found


def steps(place: Site) -> Plan:
    names = ("retry-command", "cache-purge", "free-disk", "command", "http")
    return plan(
        *(
            [Step(strategy=name, arguments={"name": "own"} if name in {"command", "http"} else {})]
            for name in names
        ),
        subject=place.subject,
    )


def dry(folder: Path) -> Engine:
    return Engine(folder / "state", orphans=end_orphans, dry_run=True)


def test_nothing_at_all_is_changed(place: Site, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state/kept").write_text("state")
    (tmp_path / "scratch").mkdir()
    before = picture(tmp_path)
    engine = dry(tmp_path)
    outcome = engine.carry_out(steps(place), place)
    assert engine.finish(place) == ()
    assert isinstance(outcome, Rehearsed)
    assert picture(tmp_path) == before
    assert isinstance(place.processes, RecordedProcesses)
    assert isinstance(place.web, RecordedWeb)
    assert all(reads for _, reads in place.processes.calls)
    assert all(method in {"GET", "HEAD"} for method, _ in place.web.calls)


def test_what_was_rehearsed_is_what_would_be_done(place: Site, tmp_path: Path) -> None:
    """The same plan without the dry run does have an effect: the test above tests something."""
    before = picture(place.root)
    Engine(tmp_path / "state", orphans=end_orphans).carry_out(plan([own("own")]), place)
    assert picture(place.root) != before


def test_the_lines_name_branch_and_target_and_nothing_in_them_acts(place: Site, tmp_path: Path) -> None:
    told = dry(tmp_path).carry_out(steps(place), place)
    assert isinstance(told, Rehearsal)
    lines = told.lines()
    assert all(line.startswith("[DRY-RUN] fix/\\x1b[31mcolour: ") for line in lines)
    for target in (
        "make test",
        "the cache of cargo",
        "the disk of",
        "command → own",
        "https://hooks.example/flush",
    ):
        assert any(target in line for line in lines), target
    assert any("would delete" in line and "junk/old.bin" in line for line in lines)
    assert "nothing was changed" in lines[-1]
    assert not any("s3cr3t" in line or "\x1b" in line for line in lines)


def test_the_report_is_a_document(place: Site, tmp_path: Path) -> None:
    told = dry(tmp_path).rehearse(steps(place), place)
    document = json.loads(told.document())
    assert document["schema"] == "remediate/rehearsal/1"
    assert document["type"] == "rehearsed"
    assert [step["strategy"] for step in document["steps"]] == [
        "retry-command",
        "cache-purge",
        "free-disk",
        "command",
        "http",
    ]
    assert told.fit
    assert document["hash"] == steps(place).hash


def test_a_step_that_would_do_nothing_says_why(place: Site, tmp_path: Path) -> None:
    told = dry(tmp_path).rehearse(plan([own("unknown")], subject=place.subject), place)
    assert not told.fit
    assert any(
        "would do nothing: the configuration has no command `unknown`" in line for line in told.lines()
    )
