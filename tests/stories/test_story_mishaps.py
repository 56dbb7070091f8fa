"""Events twice and out of order, a platform that stumbles, logs that are not there, people who are faster."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from box import Annotation, Job, Run, Step
from logs import NETWORK
from played import CALM, Story, ci

Begin = Callable[..., Story]
GREEN = [Job(name="build", conclusion="success")]
FILES = {".github/workflows/ci.yml": ci("npm ci")}
ASKING = CALM + "environment: production\nenvironments: {production: {approval: true, min-availability: 0}}\n"


def _reruns(shop: Story) -> int:
    """How often the platform was asked for a re-run, and did it."""
    done = (seen for seen in shop.box.requests if seen.path.endswith("/rerun-failed-jobs"))
    return sum(seen.status == 201 for seen in done)


def _issues(shop: Story) -> list[Any]:
    return [one for one in shop.repo.issues.values() if not one.pull]


def _told_of(shop: Story, run: Run, conclusion: str, attempt: int) -> None:
    """A run of ours that the end of a run has started, as it was when that happened."""
    place = shop.folder / "event.json"
    ended = {"id": run.id, "head_branch": run.branch, "conclusion": conclusion, "run_attempt": attempt}
    place.write_text(json.dumps({"action": "completed", "workflow_run": ended}))
    shop.heal(GITHUB_EVENT_NAME="workflow_run", GITHUB_EVENT_PATH=str(place))


def _asks_again(shop: Story, run: Run) -> None:
    """Ada presses the button."""
    request = urllib.request.Request(
        f"{shop.box.api}/repos/octo/shop/actions/runs/{run.id}/rerun-failed-jobs",
        method="POST",
        headers={
            "Authorization": f"Bearer {shop.box.person_token('ada')}",
            "Accept": "application/vnd.github+json",
            "User-Agent": "ada",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 201


def test_events_that_come_twice_and_in_another_order_do_it_once(story: Begin) -> None:
    shop = story(files=FILES)
    first = shop.fails(NETWORK, attempt=lambda _run: GREEN)
    second = shop.fails(NETWORK, branch="topic")
    _told_of(shop, second, "failure", 1)
    _told_of(shop, second, "success", 2)
    _told_of(shop, second, "failure", 1)
    _told_of(shop, first, "failure", 1)
    _told_of(shop, first, "failure", 1)
    assert (first.attempt.number, second.attempt.number, _reruns(shop)) == (2, 2, 2)
    shop.box.clock.advance(900)
    shop.heal()
    assert (shop.standing(first), shop.standing(second)) == ("healed", "healed")
    assert _reruns(shop) == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_gateway_that_fails_at_the_rerun(story: Begin, when: str) -> None:
    shop = story(files=FILES)
    run = shop.fails(NETWORK, attempt=lambda _run: GREEN)
    shop.box.mischief.fail(method="POST", path=r"/rerun-failed-jobs$", status=502, when=when)
    shop.heal()
    shop.box.clock.advance(4000)
    shop.heal()
    assert run.attempt.number == 2
    shop.box.clock.advance(900)
    shop.heal()
    assert shop.standing(run) == "healed", shop.case(run)
    assert run.attempt.number == 2
    assert _issues(shop) == []


@pytest.mark.parametrize("pause", [1, 600])
def test_a_secondary_limit_at_the_rerun(story: Begin, pause: int) -> None:
    """A short pause is waited for; for a long one a later run comes back."""
    shop = story(files=FILES)
    run = shop.fails(NETWORK, attempt=lambda _run: GREEN)
    shop.box.mischief.secondary_limit(pause, method="POST", path=r"/rerun-failed-jobs$")
    shop.heal(check=False)
    shop.box.clock.advance(4000)
    shop.heal()
    shop.box.clock.advance(900)
    shop.heal()
    assert (run.attempt.number, shop.standing(run)) == (2, "healed"), shop.case(run)
    assert _reruns(shop) == 1


@pytest.mark.parametrize("gap", ["missing", "expired", "cut"])
def test_a_log_that_does_not_tell_is_named_as_such(story: Begin, gap: str) -> None:
    shop = story(files=FILES)
    step = [Step(name="Run npm ci", conclusion="failure")]
    log = None if gap in ("missing", "expired") else NETWORK
    job = Job(name="build", conclusion="failure", log=log, steps=step, log_gone=gap == "expired")
    run = shop.fails(None, jobs=[job])
    shop.box.clock.advance(7200)
    if gap == "cut":
        shop.box.mischief.truncate(path="/downloads/", keep=0.4, times=100)
    shop.heal()
    told = shop.told
    shop.box.clock.advance(90_000)
    shop.heal()
    assert run.attempt.number == 1
    assert shop.standing(run) in ("refused", "escalated"), shop.case(run)
    words = {"missing": "its log is missing", "expired": "expired", "cut": "the log ends before its job did"}
    assert words[gap] in told, told


def test_a_log_that_is_not_there_yet_is_read_later(story: Begin) -> None:
    shop = story(files=FILES)
    step = [Step(name="Run npm ci", conclusion="failure")]
    job = Job(name="build", conclusion="failure", log=None, steps=step)
    run = shop.fails(None, jobs=[job], attempt=lambda _run: GREEN)
    shop.heal()
    assert (shop.standing(run), run.attempt.number) == ("pending", 1), shop.told
    assert "not there yet" in shop.told
    run.jobs[0].log = NETWORK
    shop.box.clock.advance(900)
    shop.heal()
    assert run.attempt.number == 2, shop.told
    shop.box.clock.advance(900)
    shop.heal()
    assert shop.standing(run) == "healed"


def test_a_person_who_reruns_it_first_is_not_disturbed(story: Begin) -> None:
    shop = story(files=FILES)
    run = shop.fails(NETWORK, attempt=lambda _run: None)
    shop.box.mischief.meanwhile(lambda: _asks_again(shop, run), method="GET", path="/downloads/job-logs/")
    shop.heal()
    assert (run.attempt.number, run.attempt.actor) == (2, "ada")
    assert shop.standing(run) == "ignored"
    assert shop.case(run).reason == "attempt 2 was begun by somebody else"
    assert "| ignored | attempt 2 was begun by somebody else |" in shop.told
    assert _reruns(shop) == 1
    run.begin()
    run.set_jobs(GREEN)
    run.end()
    shop.heal()
    assert run.attempt.number == 2
    assert _issues(shop) == []


def test_a_run_that_ran_out_of_its_time_is_told_as_that(story: Begin) -> None:
    """GitHub tells it as a cancelled one, like those that a person stopped."""
    shop = story(files=FILES)
    late = "The job has exceeded the maximum execution time of 6h0m0s"
    jobs = [Job(name="build", conclusion="cancelled", log=None, annotations=[Annotation(late)])]
    stopped, over = (shop.repo.add_run(name="CI", status="in_progress", jobs=some) for some in ([], jobs))
    shop.box.clock.advance(6 * 3600)
    over.jobs[0].completed_at = shop.box.clock.now()
    for run in (stopped, over):
        run.end("cancelled")
    shop.heal()
    assert (shop.standing(stopped), stopped.attempt.number) == ("ignored", 1)
    assert (shop.standing(over), over.attempt.number) == ("refused", 1)
    assert "`timeout`" in shop.case(over).reason


def _command(shop: Story, number: int, body: str) -> None:
    """Ada does what the text asks for."""
    found = re.search(r"`(/remediate approve [0-9a-f]+)`", body)
    assert found, body
    shop.repo.add_comment(number, found[1], user="ada")


def test_a_pull_request_has_one_comment_which_is_rewritten(story: Begin) -> None:
    shop = story(files=FILES, config=ASKING)
    head = shop.push({"shop.py": "pass\n"}, branch="topic")
    pull = shop.repo.add_pull("topic", "main", user="ada")
    run = shop.fails(NETWORK, event="pull_request", branch="topic", sha=head, attempt=lambda _run: GREEN)
    shop.heal()
    (comment,) = pull.comments
    first = comment.body
    assert "1 waits for approval" in first
    _command(shop, pull.number, first)
    shop.heal()
    shop.box.clock.advance(900)
    shop.heal()
    assert (run.attempt.number, shop.standing(run)) == (2, "healed")
    said = [one for one in pull.comments if one.user != "ada"]
    assert said == [comment]
    assert "1 healed" in comment.body
    assert comment.body != first


def test_an_issue_is_closed_with_the_proof(story: Begin) -> None:
    shop = story(files=FILES, config=ASKING)
    run = shop.fails(NETWORK, attempt=lambda _run: GREEN)
    shop.heal()
    (issue,) = _issues(shop)
    assert issue.state == "open"
    _command(shop, issue.number, issue.body)
    shop.heal()
    shop.box.clock.advance(900)
    shop.heal()
    assert (run.attempt.number, shop.standing(run)) == (2, "healed")
    assert (issue.state, issue.state_reason) == ("closed", "completed")
    said = issue.comments[-1].body
    assert "Healed" in said
    assert "attempt 2" in said
    assert _issues(shop) == [issue]
