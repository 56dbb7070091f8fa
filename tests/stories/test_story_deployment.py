"""A deployment that failed goes back to the last good one; a lost runner's jobs move to another label."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from box import Annotation, Job, Run, Step
from box.talk import DeploymentStatus
from logs import NETWORK
from played import CALM, RIGHTS, Story, ci

Begin = Callable[..., Story]
GREEN = [Job(name="build", conclusion="success")]
TREE = """\
title: What was deployed does not answer
causes: [network]
start: back
nodes:
  back: {kind: action, strategy: rollback-deployment, arguments: {environment: production}, next: done}
"""
LOST = "The hosted runner lost communication with the server."


class Site:
    """What is deployed, as its users see it."""

    status = 200
    asked = 0

    def __init__(self) -> None:
        site = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked += 1
                self.send_response(site.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *told: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Page)
        self.address = f"http://127.0.0.1:{self.server.server_port}/health"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


def _issues(shop: Story) -> list[Any]:
    return [one for one in shop.repo.issues.values() if not one.pull]


def _deployed(story: Begin, site: Site) -> tuple[Story, Run, str]:
    """The second deployment has failed; the first was well."""
    config = (
        f"{CALM}environment: production\ntrees: [.github/rollback.yml]\n"
        "environments: {production: {approval: true, min-availability: 0}}\n"
        f"deployments: {{production: {{health-url: '{site.address}', private-address: true}}}}\n"
    )
    files = {".github/workflows/ci.yml": ci("deploy"), ".github/rollback.yml": TREE}
    shop = story(files=files, config=config)
    shop.token = shop.box.token(shop.repo, permissions=dict.fromkeys((*RIGHTS, "deployments"), "write"))
    good = shop.repo.git.head("main")
    shop.repo.add_deployment("production", sha=good, state="success")
    shop.box.clock.advance(3600)
    bad = shop.repo.commit({"shop.py": "broken\n"})
    shop.repo.add_deployment("production", sha=bad, state="failure")
    run = shop.fails(NETWORK, sha=bad)
    shop.furnish({".github/rollback.yml": TREE})
    return shop, run, good


def _agreed(shop: Story) -> Any:
    """The deployment that is made once ada has agreed."""
    shop.heal()
    assert len(shop.repo.deployments) == 2
    (issue,) = _issues(shop)
    found = re.search(r"`(/remediate approve [0-9a-f]+)`", issue.body)
    assert found, issue.body
    shop.repo.add_comment(issue.number, found[1], user="ada")
    shop.heal()
    assert len(shop.repo.deployments) == 3, shop.told
    return list(shop.repo.deployments.values())[-1]


def _turns(shop: Story, deployment: Any, state: str) -> None:
    now = shop.box.clock.now()
    words = (shop.box.next_id(), state, "github-actions[bot]", "", "production", "", "", now)
    deployment.statuses.append(DeploymentStatus(*words))


def test_the_last_good_deployment_comes_back_and_is_healthy(story: Begin, site: Site) -> None:
    shop, run, good = _deployed(story, site)
    made = _agreed(shop)
    assert (made.sha, made.environment) == (good, "production")
    assert shop.standing(run) == "pending"
    _turns(shop, made, "success")
    shop.box.clock.advance(900)
    shop.heal()
    shop.box.clock.advance(900)
    shop.heal()
    assert shop.standing(run) == "healed", shop.case(run)
    assert site.asked >= 1
    assert len(shop.repo.deployments) == 3
    (issue,) = _issues(shop)
    assert issue.state == "closed"
    assert "its health address says 200" in issue.comments[-1].body


def test_what_was_brought_back_and_fails_later_goes_to_a_person(story: Begin, site: Site) -> None:
    shop, run, _good = _deployed(story, site)
    made = _agreed(shop)
    _turns(shop, made, "success")
    shop.box.clock.advance(900)
    shop.heal()
    assert shop.case(run).phase == "watching"
    site.status = 503
    shop.box.clock.advance(900)
    shop.heal()
    assert shop.standing(run) == "escalated", shop.case(run)
    assert "its health address says 503" in shop.case(run).reason
    (issue,) = _issues(shop)
    assert issue.state == "open"
    assert "503" in issue.body


def _lost(shop: Story) -> list[Job]:
    steps = [Step(name="Run npm ci", conclusion=None, status="in_progress")]
    return [Job(name="build", conclusion="failure", log=None, annotations=[Annotation(LOST)], steps=steps)]


def _moving(story: Begin) -> Story:
    """With an App's token, for the workflow's own may not write variables."""
    config = f"{CALM}runner-variable: RUNNER\nrunner-fallback: other\n"
    reads = ci("npm ci").replace("ubuntu-latest", "${{ vars.RUNNER }}")
    shop = story(files={".github/workflows/ci.yml": reads}, config=config)
    rights = dict.fromkeys((*RIGHTS, "variables"), "write")
    shop.token = shop.box.token(shop.repo, "healer[bot]", rights, "app")
    shop.repo.set_variable("RUNNER", "usual")
    return shop


def test_a_runner_that_is_lost_twice_is_replaced(story: Begin) -> None:
    shop = _moving(story)
    answers = [_lost(shop), GREEN]
    run = shop.fails(None, jobs=_lost(shop), attempt=lambda _run: answers.pop(0))
    for _ in range(3):
        shop.heal()
        shop.box.clock.advance(900)
    assert run.attempt.number == 3, shop.told
    assert shop.repo.variables["RUNNER"].value == "other"
    shop.heal()
    assert shop.standing(run, 2) == "healed", shop.case(run, 2)


def test_the_label_comes_back_when_the_other_runner_does_not_help(story: Begin) -> None:
    shop = _moving(story)
    run = shop.fails(None, jobs=_lost(shop), attempt=lambda _run: _lost(shop))
    for _ in range(4):
        shop.heal()
        shop.box.clock.advance(900)
    assert run.attempt.number >= 3
    assert [write for write in shop.writes() if "/variables/RUNNER" in write]
    assert shop.repo.variables["RUNNER"].value == "usual"
    assert shop.standing(run, run.attempt.number) == "escalated"
    assert len(_issues(shop)) == 1
