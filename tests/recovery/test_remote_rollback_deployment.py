"""The last good deployment comes back, is judged by its state and its health, and only ours is undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from remote_made import FakeGitHub, Kept, Killed, PageWeb, case_of, hub, place_of

from remediate.model.outcome import Done, Failed, Recovered, RollbackFailed, RolledBack
from remediate.model.plan import Step
from remediate.model.policy import DeploymentPolicy, Environment, Policy
from remediate.model.preview import Preview, Unfit
from remediate.recovery.remote import RemoteEngine
from remediate.recovery.remote_strategy import Place, Waiting
from remediate.recovery.strategies.rollback_deployment import RollbackDeployment

HEALTH = "https://shop.example/health"
POLICY = Policy(deployments={"live": DeploymentPolicy(health_url=HEALTH)})
STEP = Step(strategy="rollback-deployment")
RED = Failed(strategy="rollback-deployment", reason="unhealthy")
GOOD, OLD = "a" * 40, "9" * 40


def world(
    folder: Path, step: Step = STEP, policy: Policy = POLICY, **case: Any
) -> tuple[FakeGitHub, Place, Kept]:
    github = hub()
    run = github.add_run(event="deployment")
    github.add_deployment("live", OLD, "success")
    github.add_deployment("live", GOOD, "success")
    github.add_deployment("live", "b" * 40, "failure")
    github.add_deployment("live", run.commit, "failure")
    github.add_deployment("other", run.commit, "failure")
    made = msgspec.structs.replace(case_of(run, step), **case)
    return github, place_of(github, made, folder, policy, PageWeb(github)), Kept(made, github)


def carried(folder: Path, **more: Any) -> tuple[FakeGitHub, Place, Kept]:
    github, place, kept = world(folder, **more)
    case, outcome = RemoteEngine(kept).carry_out(place)
    assert isinstance(outcome, Recovered), outcome
    return github, msgspec.structs.replace(place, case=case), kept


@pytest.mark.parametrize("arguments", [{}, {"environment": "live"}])
def test_the_last_good_one_is_deployed_again(tmp_path: Path, arguments: dict[str, str]) -> None:
    github, place, _ = carried(tmp_path, step=Step(strategy=STEP.strategy, arguments=arguments))
    assert github.effects == [github.effects[0], f"deploy {GOOD} live"]
    assert github.kept == {place.case.snapshot: place.case.run.commit}
    assert github.calls.index("keep") < github.calls.index(f"deploy {GOOD} live")


@pytest.mark.parametrize(
    ("state", "health", "kind", "said"),
    [
        ("", 200, Waiting, "not begun"),
        ("queued", 200, Waiting, "queued"),
        ("in_progress", 200, Waiting, "in_progress"),
        ("success", 200, Done, "says 200"),
        ("success", 204, Done, "says 204"),
        ("success", 503, Failed, "says 503"),
        ("success", 302, Failed, "says 302"),
        ("success", None, Failed, "no answer within"),
        ("failure", 200, Failed, "failed"),
        ("error", 200, Failed, "failed"),
        ("inactive", 200, Failed, "replaced"),
    ],
)
def test_state_and_health_decide(
    tmp_path: Path, state: str, health: int | None, kind: type, said: str
) -> None:
    github, place, kept = carried(tmp_path)
    github.deployment_turns(github.deployed[-1].id, state)
    place.web.pages[HEALTH] = health  # type: ignore[attr-defined]
    _, seen = RemoteEngine(kept).look(place)
    assert isinstance(seen, kind)
    assert said in (seen.summary if isinstance(seen, Done) else seen.reason)


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [
        ("inactive", "success", Done),
        ("in_progress", "success", Done),
        ("in_progress", "failure", Failed),
        ("success", "in_progress", Waiting),
        ("success", "", Done),
        ("inactive", "inactive", Failed),
    ],
)
def test_the_deployment_that_the_answering_job_makes_itself_speaks_too(
    tmp_path: Path, ours: str, theirs: str, kind: type
) -> None:
    github, place, kept = carried(tmp_path)
    place.web.pages[HEALTH] = 200  # type: ignore[attr-defined]
    github.deployment_turns(github.deployed[-1].id, ours)
    github.add_deployment("live", GOOD, theirs)
    assert isinstance(RemoteEngine(kept).look(place)[1], kind)
    RemoteEngine(kept).undo(place, RED)
    assert github.effects[-1] == f"deploy {place.case.run.commit} live"


def test_killed_between_any_two_calls_it_is_deployed_once(tmp_path: Path) -> None:
    github, _, _ = carried(tmp_path)
    for death in range(1, len(github.calls) + 1):
        github, place, kept = world(tmp_path)
        github.die_at = death
        with pytest.raises(Killed):
            RemoteEngine(kept).carry_out(place)
        github.die_at = None
        _, outcome = RemoteEngine(kept).carry_out(msgspec.structs.replace(place, case=kept.case))
        assert isinstance(outcome, Recovered)
        assert github.effects.count(f"deploy {GOOD} live") == 1, death
        assert len(github.effects) == 2


def test_undone_it_deploys_the_one_before_once(tmp_path: Path) -> None:
    github, place, kept = carried(tmp_path)
    bad = place.case.run.commit
    start = len(github.calls)
    _, back = RemoteEngine(kept).undo(place, RED)
    assert isinstance(back, RolledBack)
    assert github.effects[-1] == f"deploy {bad} live"
    for death in range(start + 1, len(github.calls) + 1):
        github, place, kept = carried(tmp_path)
        github.die_at = death
        with pytest.raises(Killed):
            RemoteEngine(kept).undo(place, RED)
        github.die_at = None
        again = msgspec.structs.replace(place, case=kept.case)
        assert isinstance(RemoteEngine(kept).undo(again, RED)[1], RolledBack)
        assert github.effects.count(f"deploy {bad} live") == 1, death


def test_a_newer_deployment_of_someone_else_is_left_alone(tmp_path: Path) -> None:
    github, place, kept = carried(tmp_path)
    github.add_deployment("live", "c" * 40, "success")
    effects = list(github.effects)
    _, back = RemoteEngine(kept).undo(place, RED)
    assert isinstance(back, RolledBack)
    assert "newer deployment" in back.undone[0]
    assert github.effects == effects


def test_an_undo_that_the_platform_refuses_says_what_remains(tmp_path: Path) -> None:
    github, place, kept = carried(tmp_path)
    github.deploy_refused = "Conflict: red checks"
    _, back = RemoteEngine(kept).undo(place, RED)
    assert isinstance(back, RollbackFailed)
    assert back.remains == (
        f"rollback-deployment: live stays at {GOOD[:12]}, for the platform says: Conflict: red checks",
    )


def test_a_refusal_of_the_platform_is_a_failed_step(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path)
    github.deploy_refused = "Conflict"
    _, outcome = RemoteEngine(kept).carry_out(place)
    assert isinstance(outcome, RolledBack)
    assert "does not deploy to live: Conflict" in outcome.failure.reason


def offer(folder: Path, change: Any = None, **more: Any) -> Preview | Unfit:
    github, place, _ = world(folder, **more)
    if change:
        change(github)
    return RollbackDeployment().preview(more.get("step", STEP), place)


def keep_only(state: str) -> Any:
    def change(github: FakeGitHub) -> None:
        for each in github.deployed[:2]:
            github.deployment_turns(each.id, state)

    return change


UNFIT: dict[str, tuple[dict[str, Any], str]] = {
    "fork": ({"trusted": False}, "comes from a fork"),
    "not configured": ({"policy": Policy()}, "names no environment"),
    "unnamed": ({"step": Step(strategy=STEP.strategy, arguments={"environment": "moon"})}, "does not name"),
    "moved on": (
        {"change": lambda github: github.add_deployment("live", "c" * 40, "success")},
        "not what was",
    ),
    "never good": ({"change": keep_only("failure")}, "known to have gone well"),
    "doubtful": ({"change": keep_only("inactive")}, "known to have gone well"),
    "another run": ({"change": lambda github: github.deployed.clear()}, "not what was deployed last"),
}


@pytest.mark.parametrize("direction", ["forward", "back"])
def test_what_was_taken_back_once_is_no_good_one(tmp_path: Path, direction: str) -> None:
    github = hub()
    run = github.add_run(event="deployment")
    github.add_deployment("live", GOOD, "success")
    github.add_deployment("live", "b" * 40, "success")
    if direction == "forward":
        github.add_deployment("live", GOOD, "failure", payload="[remediate forward 9-1/0]")
    else:
        github.add_deployment("live", "b" * 40, "success", payload="[remediate back 9-1/0]")
    github.add_deployment("live", run.commit, "failure")
    place = place_of(github, case_of(run, STEP), tmp_path, POLICY, PageWeb(github))
    found = RollbackDeployment().preview(STEP, place)
    assert isinstance(found, Preview)
    assert found.changes[0].what == f"a deployment of {GOOD[:12]} to live"


def test_what_is_being_deployed_anew_is_left_alone(tmp_path: Path) -> None:
    github, place, _ = world(tmp_path)
    github.rerun_failed(place.case.run)
    found = RollbackDeployment().preview(STEP, place)
    assert isinstance(found, Unfit)
    assert "attempt 2" in found.reason


@pytest.mark.parametrize("name", UNFIT)
def test_where_nothing_is_to_be_taken_back_it_does_not_fit(tmp_path: Path, name: str) -> None:
    more, said = UNFIT[name]
    found = offer(tmp_path, **more)
    assert isinstance(found, Unfit)
    assert said in found.reason


@pytest.mark.parametrize(
    ("demands", "asks"),
    [(None, True), (Environment(approval=True), True), (Environment(approval=False), False)],
)
def test_the_environment_that_is_deployed_to_is_asked_for(
    tmp_path: Path, demands: Environment | None, asks: bool
) -> None:
    known = {"live": demands} if demands else {}
    found = offer(tmp_path, policy=msgspec.structs.replace(POLICY, environments=known))
    assert isinstance(found, Preview)
    assert bool(found.asks) == asks
    assert found.risk == "high"
