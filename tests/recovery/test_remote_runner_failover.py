"""Another runner is chosen by a variable that the workflow reads, and the former value comes back."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from remote_made import FakeGitHub, Kept, Killed, case_of, hub, place_of

from remediate.model.outcome import Failed, Recovered, RolledBack
from remediate.model.plan import Step
from remediate.model.policy import Policy
from remediate.model.preview import Preview, Unfit
from remediate.recovery.remote import RemoteEngine
from remediate.recovery.remote_strategy import Place
from remediate.recovery.strategies.runner_failover import RunnerFailover

STEP = Step(strategy="runner-failover")
POLICY = Policy(runner_variable="RUNNER", runner_fallback="ubuntu-latest")
READS = b"jobs: {build: {runs-on: '${{ vars.RUNNER || fromJSON(x) }}'}}"
RED = Failed(strategy="rerun", reason="red again")


def world(
    folder: Path, former: str | None = "big", text: bytes | None = READS, policy: Policy = POLICY
) -> tuple[FakeGitHub, Place, Kept]:
    github = hub()
    run = github.add_run()
    if former is not None:
        github.variables["RUNNER"] = former
    if text is not None:
        github.files[run.workflow, run.commit] = text
    github.on_rerun = lambda _run: "success"
    case = case_of(run, "runner-failover", "rerun")
    return github, place_of(github, case, folder, policy), Kept(case, github)


@pytest.mark.parametrize("former", ["big", None])
def test_the_variable_is_changed_before_the_rerun_and_comes_back(tmp_path: Path, former: str | None) -> None:
    github, place, kept = world(tmp_path, former)
    before = dict(github.variables)
    case, outcome = RemoteEngine(kept).carry_out(place)
    assert isinstance(outcome, Recovered)
    assert github.effects[0] == "set_variable RUNNER ubuntu-latest"
    assert github.effects[1].startswith("rerun")
    assert f"set it back to {'`big`' if former else 'unset'}" in outcome.results[0].summary
    _, back = RemoteEngine(kept).undo(msgspec.structs.replace(place, case=case), RED)
    assert isinstance(back, RolledBack)
    assert github.variables == before


def test_a_value_that_someone_set_since_is_left_alone(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path)
    case, _ = RemoteEngine(kept).carry_out(place)
    github.variables["RUNNER"] = "huge"
    _, back = RemoteEngine(kept).undo(msgspec.structs.replace(place, case=case), RED)
    assert isinstance(back, RolledBack)
    assert "someone has set RUNNER since" in back.undone[1]
    assert github.variables == {"RUNNER": "huge"}


@pytest.mark.parametrize("former", ["big", None])
def test_killed_between_any_two_calls_the_former_value_is_known(tmp_path: Path, former: str | None) -> None:
    github, place, kept = world(tmp_path, former)
    RemoteEngine(kept).carry_out(place)
    for death in range(1, len(github.calls) + 1):
        github, place, kept = world(tmp_path, former)
        before = dict(github.variables)
        github.die_at = death
        with pytest.raises(Killed):
            RemoteEngine(kept).carry_out(place)
        github.die_at = None
        case, outcome = RemoteEngine(kept).carry_out(msgspec.structs.replace(place, case=kept.case))
        assert isinstance(outcome, Recovered)
        assert len(github.effects) == 2
        assert f"set it back to {'`big`' if former else 'unset'}" in outcome.results[0].summary
        RemoteEngine(kept).undo(msgspec.structs.replace(place, case=case), RED)
        assert github.variables == before


UNFIT = {
    "not configured": ({"policy": Policy()}, "`runner-variable` and `runner-fallback`"),
    "half configured": ({"policy": Policy(runner_variable="RUNNER")}, "both needed"),
    "no such workflow": ({"text": None}, "cannot be read"),
    "another variable": ({"text": b"runs-on: ${{ vars.RUNNERS }}"}, "does not read vars.RUNNER"),
    "already there": ({"former": "ubuntu-latest"}, "already"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_where_it_would_move_nothing_it_does_not_fit(tmp_path: Path, name: str) -> None:
    given, said = UNFIT[name]
    github, place, _ = world(tmp_path, **given)  # type: ignore[arg-type]
    offer = RunnerFailover().preview(STEP, place)
    assert isinstance(offer, Unfit)
    assert said in offer.reason
    assert github.effects == []


@pytest.mark.parametrize("text", [b"${{vars.runner}}", b"${{ vars['RUNNER'] }}", b"${{ vars [ 'RUNNER' ] }}"])
def test_every_way_to_read_the_variable_is_known(tmp_path: Path, text: bytes) -> None:
    _, place, _ = world(tmp_path, text=text)
    offer = RunnerFailover().preview(STEP, place)
    assert isinstance(offer, Preview)
    assert offer.changes[0].detail == "`big` → ubuntu-latest"


def test_a_value_that_someone_set_while_ours_was_begun_is_left_alone(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path)
    github.die_at = 1 + next(n for n, call in enumerate(github_calls(tmp_path)) if call.startswith("set_v"))
    with pytest.raises(Killed):
        RemoteEngine(kept).carry_out(place)
    github.die_at = None
    github.variables["RUNNER"] = "huge"
    _, outcome = RemoteEngine(kept).carry_out(msgspec.structs.replace(place, case=kept.case))
    assert isinstance(outcome, RolledBack)
    assert "someone has set RUNNER" in outcome.failure.reason
    assert github.variables == {"RUNNER": "huge"}


def github_calls(folder: Path) -> list[str]:
    """What a whole recovery asks of the platform, in its order."""
    github, place, kept = world(folder)
    RemoteEngine(kept).carry_out(place)
    return github.calls
