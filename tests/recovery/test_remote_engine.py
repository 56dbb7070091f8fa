"""A plan on a platform is carried out once, whenever its process dies, or taken back to the last deed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from remote_made import FakeGitHub, Kept, Killed, case_of, hub, place_of

from remediate.errors import Unreachable
from remediate.model.case import Case, Deed
from remediate.model.outcome import Done, Failed, Outcome, Recovered, RollbackFailed, RolledBack, StepResult
from remediate.model.plan import Step
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.recovery.rehearsal import Rehearsal
from remediate.recovery.remote import RemoteEngine
from remediate.recovery.remote_strategy import Note, Place, RemoteStrategy, Seen, Waiting
from remediate.recovery.strategies.remote_registry import REMOTE_STRATEGIES, SNAPSHOT_FIRST


class Flag:
    """Sets a variable of the repository; its argument says what goes wrong."""

    name = "flag"

    def preview(self, step: Step, place: Place) -> Offer:
        if step.arguments.get("wrong") == "unfit":
            return Unfit(strategy=self.name, reason="nothing to set")
        change = Change(verb="set", what=step.arguments["name"])
        return Preview(strategy=self.name, target="a variable", changes=(change,))

    def apply(self, step: Step, place: Place, deed: Deed, note: Note) -> StepResult:
        name, platform = step.arguments["name"], place.platform
        assert list(place.folder.iterdir()) == []
        (place.folder / "scratch").write_text("mine")
        if "former" not in deed.trace:
            note({"former": platform.variable(name) or ""})
        if step.arguments.get("wrong") == "early":
            return Failed(strategy=self.name, reason="refused at once")
        if platform.variable(name) != "on":
            platform.set_variable(name, "on")
        if step.arguments.get("wrong") == "late":
            return Failed(strategy=self.name, reason="set, and then refused")
        return Done(strategy=self.name, summary=f"{name} is on")

    def look(self, step: Step, place: Place, deed: Deed) -> Seen:
        match step.arguments.get("seen"):
            case "failed":
                return Failed(strategy=self.name, reason="as broken as before")
            case str(due):
                return Waiting(strategy=self.name, reason="not yet", due=float(due))
        return Done(strategy=self.name, summary="it works")

    def undo(self, step: Step, place: Place, deed: Deed) -> StepResult:
        if step.arguments.get("wrong") == "for ever":
            return Failed(strategy=self.name, reason="stays on")
        if "former" in deed.trace:
            place.platform.set_variable(step.arguments["name"], deed.trace["former"] or None)
        return Done(strategy=self.name, summary="off again")


def flag(name: str, **arguments: str) -> Step:
    return Step(strategy="flag", arguments={"name": name, **arguments})


def named(_name: str) -> RemoteStrategy:
    return Flag()


def world(folder: Path, *steps: Step) -> tuple[FakeGitHub, Place, Kept]:
    github = hub()
    case = case_of(github.add_run(), *steps)
    return github, place_of(github, case, folder), Kept(case, github)


def carry(place: Place, kept: Kept) -> tuple[Case, Outcome]:
    return RemoteEngine(kept, named).carry_out(place)


ONE, TWO, THREE = flag("ONE"), flag("TWO"), flag("THREE")


def test_all_steps_are_done_in_order_and_written_down(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, ONE, TWO)
    case, outcome = carry(place, kept)
    assert isinstance(outcome, Recovered)
    assert [done.summary for done in outcome.results] == ["ONE is on", "TWO is on"]
    assert github.effects == ["set_variable ONE on", "set_variable TWO on"]
    assert case == kept.case
    assert case.phase == "proving"
    assert [(deed.step, deed.strategy, deed.trace) for deed in case.deeds] == [
        (0, "flag", {"former": ""}),
        (1, "flag", {"former": ""}),
    ]


def test_the_intent_is_durable_before_the_effect(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, ONE)
    carry(place, kept)
    assert github.calls.index("keep") < github.calls.index("set_variable ONE")
    github, place, kept = world(tmp_path, ONE)
    github.die_at = github.calls.index("keep") + 1 if "keep" in github.calls else 2
    with pytest.raises(Killed):
        carry(place, kept)
    assert kept.case.phase == "acting"
    assert kept.case.deeds[0].result is None


def test_an_unfit_step_stops_everything_before_it_begins(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, ONE, flag("TWO", wrong="unfit"))
    case, outcome = carry(place, kept)
    assert isinstance(outcome, RolledBack)
    assert outcome.failure.reason == "nothing to set"
    assert (case.deeds, github.effects, kept.times) == ((), [], 0)


def test_a_strategy_that_is_none_here_is_unfit(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, Step(strategy="rerun"), Step(strategy="free-disk"))
    _, outcome = RemoteEngine(kept).carry_out(place)
    assert isinstance(outcome, RolledBack)
    assert "does nothing on a platform" in outcome.failure.reason
    assert github.effects == []


@pytest.mark.parametrize("wrong", ["early", "late"])
def test_a_failing_step_takes_the_done_ones_back_newest_first(tmp_path: Path, wrong: str) -> None:
    github, place, kept = world(tmp_path, ONE, TWO, flag("THREE", wrong=wrong))
    case, outcome = carry(place, kept)
    assert isinstance(outcome, RolledBack)
    assert "refused" in outcome.failure.reason
    assert outcome.undone == ("flag: off again",) * 3
    assert github.variables == {}
    back = [effect for effect in github.effects if effect.endswith("None")]
    assert back == [f"set_variable {name} None" for name in ("THREE", "TWO", "ONE")][-len(back) :]
    assert all(deed.undone for deed in kept.case.deeds)
    assert case == kept.case


def test_a_partial_rollback_says_what_remains(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, flag("ONE", wrong="for ever"), TWO, flag("THREE", wrong="late"))
    _, outcome = carry(place, kept)
    assert isinstance(outcome, RollbackFailed)
    assert outcome.remains == ("flag: stays on",)
    assert outcome.undone == ("flag: off again", "flag: off again")
    assert github.variables == {"ONE": "on"}


PLANS = {
    "all well": (ONE, TWO, THREE),
    "the last fails": (ONE, TWO, flag("THREE", wrong="late")),
    "the first fails": (flag("ONE", wrong="early"), TWO),
    "one stays": (flag("ONE", wrong="for ever"), flag("TWO", wrong="late")),
}


@pytest.mark.parametrize("name", PLANS)
def test_killed_between_any_two_calls_it_ends_as_if_it_had_not_been(tmp_path: Path, name: str) -> None:
    github, place, kept = world(tmp_path, *PLANS[name])
    _, whole = carry(place, kept)
    effects, deeds, calls = github.effects, kept.case.deeds, len(github.calls)
    assert calls >= 6
    for death in range(1, calls + 1):
        github, place, kept = world(tmp_path, *PLANS[name])
        github.die_at = death
        with pytest.raises(Killed):
            carry(place, kept)
        github.die_at = None
        again = msgspec.structs.replace(place, case=kept.case)
        assert carry(again, kept)[1] == whole, death
        assert github.effects == effects, death
        assert [(d.result, d.undone) for d in kept.case.deeds] == [(d.result, d.undone) for d in deeds], death
        # And whoever comes after that finds nothing more to do.
        assert carry(msgspec.structs.replace(place, case=kept.case), kept)[1] == whole
        assert github.effects == effects


def test_killed_again_and_again_it_still_ends(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, *PLANS["the last fails"])
    for _ in range(50):
        github.die_at = len(github.calls) + 4
        try:
            _, outcome = carry(msgspec.structs.replace(place, case=kept.case), kept)
        except Killed:
            continue
        break
    assert isinstance(outcome, RolledBack)
    assert github.variables == {}


def test_killed_in_an_undo_it_is_finished_with_the_same_reason(tmp_path: Path) -> None:
    def undone(place: Place, kept: Kept, why: str) -> Outcome:
        return RemoteEngine(kept, named).undo(place, Failed(strategy="flag", reason=why))[1]

    github, place, kept = world(tmp_path, ONE, TWO)
    case, _ = carry(place, kept)
    before = len(github.calls)
    whole = undone(msgspec.structs.replace(place, case=case), kept, "red again")
    for death in range(before + 2, len(github.calls) + 1):
        github, place, kept = world(tmp_path, ONE, TWO)
        case, _ = carry(place, kept)
        github.die_at = death
        with pytest.raises(Killed):
            undone(msgspec.structs.replace(place, case=case), kept, "red again")
        github.die_at = None
        again = msgspec.structs.replace(place, case=kept.case)
        # Once it is begun nobody may call it healed.
        assert isinstance(RemoteEngine(kept, named).look(again)[1], Failed)
        assert carry(again, kept)[1] == whole
        assert github.variables == {}
    assert isinstance(whole, RolledBack)
    assert whole.failure.reason == "red again"


def test_a_platform_out_of_reach_leaves_the_deed_to_the_next_run(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, ONE)
    github.unreachable["set_variable"] = "503"
    with pytest.raises(Unreachable):
        carry(place, kept)
    assert kept.case.deeds[0].result is None
    github.unreachable.clear()
    _, outcome = carry(msgspec.structs.replace(place, case=kept.case), kept)
    assert isinstance(outcome, Recovered)
    assert github.effects == ["set_variable ONE on"]


def test_a_file_that_cannot_be_written_is_a_failed_step(tmp_path: Path) -> None:
    class Full(Flag):
        def apply(self, step: Step, place: Place, deed: Deed, note: Note) -> StepResult:
            raise OSError(28, "No space left on device", "lock.json")

    _, place, kept = world(tmp_path, ONE)
    _, outcome = RemoteEngine(kept, lambda _name: Full()).carry_out(place)
    assert isinstance(outcome, RolledBack)
    assert outcome.failure.reason == "lock.json: No space left on device"


@pytest.mark.parametrize(
    ("seen", "kind", "due"),
    [
        (("", ""), Done, 0.0),
        (("", "30"), Waiting, 30.0),
        (("90", "30"), Waiting, 30.0),
        (("failed", "30"), Failed, 0.0),
        (("30", "failed"), Failed, 0.0),
    ],
)
def test_looking_is_as_good_as_its_worst_step(
    tmp_path: Path, seen: tuple[str, str], kind: type, due: float
) -> None:
    steps = [flag(name, **({"seen": each} if each else {})) for name, each in zip("AB", seen, strict=True)]
    _, place, kept = world(tmp_path, *steps)
    case, _ = carry(place, kept)
    case, found = RemoteEngine(kept, named).look(msgspec.structs.replace(place, case=case))
    assert isinstance(found, kind)
    assert case.due == due


def test_a_dry_run_tells_and_changes_nothing(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, ONE, TWO)
    case, outcome = RemoteEngine(kept, named, dry_run=True).carry_out(place)
    assert isinstance(outcome, Rehearsal)
    assert any("would set ONE" in line for line in outcome.lines())
    assert all(line.startswith("[DRY-RUN] ") for line in outcome.lines())
    assert (case, github.effects, kept.times) == (place.case, [], 0)
    assert not [call for call in github.calls if call.startswith("set")]


def test_only_what_changes_code_or_deployments_takes_a_snapshot_first(tmp_path: Path) -> None:
    for strategy in ("flag", *SNAPSHOT_FIRST):
        github = hub()
        step = Step(strategy=strategy, arguments={"name": "ONE"})
        case = case_of(github.add_run(), step, step)
        kept = Kept(case, github)
        case, _ = RemoteEngine(kept, named).carry_out(place_of(github, case, tmp_path))
        if strategy == "flag":
            assert (case.snapshot, github.kept) == ("", {})
            continue
        assert github.kept == {case.snapshot: case.run.commit}
        assert case.snapshot.endswith(case.key)
        assert github.calls.index("set_variable ONE") > next(
            place for place, call in enumerate(github.calls) if call.startswith("snapshot")
        )


def test_every_remote_strategy_is_one() -> None:
    assert set(REMOTE_STRATEGIES) >= SNAPSHOT_FIRST
