"""A re-run is begun once, only where the platform takes it, and judged by the attempt that it began."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from remote_made import FakeGitHub, Kept, Killed, case_of, hub, place_of

from remediate.model.case import Case
from remediate.model.outcome import Done, Failed, Outcome, Recovered, RolledBack
from remediate.model.plan import Step
from remediate.model.preview import Preview, Unfit
from remediate.recovery.remote import RemoteEngine
from remediate.recovery.remote_strategy import Place, Waiting
from remediate.recovery.strategies.rerun import Rerun

STEP = Step(strategy="rerun")
DAY = 86400.0


def world(folder: Path, **run: Any) -> tuple[FakeGitHub, Place, Kept]:
    github = hub()
    case = case_of(github.add_run(**run), "rerun")
    return github, place_of(github, case, folder), Kept(case, github)


def carry(place: Place, kept: Kept) -> tuple[Case, Outcome]:
    return RemoteEngine(kept).carry_out(place)


def test_the_failed_jobs_run_again_and_the_new_attempt_decides(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path)
    case, outcome = carry(place, kept)
    run = case.run.id
    assert isinstance(outcome, Recovered)
    assert github.effects == [f"rerun {run}-2"]
    later = msgspec.structs.replace(place, case=case)
    case, seen = RemoteEngine(kept).look(later)
    assert isinstance(seen, Waiting)
    assert case.due > github.clock.now()
    github.finish(run, "success")
    _, seen = RemoteEngine(kept).look(later)
    assert seen == Done(strategy="rerun", summary=f"rerun: attempt 2 of run {run} succeeded")


@pytest.mark.parametrize(
    ("conclusion", "said"),
    [
        ("failure", "failed again"),
        ("cancelled", "ended as `cancelled`"),
        ("timed_out", "ended as `timed_out`"),
        ("skipped", "ended as `skipped`"),
        ("neutral", "shows no healing"),
        ("action_required", "`action_required`"),
        ("startup_failure", "`startup_failure`"),
        ("stale", "`stale`"),
    ],
)
def test_only_a_success_is_one(tmp_path: Path, conclusion: str, said: str) -> None:
    github, place, kept = world(tmp_path)
    github.on_rerun = lambda _run: conclusion
    case, _ = carry(place, kept)
    _, seen = RemoteEngine(kept).look(msgspec.structs.replace(place, case=case))
    assert isinstance(seen, Failed)
    assert said in seen.reason


def test_a_later_attempt_of_someone_else_does_not_speak_for_ours(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path)
    github.on_rerun = lambda run: "failure" if run.attempt == 2 else "success"
    case, _ = carry(place, kept)
    github.rerun_failed(github.attempts[case.run.id][-1])
    _, seen = RemoteEngine(kept).look(msgspec.structs.replace(place, case=case))
    assert isinstance(seen, Failed)


def test_a_run_that_is_gone_is_no_healing(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path)
    case, _ = carry(place, kept)
    github.attempts.clear()
    _, seen = RemoteEngine(kept).look(msgspec.structs.replace(place, case=case))
    assert isinstance(seen, Failed)
    assert "is gone" in seen.reason


def test_an_attempt_that_does_not_show_yet_is_waited_for(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path)
    case, _ = carry(place, kept)
    github.attempts[case.run.id].pop()
    _, seen = RemoteEngine(kept).look(msgspec.structs.replace(place, case=case))
    assert isinstance(seen, Waiting)
    assert "has not begun" in seen.reason


def test_killed_between_any_two_calls_it_is_asked_for_once(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path)
    carry(place, kept)
    calls = len(github.calls)
    for death in range(1, calls + 1):
        github, place, kept = world(tmp_path)
        github.die_at = death
        with pytest.raises(Killed):
            carry(place, kept)
        github.die_at = None
        _, outcome = carry(msgspec.structs.replace(place, case=kept.case), kept)
        assert isinstance(outcome, Recovered)
        assert github.effects == [f"rerun {place.case.run.id}-2"], death


def test_what_was_begun_already_is_done(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path)
    offers = RemoteEngine(kept).preview(place.case.plan, place)  # type: ignore[arg-type]
    github.rerun_failed(place.case.run)
    _, outcome = RemoteEngine(kept).carry_out(place, offers)
    assert isinstance(outcome, Recovered)
    assert "begun already" in outcome.results[0].summary
    assert len(github.effects) == 1


def test_a_refusal_of_what_is_under_way_is_no_failure(tmp_path: Path) -> None:
    """What was read first was old: our own request of a moment ago did not show yet."""
    github, place, kept = world(tmp_path)
    asked, known = github.run, place.case.run
    stale = iter([known])
    github.run = lambda run, attempt=0: next(stale, None) or asked(run, attempt)  # type: ignore[method-assign]
    github.rerun_failed(known)
    github.rerun_failed = lambda run: "This workflow run is already running"  # type: ignore[method-assign]
    _, outcome = carry(place, kept)
    assert isinstance(outcome, Recovered)


UNFIT: dict[str, tuple[dict[str, Any], str]] = {
    "going on": ({"status": "in_progress", "conclusion": ""}, "is still in_progress"),
    "too old": ({"created": 1_700_000_000.0 - 30 * DAY}, "more than 30 days ago"),
    "no time": ({"created": float("nan")}, "more than 30 days ago"),
    "too often": ({"attempt": 50}, "50 is the most"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_the_platform_would_not_take_is_not_asked_for(tmp_path: Path, name: str) -> None:
    fields, said = UNFIT[name]
    github, place, kept = world(tmp_path, **fields)
    offer = Rerun().preview(STEP, place)
    assert isinstance(offer, Unfit)
    assert said in offer.reason
    result = Rerun().apply(STEP, place, None, lambda _trace: None)  # type: ignore[arg-type]
    assert isinstance(result, Failed)
    assert github.effects == []
    offers = RemoteEngine(kept).preview(place.case.plan, place)  # type: ignore[arg-type]
    _, outcome = RemoteEngine(kept).carry_out(place, offers)
    assert isinstance(outcome, RolledBack)
    assert kept.times == 0


@pytest.mark.parametrize(
    "fields", [{"created": 1_700_000_000.0 - 29.9 * DAY}, {"attempt": 49}, {"conclusion": "timed_out"}]
)
def test_just_inside_the_limits_it_is(tmp_path: Path, fields: dict[str, Any]) -> None:
    _, place, kept = world(tmp_path, **fields)
    assert isinstance(Rerun().preview(STEP, place), Preview)
    assert isinstance(carry(place, kept)[1], Recovered)


def test_a_run_that_is_gone_or_begun_is_not_offered(tmp_path: Path) -> None:
    github, place, _ = world(tmp_path)
    github.rerun_failed(place.case.run)
    offer = Rerun().preview(STEP, place)
    assert isinstance(offer, Unfit)
    assert "begun already" in offer.reason
    github.attempts.clear()
    assert isinstance(Rerun().preview(STEP, place), Unfit)


def test_what_the_platform_says_is_shown_harmless(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, workflow=".github/workflows/\x1b[31mred.yml")
    github.rerun_refused = "no\x1b]0;owned\x07 ghp_" + "a" * 36
    _, outcome = carry(place, kept)
    assert isinstance(outcome, RolledBack)
    assert "\x1b" not in outcome.failure.reason
    assert "ghp_" not in outcome.failure.reason
    offer = Rerun().preview(STEP, place)
    assert isinstance(offer, Preview)
    assert "\x1b" not in offer.target
