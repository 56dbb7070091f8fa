"""A repair goes out once, whenever the process dies; it is judged by what failed, and taken back whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from box.git_host import GitHost
from lockfile_pull_made import (
    TOKEN,
    Kept,
    World,
    diagnosis,
    npm_lock,
    out_of_step,
    served_host,  # noqa: F401 - a fixture
)
from remote_made import Killed

from remediate.errors import Unreachable
from remediate.model.actions import CheckState
from remediate.model.case import Case
from remediate.model.diagnosis import Evidence
from remediate.model.outcome import Done, Failed, Recovered, RolledBack
from remediate.model.preview import Preview, Unfit
from remediate.recovery.remote import RemoteEngine
from remediate.recovery.remote_strategy import RemoteStrategy, Seen, Waiting
from remediate.recovery.strategies.lockfile_pull import LockfilePull


def named(_name: str) -> RemoteStrategy:
    return LockfilePull()


def offered(world: World, case: Case) -> Preview | Unfit:
    return LockfilePull().preview(case.plan.steps[0], world.place(case))  # type: ignore[union-attr]


def looked(world: World, case: Case) -> Seen:
    return LockfilePull().look(case.plan.steps[0], world.place(case), world.deed())  # type: ignore[union-attr]


def undone(world: World, case: Case) -> Done | Failed:
    return LockfilePull().undo(case.plan.steps[0], world.place(case), world.deed())  # type: ignore[union-attr]


def proposed(folder: Path, host: GitHost, **run: Any) -> tuple[World, Case]:
    """A world with the pull request open."""
    world = out_of_step(folder, host)
    case = world.failed(**run)
    world.write(case)
    assert isinstance(world.publish(case), Done)
    return world, case


def checks(world: World, commit: str, *found: tuple[str, str], run: int = 0) -> None:
    world.github.states[commit] = tuple(
        CheckState(name=name, status="completed" if end else "queued", conclusion=end, run=run)
        for name, end in found
    )


def test_a_death_at_any_call_leaves_one_branch_and_one_pull_request(tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    case = world.failed()
    world.write(case)
    kept, deaths = Kept(case, world.github), 0
    for at in range(1, 60):
        kept.case = case
        world.github.calls.clear()
        world.github.die_at = at
        try:
            RemoteEngine(kept, named).carry_out(world.place(kept.case))
        except Killed:
            deaths += 1
            world.github.calls.clear()
            world.github.die_at = None
            ended, outcome = RemoteEngine(kept, named).carry_out(world.place(kept.case))
            assert isinstance(outcome, Recovered), outcome
        else:
            break
        branch = f"remediate/lockfile-{case.run.commit[:12]}"
        assert ended.deeds[0].trace["commit"] == world.github.branches[branch]
        assert [pull.state for pull in world.github.pull_requests] == ["open"]
        world.github.pull_requests.clear()
        del world.github.branches[branch]
    assert deaths > 8


def test_a_second_call_finds_it_done(tmp_path: Path, host: GitHost) -> None:
    world, case = proposed(tmp_path, host)
    again = world.publish(case, world.deed())
    assert isinstance(again, Done)
    assert len(world.github.pull_requests) == 1
    assert world.kept["pull"] == "1"


def test_all_runs_that_fail_on_a_commit_share_a_pull_request(tmp_path: Path, host: GitHost) -> None:
    world, first = proposed(tmp_path, host)
    commit = world.kept["commit"]
    world.kept.clear()
    second = world.failed(workflow=".github/workflows/docs.yml", name="docs")
    world.write(second)
    assert isinstance(offered(world, second), Preview)
    assert isinstance(world.publish(second), Done)
    assert world.kept["commit"] == commit
    assert len(world.github.pull_requests) == 1
    assert first.key != second.key
    world.github.close_pull(1)
    third = world.failed(attempt=2)
    world.write(third)
    assert isinstance(offered(world, third), Unfit)
    assert "declined" in _fails(world.publish(third))


def test_a_repair_made_again_is_the_same_commit(tmp_path: Path, host: GitHost) -> None:
    world, case = proposed(tmp_path, host)
    world.github.pull_requests.clear()
    first = dict(world.kept)
    assert isinstance(world.publish(case), Done)
    assert world.kept["commit"] == first["commit"]


@pytest.mark.parametrize("at", ["during", "before", "after", "answer"])
def test_a_push_without_an_answer_is_looked_up(at: Any, tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    case = world.failed()
    world.write(case)
    host.mischief.cut(at, service="git-receive-pack")
    with pytest.raises(Unreachable):
        world.publish(case)
    assert TOKEN not in str(world.kept)
    assert isinstance(world.publish(case, world.deed()), Done)
    assert world.changed(f"remediate/lockfile-{case.run.commit[:12]}") == {"package-lock.json": "100644"}


def test_a_branch_of_someone_else_is_left_alone(tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    case = world.failed()
    world.write(case)
    branch = f"remediate/lockfile-{case.run.commit[:12]}"
    world.github.branches[branch] = foreign = world.github.branches["main"]
    result = world.publish(case)
    assert isinstance(result, Failed)
    assert "not ours" in result.reason
    assert isinstance(undone(world, case), Done)
    assert world.github.branches[branch] == foreign


def test_a_branch_that_comes_up_meanwhile_is_left_alone(
    tmp_path: Path, host: GitHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plain push would move it on, for our commit follows that one."""
    world = out_of_step(tmp_path, host)
    case = world.failed()
    world.write(case)
    branch = f"remediate/lockfile-{case.run.commit[:12]}"
    foreign = world.github.branches["main"]
    ask = world.github.head_of

    def old(name: str) -> str | None:
        found = ask(name)
        if name != branch or branch in world.github.branches:
            return found
        world.github.branches[branch] = foreign
        return None

    monkeypatch.setattr(world.github, "head_of", old)
    result = world.publish(case)
    assert isinstance(result, Failed)
    assert "cannot be pushed" in result.reason
    assert world.github.branches[branch] == foreign
    assert isinstance(undone(world, case), Done)
    assert world.github.branches[branch] == foreign


