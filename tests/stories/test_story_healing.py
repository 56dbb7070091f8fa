"""Stories at the API alone: what is healed, what is left alone, and what people see of it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

from box import Annotation, Job, Step
from logs import CACHE, DEFECT, NETWORK
from played import CALM, Story

Begin = Callable[..., Story]
GREEN = [Job(name="build", conclusion="success")]
CI = "name: CI\non: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: npm ci\n"
FILES = {".github/workflows/ci.yml": CI}


def red(log: bytes) -> list[Job]:
    return [
        Job(
            name="build", conclusion="failure", log=log, steps=[Step(name="Run npm ci", conclusion="failure")]
        )
    ]


def test_a_real_defect_is_left_alone_with_a_good_summary(story: Begin) -> None:
    shop = story(files=FILES)
    run = shop.fails(DEFECT)
    shop.heal()
    assert shop.standing(run) == "refused"
    assert run.attempt.number == 1
    for told in ("`test`", "assert 3 == 4", "left to its author"):
        assert told in shop.told
    assert not [write for write in shop.writes() if "/api/" in write and "issues" not in write]


def test_a_poisoned_cache_is_purged_and_the_run_is_green(story: Begin) -> None:
    shop = story(files=FILES)
    for ref in ("refs/heads/main", "refs/heads/topic"):
        shop.repo.caches.add(key="fonts-linux-7c1e", ref=ref)
    shop.repo.caches.add(key="fonts-linux-7c1e-more", ref="refs/heads/main")
    run = shop.fails(CACHE, attempt=lambda _run: GREEN)
    shop.heal()
    case = shop.case(run)
    if shop.standing(run) != "healed":
        shop.box.clock.advance(200)
        shop.heal()
    assert shop.standing(run) == "healed", (case, shop.told)
    assert shop.repo.caches.keys() == ["fonts-linux-7c1e", "fonts-linux-7c1e-more"]


def test_the_third_failure_opens_the_circuit_and_a_reset_lets_one_probe_through(story: Begin) -> None:
    shop = story(files=FILES)
    run = shop.fails(NETWORK, attempt=lambda _run: red(NETWORK))
    for _ in range(4):
        shop.heal()
        shop.box.clock.advance(1500)
    assert run.attempt.number == 4
    assert shop.standing(run, 4) == "escalated"
    (issue,) = [one for one in shop.repo.issues.values() if one.pull is None]
    assert "remediate" in issue.labels
    command = _command(issue.body, "reset")
    shop.heal()
    assert run.attempt.number == 4
    shop.box.person("eve", shop.repo, permission="read")
    shop.repo.add_comment(issue.number, command, user="eve")
    shop.heal()
    assert run.attempt.number == 4
    shop.repo.add_comment(issue.number, command, user="ada")
    shop.heal()
    assert run.attempt.number == 5
    shop.heal()
    assert run.attempt.number == 5


def test_an_approval_is_asked_for_given_and_obeyed_and_another_lapses(story: Begin) -> None:
    config = (
        CALM + "environment: production\nenvironments:\n  production: {approval: true, min-availability: 0}\n"
    )
    shop = story(files=FILES, config=config)
    run = shop.fails(NETWORK, attempt=lambda _run: GREEN)
    shop.heal()
    assert (shop.standing(run), run.attempt.number) == ("pending", 1)
    plan = shop.document("cases/open.json")["cases"][0]["plan"]
    assert plan
    (issue,) = [one for one in shop.repo.issues.values() if one.pull is None]
    command = _command(issue.body, "approve")
    shop.repo.add_comment(issue.number, command, user="ada")
    shop.heal()
    assert run.attempt.number == 2
    other = shop.fails(NETWORK, branch="topic")
    shop.heal()
    shop.box.clock.advance(90_000)
    shop.heal()
    assert shop.standing(other) == "refused"
    assert other.attempt.number == 1


def test_a_dry_run_changes_nothing(story: Begin) -> None:
    shop = story(files=FILES)
    run = shop.fails(NETWORK)
    refs = shop.repo.git.refs()
    done = shop.heal("--dry-run")
    assert "[DRY-RUN]" in done.stderr + done.stdout
    assert shop.writes() == []
    assert shop.repo.git.refs() == refs
    assert run.attempt.number == 1


def test_the_kill_switch_stops_everything(story: Begin) -> None:
    shop = story(files=FILES)
    run = shop.fails(NETWORK)
    shop.heal(REMEDIATE_KILL_SWITCH="true")
    assert shop.standing(run) == "refused"
    assert run.attempt.number == 1
    assert "kill" in shop.told


def test_a_protected_state_branch_heals_nothing_and_says_so(story: Begin) -> None:
    shop = story(files=FILES)
    shop.repo.rules.protect("remediate-state", via="branch", require_pull=True)
    run = shop.fails(NETWORK)
    done = shop.heal(check=False)
    assert done.returncode == 4
    assert "remediate-state" in done.stderr
    assert "way out" in done.stderr
    assert run.attempt.number == 1


def test_an_outage_of_fifty_runs_is_one_incident_and_no_storm(story: Begin) -> None:
    shop = story(files=FILES)
    runs = [shop.fails(NETWORK, branch=f"topic-{number}") for number in range(50)]
    before = len(shop.box.requests)
    shop.heal()
    assert {run.attempt.number for run in runs} == {1}
    assert len([one for one in shop.repo.issues.values() if one.pull is None]) == 1
    calls = [seen for seen in shop.box.requests[before:] if "/api/" in seen.path]
    print(f"{len(calls)} calls of the API for 50 failures")
    assert len(calls) < 400
    shop.heal()
    assert len([one for one in shop.repo.issues.values() if one.pull is None]) == 1


def test_a_run_that_would_publish_again_is_not_rerun(story: Begin) -> None:
    files = {".github/workflows/ci.yml": CI.replace("npm ci", "npm ci && npm publish")}
    shop = story(files=files)
    step = [Step(name="Run npm ci && npm publish", conclusion="failure")]
    run = shop.fails(None, jobs=[Job(name="build", conclusion="failure", log=NETWORK, steps=step)])
    shop.heal()
    assert (shop.standing(run), run.attempt.number) == ("refused", 1)
    assert "rerun-hazard" in shop.told or "publish" in shop.told


def test_a_lost_runner_is_told_by_an_annotation_alone_and_rerun(story: Begin) -> None:
    shop = story(files=FILES)
    words = (
        "The hosted runner lost communication with the server. Anything in your workflow that terminates the "
        "runner process, starves it for CPU/Memory, or blocks its network access can cause this error."
    )
    job = Job(
        name="build",
        conclusion="failure",
        log=None,
        annotations=[Annotation(words)],
        steps=[Step(name="Run npm ci", conclusion=None, status="in_progress")],
    )
    run = shop.fails(None, jobs=[job], attempt=lambda _run: GREEN)
    shop.heal()
    assert run.attempt.number == 2, shop.told
    assert "runner-lost" in shop.told


def test_two_healers_at_once_do_it_once(story: Begin) -> None:
    shop = story(files=FILES)
    run = shop.fails(NETWORK, attempt=lambda _run: None)
    shop.heal("--dry-run")
    ends: list[int] = []
    healers = [
        threading.Thread(target=lambda number=number: ends.append(_heal(shop, number))) for number in range(3)
    ]
    for healer in healers:
        healer.start()
    for healer in healers:
        healer.join()
    assert ends == [0, 0, 0]
    assert run.attempt.number == 2
    posts = [write for write in shop.writes() if write.endswith("rerun-failed-jobs")]
    assert len(posts) == 1


def _heal(shop: Story, number: int) -> int:
    return shop.command(
        "heal",
        "--output",
        str(shop.folder / f"told-{number}.json"),
        check=False,
        GITHUB_RUN_ID=str(number + 1),
    ).returncode


def _command(body: str, verb: str) -> str:
    """What the issue tells people to write."""
    found = re.search(rf"`(/remediate {verb} [0-9a-f]+)`", body)
    assert found, body
    return found[1]
