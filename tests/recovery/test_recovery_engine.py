"""The engine: all of a plan or nothing of it, with real programs."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec
import pytest
from recovery_made import NOW, StillClock, own, picture, plan, shell, site

from remediate.errors import Unreachable
from remediate.model.outcome import Done, Failed, Recovered, RollbackFailed, RolledBack, StepResult
from remediate.model.plan import Plan, Step
from remediate.model.policy import OwnCommand, Policy
from remediate.model.preview import Offer, Preview
from remediate.model.subject import Subject
from remediate.recovery.engine import Engine
from remediate.recovery.engine_forward import apart
from remediate.recovery.journal import journals
from remediate.recovery.strategies.registry import STRATEGIES, strategy_named
from remediate.recovery.strategy import Site, Strategy
from remediate.system.orphans import end_orphans


def engine(folder: Path, **more: object) -> Engine:
    return Engine(folder / "state", orphans=end_orphans, **more)  # type: ignore[arg-type]


def prepared(folder: Path, **commands: OwnCommand) -> Site:
    place = site(folder, policy=Policy(commands=commands))
    (place.root / "lock.txt").write_text("old")
    (place.root / "other.txt").write_text("other")
    return place


def test_everything_is_done_in_order_and_recorded(tmp_path: Path) -> None:
    place = prepared(
        tmp_path,
        one=shell("echo 1 >> order", "grep -q 1 order", touches=("order",)),
        two=shell("echo 2 >> order", "grep -q 2 order", touches=("order",)),
        three=shell("echo 3 >> order", "grep -q 3 order", touches=("order",)),
    )
    # Two steps of one group that touch the same path follow each other.
    outcome = engine(tmp_path).carry_out(plan([own("one"), own("two")], [own("three")]), place)
    assert isinstance(outcome, Recovered)
    assert len(outcome.results) == 3
    assert (place.root / "order").read_text() == "1\n2\n3\n"
    story = next(journals(tmp_path / "state/journal")).story
    assert story.ended is not None
    assert story.verified_all
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize("failing", ["run", "verify", "absent"])
def test_a_step_that_fails_undoes_everything(tmp_path: Path, failing: str) -> None:
    last = {
        "run": shell("echo broken; exit 3", "true"),
        "verify": shell("true", "exit 1", undo="true"),
        "absent": OwnCommand(run=("no-such-program-here",), verify=("true",)),
    }[failing]
    if failing == "run":
        last = msgspec.structs.replace(last, undo=("true",))
    place = prepared(
        tmp_path,
        file=shell("echo new > lock.txt; mkdir -p a; echo x > a/b", touches=("lock.txt", "a/b")),
        last=last,
    )
    before = picture(place.root)
    outcome = engine(tmp_path).carry_out(plan([own("file")], [own("last")]), place)
    assert isinstance(outcome, RolledBack), outcome
    assert picture(place.root) == before
    assert "lock.txt: as it was" in outcome.undone
    assert outcome.failure.reason
    if failing == "run":
        assert "exit status 3" in outcome.failure.reason
        assert outcome.failure.evidence == "broken"


def test_undone_in_the_opposite_order(tmp_path: Path) -> None:
    log = tmp_path / "log"
    steps = {
        name: shell(f"echo {name} >> {log}", "true", undo=f"echo -{name} >> {log}")
        for name in ("a", "b", "c")
    }
    steps["c"] = shell("exit 1", "true", undo=f"echo -c >> {log}")
    engine(tmp_path).carry_out(plan([own("a")], [own("b")], [own("c")]), prepared(tmp_path, **steps))
    assert log.read_text().split() == ["a", "b", "-c", "-b", "-a"]


def test_a_partial_rollback_says_exactly_what_remains(tmp_path: Path) -> None:
    place = prepared(
        tmp_path,
        file=shell("echo new > lock.txt", touches=("lock.txt",)),
        stuck=shell("true", "true", undo="echo cannot; exit 4"),
        irreversible=OwnCommand(run=("true",), verify=("true",)),
        bad=shell("exit 1", undo="true"),
    )
    steps = plan([own("file")], [own("stuck")], [own("irreversible")], [own("bad")])
    outcome = engine(tmp_path).carry_out(steps, place)
    assert isinstance(outcome, RollbackFailed)
    assert len(outcome.remains) == 2
    assert "exit status 4" in outcome.remains[1]
    assert "no undo" in outcome.remains[0]
    assert (place.root / "lock.txt").read_text() == "old"
    assert any("lock.txt" in line for line in outcome.undone)


def test_what_cannot_be_put_back_keeps_nothing_else_from_it(tmp_path: Path) -> None:
    place = prepared(
        tmp_path,
        both=shell(
            "echo n > lock.txt; rm other.txt; mkdir other.txt; exit 1", touches=("other.txt", "lock.txt")
        ),
    )
    outcome = engine(tmp_path).carry_out(plan([own("both")]), place)
    assert isinstance(outcome, RollbackFailed)
    assert (place.root / "lock.txt").read_text() == "old"
    assert "other.txt" in outcome.remains[0]
    assert "is kept" in outcome.remains[0]


def test_steps_of_a_group_go_side_by_side(tmp_path: Path) -> None:
    # Each waits for the other: one after the other they would never end.
    meet = (
        "touch {0}; n=0; while [ ! -e {1} ] && [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done; test -e {1}"
    )
    place = prepared(
        tmp_path,
        one=shell(meet.format(tmp_path / "1", tmp_path / "2"), touches=("x",)),
        two=shell(meet.format(tmp_path / "2", tmp_path / "1"), touches=("y",)),
    )
    assert isinstance(engine(tmp_path).carry_out(plan([own("one"), own("two")]), place), Recovered)


def test_steps_that_meet_are_kept_apart() -> None:
    touches = [("a",), ("b",), ("a/c",), ("d",), ()]
    assert list(apart(range(5), touches)) == [(0, 1), (2, 3, 4)]


def test_the_time_for_all_is_bounded_by_the_outside_clock(tmp_path: Path) -> None:
    class Slow:
        name = "slow"

        def preview(self, step: Step, site: Site) -> Offer:
            return Preview(strategy="slow", target="time", changes=())

        def apply(self, step: Step, site: Site) -> StepResult:
            site.clock.sleep(200)
            return Done(strategy="slow", summary="late")

        verify = undo = lambda self, step, site: Done(strategy="slow", summary="ok")

    place = site(tmp_path, clock=StillClock())
    slow = Step(strategy="slow")
    outcome = engine(tmp_path, named=lambda name: Slow()).carry_out(plan([slow], [slow], [slow]), place)
    assert isinstance(outcome, RolledBack)
    assert "time" in outcome.failure.reason
    assert place.clock.now() == NOW + 400


def test_a_program_is_given_no_more_than_what_is_left(tmp_path: Path) -> None:
    place = site(tmp_path, policy=Policy(recovery_timeout=1.0, commands={"hangs": shell("sleep 60")}))
    outcome = engine(tmp_path).carry_out(plan([own("hangs")]), place)
    assert isinstance(outcome, RollbackFailed)  # it names neither an undo nor a path
    assert "stopped after" in outcome.failure.reason


def test_an_unfit_plan_does_nothing(tmp_path: Path) -> None:
    place = prepared(tmp_path)
    outcome = engine(tmp_path).carry_out(plan([own("unknown")]), place)
    assert isinstance(outcome, RolledBack)
    assert "no command `unknown`" in outcome.failure.reason
    assert list(journals(tmp_path / "state/journal")) == []


def test_a_path_outside_stops_everything_before_the_first_effect(tmp_path: Path) -> None:
    place = prepared(tmp_path, out=shell("echo x > ../out", touches=("../out",)))
    outcome = engine(tmp_path).carry_out(plan([own("out")]), place)
    assert isinstance(outcome, RolledBack)
    assert not (tmp_path / "out").exists()


def test_a_bug_in_a_strategy_is_undone_and_still_a_bug(tmp_path: Path) -> None:
    class Broken:
        name = "broken"

        def preview(self, step: Step, site: Site) -> Offer:
            return Preview(strategy="broken", target="x", changes=(), touches=("lock.txt",))

        def apply(self, step: Step, site: Site) -> StepResult:
            (site.root / "lock.txt").write_text("half")
            raise ZeroDivisionError

        verify = undo = lambda self, step, site: Done(strategy="broken", summary="ok")

    place = prepared(tmp_path)
    with pytest.raises(ZeroDivisionError):
        engine(tmp_path, named=lambda name: Broken()).carry_out(plan([Step(strategy="broken")]), place)
    assert (place.root / "lock.txt").read_text() == "old"
    assert engine(tmp_path).finish(place) == ()


def test_an_unreadable_journal_refuses_before_anything(tmp_path: Path) -> None:
    place = prepared(tmp_path, one=shell("touch done"))
    folder = tmp_path / "state/journal"
    folder.mkdir(parents=True)
    (folder / "20260101T000000-00000001.jsonl").write_text("what is this\n")
    for ask in (
        lambda: engine(tmp_path).carry_out(plan([own("one")]), place),
        lambda: engine(tmp_path).finish(place),
    ):
        with pytest.raises(Unreachable, match="line 1"):
            ask()
    assert not (place.root / "done").exists()


def test_one_recovery_at_a_time(tmp_path: Path) -> None:
    place = prepared(
        tmp_path, slow=shell(f"touch {tmp_path}/begun; sleep 1; echo x >> lock.txt", touches=("lock.txt",))
    )
    first = threading.Thread(target=lambda: engine(tmp_path).carry_out(plan([own("slow")]), place))
    first.start()
    while not (tmp_path / "begun").exists():
        pass
    # A live recovery is not a dead one: it is neither undone nor joined.
    outcome = engine(tmp_path).carry_out(plan([own("slow")]), place)
    first.join()
    assert isinstance(outcome, Recovered)
    assert (place.root / "lock.txt").read_text() == "oldx\nx\n"


def interrupted(folder: Path, subject: Subject | None = None) -> tuple[Site, Plan]:
    """A recovery that died between its two steps, the first of which wrote lock.txt."""
    place = prepared(folder, file=shell("echo new > lock.txt", touches=("lock.txt",)), dies=shell("true"))
    steps = plan([own("file")], [own("dies")], subject=subject)

    def named(name: str) -> Strategy:
        return strategy_named(name)

    one = engine(folder, named=named)
    one.carry_out(steps, place)
    journal = next(journals(folder / "state/journal"))
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join(lines[:5]))  # began, snapshot, intent, result, verified
    return place, steps


def test_an_unfinished_recovery_is_undone_once(tmp_path: Path) -> None:
    place, _ = interrupted(tmp_path)
    with pytest.raises(Unreachable, match="not finished"):
        engine(tmp_path).carry_out(plan([own("dies")]), place)
    (end,) = engine(tmp_path).finish(place)
    assert isinstance(end.outcome, RolledBack)
    assert (place.root / "lock.txt").read_text() == "old"
    assert engine(tmp_path).finish(place) == ()


def test_a_file_that_someone_changed_since_is_left_alone(tmp_path: Path) -> None:
    place, _ = interrupted(tmp_path)
    (place.root / "lock.txt").write_text("by a person, afterwards")
    (end,) = engine(tmp_path).finish(place)
    assert isinstance(end.outcome, RollbackFailed)
    assert "changed after the recovery" in end.outcome.remains[0]
    assert (place.root / "lock.txt").read_text() == "by a person, afterwards"


def test_a_folder_at_another_commit_is_left_alone(tmp_path: Path) -> None:
    place, _ = interrupted(tmp_path, Subject(branch="main", commit="a" * 40))
    place = msgspec.structs.replace(place, subject=Subject(branch="main", commit="b" * 40))
    (end,) = engine(tmp_path).finish(place)
    assert isinstance(end.outcome, RollbackFailed)
    assert (place.root / "lock.txt").read_text() == "new\n"
    assert "bbbb" in end.outcome.remains[0]


def test_the_recovery_of_another_folder_is_left_to_it(tmp_path: Path) -> None:
    interrupted(tmp_path)
    other = site(tmp_path / "other")
    assert engine(tmp_path).finish(other) == ()


def test_every_strategy_of_the_registry_is_one(tmp_path: Path) -> None:
    for name in STRATEGIES:
        found = strategy_named(name)
        assert found.name == name
        for verb in ("preview", "apply", "verify", "undo"):
            assert callable(getattr(found, verb))


def test_a_journal_can_be_written_on_a_disk_that_fills_up(tiny: Path, tmp_path: Path) -> None:
    place = site(tmp_path, policy=Policy(commands={"one": shell("true")}))
    one = Engine(tiny / "state", orphans=end_orphans)
    assert isinstance(one.carry_out(plan([own("one")]), place), Recovered)
    with (tiny / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            pass
    assert isinstance(one.carry_out(plan([own("one")]), place), Recovered)


def test_a_full_disk_without_room_does_nothing(tiny: Path, tmp_path: Path) -> None:
    place = site(tmp_path, policy=Policy(commands={"one": shell("touch done")}))
    with (tiny / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            pass
    with pytest.raises(Unreachable):
        Engine(tiny / "state", orphans=end_orphans).carry_out(plan([own("one")]), place)
    assert not (place.root / "done").exists()


def test_failed_is_a_value() -> None:
    assert Failed(strategy="x", reason="y").evidence == ""