def test_what_the_server_says_against_a_push_is_told(tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    case = world.failed()
    world.write(case)
    host.protect("octo/shop", "remediate/*", "Creations of remediate/* are not for you.")
    result = world.publish(case)
    assert isinstance(result, Failed)
    assert "Creations of remediate/* are not for you." in result.reason
    assert isinstance(undone(world, case), Done)


def test_a_pull_request_that_cannot_be_opened_takes_its_branch_along(tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    case = world.failed()
    world.write(case)
    world.github.pull_refused = "GitHub Actions is not permitted to create or approve pull requests."
    kept = Kept(case, world.github)
    _, outcome = RemoteEngine(kept, named).carry_out(world.place(case))
    assert isinstance(outcome, RolledBack)
    assert "not permitted to create" in outcome.failure.reason
    assert world.untouched()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"trusted": False}, "not from a branch of this repository"),
        ({"home": "mallory/shop"}, "not from a branch of this repository"),
        ({"home": ""}, "not from a branch of this repository"),
        ({"branch": "remediate/lockfile-7-1"}, "a repair of ours that failed"),
        ({"branch": "gone"}, "is gone"),
        ({"commit": "f" * 40}, "has moved on"),
    ],
)
def test_not_for_every_run(change: dict[str, Any], words: str, tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    case = world.failed(**{name: value for name, value in change.items() if name != "trusted"})
    case = msgspec.structs.replace(case, trusted=change.get("trusted", True))
    offer = offered(world, case)
    assert isinstance(offer, Unfit)
    assert words in offer.reason
    world.write(case)
    assert isinstance(world.publish(case), Failed)
    assert world.untouched()
    # Nothing was fetched, let alone with a token.
    assert host.requests == []


def test_a_person_is_asked_where_code_may_run(tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    (world.workspace / "package-lock.json").write_text("{ nothing")
    git_less = world.workspace / ".git"
    git_less.rename(tmp_path / "old.git")
    world.github.branches.pop("main")
    world.push()
    case = world.failed()
    offer = offered(world, case)
    assert isinstance(offer, Preview)
    assert "chosen anew" in offer.asks
    assert offer.risk == "high"


def test_declined_stays_declined(tmp_path: Path, host: GitHost) -> None:
    world, case = proposed(tmp_path, host)
    world.github.close_pull(1)
    seen = looked(world, case)
    assert isinstance(seen, Failed)
    assert "declined" in seen.reason
    assert isinstance(world.publish(case, world.deed()), Failed)
    assert isinstance(offered(world, case), Unfit)


def test_proof(tmp_path: Path, host: GitHost) -> None:
    world, case = proposed(tmp_path, host)
    ours = world.kept["commit"]
    checks(world, case.run.commit, ("build", "failure"), ("test", "skipped"), run=case.run.id)
    assert "starts none" in _waits(looked(world, case))
    checks(world, ours, ("licence", "success"))
    assert "starts none" in _waits(looked(world, case))
    checks(world, ours, ("build", "action_required"), run=7)
    assert "approve" in _waits(looked(world, case))
    checks(world, ours, ("build", ""), ("licence", "success"), run=7)
    assert "not ended" in _waits(looked(world, case))
    checks(world, ours, ("build", "failure"), run=7)
    assert _fails(looked(world, case)) == "build is red on pull request #1"
    checks(world, ours, ("build", "success"), ("test", "timed_out"), run=7)
    assert "was not red before" in _fails(looked(world, case))
    checks(world, ours, ("build", "success"), ("test", "success"), run=7)
    seen = looked(world, case)
    assert isinstance(seen, Done)
    assert "healed once it is merged" in seen.summary


@pytest.mark.parametrize("conclusion", ["skipped", "neutral"])
def test_what_did_not_run_again_proves_nothing(tmp_path: Path, host: GitHost, conclusion: str) -> None:
    world, case = proposed(tmp_path, host)
    checks(world, case.run.commit, ("build", "failure"), run=case.run.id)
    checks(world, world.kept["commit"], ("build", conclusion), ("test", "success"), run=7)
    assert "build was not run" in _waits(looked(world, case))


def test_what_was_red_for_another_reason_counts_for_nothing(tmp_path: Path, host: GitHost) -> None:
    world, case = proposed(tmp_path, host)
    before = (
        CheckState(name="build", status="completed", conclusion="failure", run=case.run.id),
        CheckState(name="nightly", status="completed", conclusion="failure", run=5),
    )
    world.github.states[case.run.commit] = before
    checks(world, world.kept["commit"], ("build", "success"), ("nightly", "failure"), run=8)
    assert isinstance(looked(world, case), Done)


def test_merged_and_added_to(tmp_path: Path, host: GitHost) -> None:
    world, case = proposed(tmp_path, host)
    pull = world.github.pull_requests[0]
    branch, ours = pull.head, world.kept["commit"]
    world.github.branches[branch] = world.github.branches["main"]
    assert "someone has added commits" in _waits(looked(world, case))
    assert isinstance(undone(world, case), Failed)
    world.github.branches[branch] = ours
    world.github.pull_requests[0] = msgspec.structs.replace(pull, state="closed", merged=True)
    assert isinstance(looked(world, case), Done)
    assert "revert it" in _fails(undone(world, case))


def test_undone_twice(tmp_path: Path, host: GitHost) -> None:
    world, case = proposed(tmp_path, host)
    for _ in range(2):
        assert isinstance(undone(world, case), Done)
        assert list(world.github.branches) == ["main"]
        assert world.github.pull_requests[0].state == "closed"


def test_the_text_says_all_and_nothing_of_it_acts(tmp_path: Path, host: GitHost) -> None:
    lines = (
        "npm ERR! @everyone ![x](http://evil.example/x.png) fixes #1 ```",
        f"Authorization: Bearer {TOKEN}",
        "<img src=x onerror=alert(1)> \x1b[31mred\u202e",
    )
    world = out_of_step(tmp_path, host)
    case = world.failed(name="ci @ada #2", url="https://github.example/octo/shop/actions/runs/7")
    evidence = tuple(
        Evidence(line=n, offset=0, text=text, role="decisive") for n, text in enumerate(lines, 1)
    )
    found = diagnosis(evidence=evidence, title="Closes #3 @ada", rule="npm-x")
    case = msgspec.structs.replace(case, diagnosis=found)
    world.write(case)
    assert isinstance(world.publish(case), Done)
    (pull,) = world.github.pull_requests
    for said in (
        "What was wrong",
        "What changed",
        "Why it is safe",
        "What starts its run",
        "How to take it back",
    ):
        assert f"### {said}" in pull.body
    assert "gamma: not locked → 1.0.0" in pull.body.replace("\\", "")
    outside = pull.body.split("````")[0] + pull.body.split("````")[-1]
    for active in ("@ada", "#2", "#3", "<img", "\x1b", "\u202e", TOKEN):
        assert active not in outside, active
    assert TOKEN not in pull.body
    assert "\u202e" not in pull.body
    assert pull.title == "Repair package-lock.json with npm"
    shown = world.text(pull.head, "package-lock.json")
    assert shown == npm_lock(alpha="1.0.0", gamma="1.0.0").strip()


def test_no_fetch_answers(tmp_path: Path, host: GitHost) -> None:
    world = out_of_step(tmp_path, host)
    case = world.failed()
    host.mischief.cut("before", times=float("inf"), service="git-upload-pack")  # type: ignore[arg-type]
    with pytest.raises(Unreachable):
        offered(world, case)
    left = world.prepare(case)
    assert "cannot be fetched" in left[case.key]
    host.mischief.calm()
    assert "cannot be fetched" in _fails(world.publish(case))


def _waits(seen: Any) -> str:
    assert isinstance(seen, Waiting), seen
    assert seen.due > 0
    return seen.reason


def _fails(seen: Any) -> str:
    assert isinstance(seen, Failed), seen
    return seen.reason
