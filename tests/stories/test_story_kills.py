"""A process of ours that is killed, wherever: a later run finishes what it left; nothing happens twice."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from box import Box, Job, Run
from logs import NETWORK
from played import CALM, PATIENCE, Story, ci

GREEN = [Job(name="build", conclusion="success")]
STAGES = ("initialize", "detect", "recover", "verify", "collect-metrics", "notify")
# As long as a claim holds, whoever comes next leaves a case to the one that has taken it up.
CLAIM = 3700
ASKING = CALM + "environment: production\nenvironments: {production: {approval: true, min-availability: 0}}\n"
PUSH = ("POST", r"/git-receive-pack$")
RERUN = ("POST", r"/rerun-failed-jobs$")


class Relay(Story):
    """The six stages as six processes, each with the document of the one before."""

    victim: subprocess.Popen[str] | None = None

    def relay(
        self, kill: str = "", at: tuple[str, str] = ("", ""), when: str = "after", nth: int = 1
    ) -> None:
        """One run of ours; at the moment given, the process of that stage is killed, and no other follows."""
        self.healed += 1
        for before, stage in zip(("", *STAGES[:-1]), STAGES, strict=True):
            trick = self._arm(*at, when, nth) if stage == kill else None
            self.victim = self.begin(stage, *self._documents(before, stage))
            said, complained = self.victim.communicate(timeout=PATIENCE)
            if trick:
                assert trick.played, f"{stage} never came to {at}: {said}{complained}"
                assert self.victim.returncode == -signal.SIGKILL, said + complained
                return
            assert self.victim.returncode == 0, said + complained

    def _documents(self, before: str, stage: str) -> list[str]:
        place = f"{self.folder}/{{}}.json"
        return [*(["--input", place.format(before)] if before else []), "--output", place.format(stage)]

    def _arm(self, method: str, path: str, when: str, nth: int) -> Any:
        """Strikes when such a request comes for the nth time."""
        mischief = self.box.mischief
        if nth > 1:
            return mischief.meanwhile(
                lambda: self._arm(method, path, when, nth - 1), method=method, path=path, when=when
            )
        return mischief.meanwhile(self.kill, method=method, path=path, when=when)

    def kill(self) -> None:
        """Without a word, and whatever it has started with it."""
        assert self.victim
        os.killpg(self.victim.pid, signal.SIGKILL)

    def later(self, *pauses: float) -> None:
        """The runs of ours that the schedule starts."""
        for pause in pauses:
            self.box.clock.advance(pause)
            self.heal()

    @property
    def reruns(self) -> int:
        """How often the platform was asked for one, and did it."""
        return sum(
            seen.path.endswith("/rerun-failed-jobs") and seen.status == 201 for seen in self.box.requests
        )

    @property
    def issues(self) -> list[Any]:
        return [one for one in self.repo.issues.values() if not one.pull]

    def history(self) -> list[Any]:
        """The lines of what was recovered."""
        head = self.repo.git.head("remediate-state") or ""
        texts = (self.repo.git.read(head, name) or b"" for name in self.names("history/"))
        return [line for text in texts for line in text.splitlines()]


Begin = Callable[..., Relay]


@pytest.fixture
def relay(box: Box, tmp_path: Any) -> Begin:
    return lambda **more: Relay(box, tmp_path, files={".github/workflows/ci.yml": ci("npm ci")}, **more)


def _healed_once(shop: Relay, run: Run) -> None:
    """Whatever was killed: one re-run, one line of history, and nobody is bothered."""
    assert run.attempt.number == 2
    assert shop.standing(run) == "healed", shop.case(run)
    assert shop.reruns == 1
    assert len(shop.history()) == 1, shop.history()
    assert shop.issues == []


@pytest.mark.parametrize(
    ("stage", "at", "when", "nth"),
    [
        ("initialize", ("GET", r"/actions/runs$"), "before", 1),
        ("detect", ("GET", r"/downloads/job-logs/"), "before", 1),
        ("recover", PUSH, "after", 2),
        ("recover", PUSH, "after", 4),
        ("recover", RERUN, "before", 1),
        ("recover", RERUN, "after", 1),
        ("verify", PUSH, "after", 1),
        ("collect-metrics", PUSH, "after", 1),
    ],
    ids=lambda value: value[1].strip("/$").replace("/", "-") if isinstance(value, tuple) else str(value),
)
def test_a_stage_is_killed_and_the_next_runs_finish(
    relay: Begin, stage: str, at: tuple[str, str], when: str, nth: int
) -> None:
    shop = relay()
    run = shop.fails(NETWORK, attempt=lambda _run: GREEN)
    shop.relay(stage, at, when, nth)
    shop.later(CLAIM, 900)
    _healed_once(shop, run)


def test_notify_is_killed_at_the_issue(relay: Begin) -> None:
    """Who opens it and dies opens it once."""
    shop = relay(config=ASKING)
    run = shop.fails(NETWORK, attempt=lambda _run: GREEN)
    shop.relay("notify", ("POST", r"/issues$"), "after")
    shop.later(900)
    assert shop.standing(run) == "pending"
    (issue,) = shop.issues
    assert "/remediate approve" in issue.body
    shop.later(900)
    assert len(shop.issues) == 1
    assert run.attempt.number == 1
