"""The workflow as six jobs under act: each does its own with its own token; a stage that fails is told of."""

from __future__ import annotations

from collections.abc import Callable

import yaml
from box.branch_rules import BranchRules
from played import BRANCH, Story, ci
from running import ROOT
from test_story_network import FAILS_ONCE

Begin = Callable[..., Story]
# What a job may ask to be changed: all else that writes is a fault of the split.
MAY = {
    "initialize": (),
    "detect": (),
    "recover": ("/rerun-failed-jobs", "/git-receive-pack", "/git/refs"),
    "verify": ("/git-receive-pack",),
    "collect-metrics": ("/git-receive-pack",),
    "notify": ("/issues", "/comments"),
}
RIGHTS = {
    name: {scope.replace("-", "_"): level for scope, level in job["permissions"].items()}
    for name, job in yaml.safe_load((ROOT / ".github" / "workflows" / "heal.yml").read_text())["jobs"].items()
}


def _writes(shop: Story) -> dict[int, tuple[dict[str, str], list[str]]]:
    """By token: what it may, and what it changed."""
    found: dict[int, tuple[dict[str, str], list[str]]] = {}
    for seen in shop.box.requests:
        if seen.token is None:
            continue
        rights = {name: level for name, level in seen.token.permissions.items() if name != "metadata"}
        _, paths = found.setdefault(id(seen.token), (rights, []))
        if seen.method not in ("GET", "HEAD") and not seen.path.endswith("/git-upload-pack"):
            paths.append(seen.path)
    return found


def test_each_job_writes_what_is_its_own(story: Begin) -> None:
    shop = story()
    shop.push({".github/workflows/ci.yml": ci(FAILS_ONCE)})
    shop.goes_on()
    (run,) = shop.runs()
    assert (run.attempt.number, run.attempt.conclusion) == (2, "success"), shop.log(shop.healers[-1])
    healer = shop.healers[0]
    assert [job.name for job in healer.jobs] == [f"heal / {stage}" for stage in MAY]
    assert {job.conclusion for job in healer.jobs} == {"success"}, shop.log(healer)
    assert not [seen.path for seen in shop.box.requests if seen.status == 403]
    for rights, paths in _writes(shop).values():
        if not paths:
            continue
        ours = [stage for stage, those in RIGHTS.items() if those == rights]
        assert ours, (rights, paths)
        for path in paths:
            assert any(path.endswith(end) for stage in ours for end in MAY[stage]), (ours, path)
    assert shop.repo.git.head(BRANCH)


def test_a_stage_that_fails_is_told_of_and_the_schedule_finishes(story: Begin) -> None:
    shop = story()
    shop.push({".github/workflows/ci.yml": ci(FAILS_ONCE)})
    shop.repo.rules.protect(BRANCH, via="branch", require_pull=True)
    shop.goes_on()
    shop.repo.rules = BranchRules(shop.repo)
    (run,) = shop.runs()
    first = shop.healers[0]
    ends = {job.name.rpartition(" ")[2]: job.conclusion for job in first.jobs}
    assert (ends["recover"], ends["notify"]) == ("failure", "success"), ends
    assert "the stage `recover` failed" in shop.summary(first)
    assert run.attempt.number == 1
    shop.box.clock.advance(3600)
    shop.goes_on(900)
    assert run.attempt.number == 2
    shop.goes_on(900)
    assert shop.standing(run) == "healed", shop.case(run)


def test_a_runner_dies_in_recover_and_the_schedule_finishes(story: Begin) -> None:
    """After the re-run was asked for, and before that was written down; people hear of the stage."""
    shop = story()
    shop.push({".github/workflows/ci.yml": ci(FAILS_ONCE)})
    shop.box.life.lose_runner(shop.repo, "heal / recover", path=r"/rerun-failed-jobs$")
    shop.goes_on()
    (run,) = shop.runs()
    first = shop.healers[0]
    ends = {job.name.rpartition(" ")[2]: job.conclusion for job in first.jobs}
    assert ends == {
        **dict.fromkeys(("initialize", "detect", "notify"), "success"),
        "recover": "failure",
        **dict.fromkeys(("verify", "collect-metrics"), "skipped"),
    }
    assert "the stage `recover` failed" in shop.summary(first)
    shop.box.clock.advance(3600)
    shop.goes_on(900)
    assert run.attempt.number == 2
    asked = [seen for seen in shop.box.requests if seen.path.endswith("/rerun-failed-jobs")]
    assert [seen.status for seen in asked] == [201]
    shop.goes_on(900)
    assert shop.standing(run) == "healed", shop.case(run)
    assert [one for one in shop.repo.issues.values() if not one.pull] == []
