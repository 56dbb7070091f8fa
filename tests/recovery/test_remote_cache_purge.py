"""The caches that a log names go, each where it was restored from, once, and nothing beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from remote_made import FakeGitHub, Kept, Killed, case_of, hub, place_of

from remediate.model.case import Restored
from remediate.model.outcome import Recovered, RollbackFailed, RolledBack
from remediate.model.plan import Step
from remediate.model.preview import Preview, Unfit
from remediate.recovery.remote import RemoteEngine
from remediate.recovery.remote_strategy import Place
from remediate.recovery.strategies.remote_cache_purge import RemoteCachePurge

STEP = Step(strategy="cache-purge")
NPM = Restored(key="node-Linux-abc")


def world(
    folder: Path, *caches: tuple[str, str], restored: tuple[Restored, ...] = (NPM,), **run: Any
) -> tuple[FakeGitHub, Place, Kept]:
    github = hub()
    for key, ref in caches:
        github.add_cache(key, ref, size=1 << 20)
    made = github.add_run(**{"branch": "feature", **run})
    github.on_rerun = lambda _run: "success"
    case = case_of(made, "cache-purge", "rerun", restored=restored)
    return github, place_of(github, case, folder), Kept(case, github)


def left(github: FakeGitHub) -> list[tuple[str, str]]:
    return [(entry.key, entry.ref) for entry in github.cached]


OWN = ("node-Linux-abc", "refs/heads/feature")
MAIN = ("node-Linux-abc", "refs/heads/main")
PULL = ("node-Linux-abc", "refs/pull/7/merge")
BASE = ("node-Linux-abc", "refs/heads/stable")
LONGER = ("node-Linux-abc-2", "refs/heads/feature")
OTHER = ("node-Linux-abc", "refs/heads/other")


@pytest.mark.parametrize(
    ("caches", "gone", "run"),
    [
        ((OWN, MAIN, LONGER, OTHER), OWN, {}),
        ((MAIN, LONGER, OTHER), MAIN, {}),
        ((PULL, BASE, MAIN, OWN), PULL, {"event": "pull_request", "pulls": (7,)}),
        ((BASE, MAIN, OWN), BASE, {"event": "pull_request", "pulls": (7,)}),
        ((MAIN, OWN), MAIN, {"event": "pull_request", "pulls": (7,)}),
        ((MAIN, OWN), MAIN, {"event": "pull_request"}),  # no number: only what surely was its source
        ((MAIN,), MAIN, {"branch": "main"}),
        ((("node-Linux-abc", "refs/tags/v1"), MAIN), ("node-Linux-abc", "refs/tags/v1"), {"branch": "v1"}),
    ],
)
def test_only_what_was_restored_goes(
    tmp_path: Path, caches: tuple[tuple[str, str], ...], gone: tuple[str, str], run: dict[str, Any]
) -> None:
    github, place, kept = world(tmp_path, *caches, **run)
    github.branches["feature"] = "f" * 40
    if run.get("pulls"):
        while len(github.pull_requests) < 7:
            github.add_pull("feature", "stable")
    _, outcome = RemoteEngine(kept).carry_out(place)
    assert isinstance(outcome, Recovered)
    assert left(github) == [cache for cache in caches if cache != gone]


def test_every_version_of_the_key_there_goes(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, OWN, OWN, MAIN)
    RemoteEngine(kept).carry_out(place)
    assert left(github) == [MAIN]


def test_what_was_saved_after_the_run_is_not_what_it_restored(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, MAIN)
    github.add_cache(*OWN, created=place.case.run.updated + 1)
    RemoteEngine(kept).carry_out(place)
    assert left(github) == [OWN]


def test_two_restored_caches_go_each_from_its_source(tmp_path: Path) -> None:
    pip = Restored(key="pip-1", exact=False)
    github, place, kept = world(tmp_path, OWN, ("pip-1", "refs/heads/main"), restored=(NPM, pip, NPM))
    RemoteEngine(kept).carry_out(place)
    assert left(github) == []


def test_an_argument_narrows_it_to_one_that_was_restored(tmp_path: Path) -> None:
    _, place, _ = world(tmp_path, OWN, restored=(NPM, Restored(key="pip-1")))
    only = RemoteCachePurge().preview(Step(strategy="cache-purge", arguments={"key": NPM.key}), place)
    assert isinstance(only, Preview)
    assert only.target == NPM.key
    never = RemoteCachePurge().preview(Step(strategy="cache-purge", arguments={"key": "other"}), place)
    assert isinstance(never, Unfit)


def test_without_a_key_in_the_log_it_does_not_fit(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, OWN, restored=())
    _, outcome = RemoteEngine(kept).carry_out(place)
    assert isinstance(outcome, RolledBack)
    assert "names no cache" in outcome.failure.reason
    assert left(github) == [OWN]


def test_too_many_keys_are_for_a_person(tmp_path: Path) -> None:
    many = tuple(Restored(key=f"k{number}") for number in range(21))
    _, place, _ = world(tmp_path, restored=many)
    offer = RemoteCachePurge().preview(STEP, place)
    assert isinstance(offer, Unfit)
    assert "a person has to choose" in offer.reason


def test_what_is_gone_already_needs_only_the_rerun(tmp_path: Path) -> None:
    _, place, kept = world(tmp_path)
    offer = RemoteCachePurge().preview(STEP, place)
    assert isinstance(offer, Preview)
    assert offer.changes == ()
    assert not offer.reversible
    _, outcome = RemoteEngine(kept).carry_out(place)
    assert isinstance(outcome, Recovered)
    assert "gone already" in outcome.results[0].summary


def test_killed_between_any_two_calls_each_goes_once_and_what_is_saved_anew_stays(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, OWN, OWN, MAIN)
    RemoteEngine(kept).carry_out(place)
    effects = github.effects
    assert len(effects) == 3
    for death in range(1, len(github.calls) + 1):
        github, place, kept = world(tmp_path, OWN, OWN, MAIN)
        github.die_at = death
        with pytest.raises(Killed):
            RemoteEngine(kept).carry_out(place)
        github.die_at = None
        if any(call.startswith("delete_cache") for call in github.calls):
            github.add_cache(*OWN)  # a run that passed meanwhile
        _, outcome = RemoteEngine(kept).carry_out(msgspec.structs.replace(place, case=kept.case))
        assert isinstance(outcome, Recovered)
        assert github.effects == effects, death
        assert MAIN in left(github)


def test_a_red_rerun_leaves_the_purge_as_what_remains(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, OWN)
    github.on_rerun = lambda _run: "failure"
    engine = RemoteEngine(kept)
    case, _ = engine.carry_out(place)
    later = msgspec.structs.replace(place, case=case)
    _, seen = engine.look(later)
    _, outcome = engine.undo(later, seen)  # type: ignore[arg-type]
    assert isinstance(outcome, RollbackFailed)
    assert outcome.undone == ("rerun: a re-run leaves nothing to undo",)
    assert outcome.remains[0].startswith("cache-purge: a cache is not put back")
    assert "node-Linux-abc of refs/heads/feature" in outcome.remains[0]


def test_a_cache_that_did_not_go_is_no_success(tmp_path: Path) -> None:
    github, place, kept = world(tmp_path, OWN)
    entry = github.cached[0]
    case, _ = RemoteEngine(kept).carry_out(place)
    github.cached.append(entry)
    _, seen = RemoteEngine(kept).look(msgspec.structs.replace(place, case=case))
    assert "is still there" in getattr(seen, "reason", "")


def test_a_hostile_key_is_shown_harmless(tmp_path: Path) -> None:
    key = "k\x1b[2J::error::x"
    _, place, _ = world(tmp_path, (key, "refs/heads/feature"), restored=(Restored(key=key),))
    offer = RemoteCachePurge().preview(STEP, place)
    assert isinstance(offer, Preview)
    assert "\x1b" not in offer.target + offer.changes[0].what
