"""The living half of the box: what happens is told to those who listen, and starts workflows."""

from __future__ import annotations

import itertools
import os
import re
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .acting import TOOLS
from .concurrency import given_up
from .endings import Ending, Fates
from .events import Webhooks, actor_of, of_a_push, quiet, with_origin
from .git_host import GitHost
from .git_seat import seat_of
from .occasions import Occasion, Script, of_default_branch, of_pull, of_push, started_by
from .payload_gaps import filled
from .plain_shells import write_shells
from .playing import Player
from .schedules import pass_time
from .workflow_file import Workflow

if TYPE_CHECKING:
    from .github import Box
    from .repository import Repository
    from .runs import Run
    from .tokens import Token

DISPATCHES = {"workflow_dispatch", "repository_dispatch"}
DEEPEST = 3
ENOUGH = 400
PULLED = {"opened", "synchronize", "reopened"}


class Life:
    """One for each box. What is due is queued at once, and played when a test calls `settle` or `tick`.

    `environment`, `secrets`, `actions` and `path` are for tests to fill: variables of all jobs, secrets by
    repository, folders by `owner/name` or `owner/name@ref` of actions and reusable workflows.
    """

    def __init__(self, box: Box) -> None:
        self.box = box
        self.folder = box.folder / "life"
        self.folder.mkdir(parents=True, exist_ok=True)
        tools = os.pathsep.join([str(TOOLS), os.environ.get("PATH", os.defpath)])
        self.path = write_shells(self.folder / "shells", tools)
        self.timeout = 300.0
        self.environment: dict[str, str] = {}
        self.secrets: dict[str, dict[str, str]] = {}
        self.actions: dict[str, Path] = {}
        self.webhooks = Webhooks(box)
        self.scripts: dict[int, Script] = {}
        self.summaries: dict[tuple[int, int, str], str] = {}
        self.refusals: dict[int, str] = {}
        self.count = itertools.count(1)
        self._due: deque[tuple[Run, Sequence[str] | None]] = deque()
        self._played: Script | None = None
        self._turn = threading.RLock()
        self._news = threading.Event()
        self._closed = False
        self.fates = Fates(box)
        self._moves: dict[tuple[str, str], dict[str, str]] = {}

    def close(self) -> None:
        """Nothing is played from now on."""
        self._closed = True
        self._news.set()
        self._due.clear()

    def start(self) -> None:
        """Plays what is due as it comes, in a thread of its own, as a demonstration wants it."""
        threading.Thread(target=self._live, daemon=True).start()

    def _live(self) -> None:
        while not self._closed:
            self._news.wait()
            self._news.clear()
            try:
                self.settle()
            except Exception as failure:
                self.box.faults.append(f"the box's life ended: {failure!r}")
                raise

    @property
    def git(self) -> GitHost:
        """Git over HTTP of this box: `git.mischief.cut(…)` breaks its connections."""
        return seat_of(self.box).host

    # What happens

    def pushed(self, repo: Repository, ref: str, before: str, after: str, token: Token | None) -> None:
        """A branch or tag was pushed, made or removed."""
        if not ref.startswith(("refs/heads/", "refs/tags/")):
            return
        self._moves[repo.full_name, ref.removeprefix("refs/heads/")] = {"before": before, "after": after}
        for event, payload in of_a_push(self.box, repo, (ref, before, after), token):
            self.webhooks.deliver(repo, event, payload)
            if event == "push" and not quiet(token):
                occasion = of_push(repo, payload, actor_of(payload, token))
                self.begin(repo, occasion)

    def happened(self, repo: Repository, event: str, payload: Mapping[str, Any], token: Token | None) -> None:
        """Anything else happened; `payload` has the objects of the event."""
        full = with_origin(self.box, repo, payload, token)
        if event == "pull_request" and payload.get("action") == "synchronize":
            head = payload["pull_request"]["head"]
            full = {**self._moves.get((head["repo"]["full_name"], head["ref"]), {}), **full}
        self.webhooks.deliver(repo, event, filled(self.box, repo, event, full))
        actor = actor_of(full, token)
        if event == "pull_request":
            self._pull(repo, full, actor, token)
        elif event == "workflow_run":
            self._run(repo, full)
        elif event not in DISPATCHES and quiet(token):
            return
        elif event == "workflow_dispatch":
            only = str(full["workflow"])
            self.begin(repo, of_default_branch(repo, event, full, actor, only=only, ref=str(full["ref"])))
        elif event == "repository_dispatch":
            self.begin(repo, of_default_branch(repo, event, full, actor))
        else:
            title = (full.get("issue") or {}).get("title")
            self.begin(repo, of_default_branch(repo, event, full, actor, title=title))

    def _pull(self, repo: Repository, payload: Mapping[str, Any], actor: str, token: Token | None) -> None:
        waits = quiet(token)
        if waits and payload.get("action") not in PULLED:
            return
        issue = repo.issues[int(payload["pull_request"]["number"])]
        self.begin(repo, of_pull(repo, issue, "pull_request", payload, actor, waits=waits))
        if not waits:
            self.begin(repo, of_pull(repo, issue, "pull_request_target", payload, actor, waits=False))

    def _run(self, repo: Repository, payload: Mapping[str, Any]) -> None:
        run = repo.runs[int(payload["workflow_run"]["id"])]
        script = self.scripts.get(run.id)
        depth = (script.occasion.depth if script else 0) + 1
        if depth > DEEPEST or (payload["action"] == "requested" and run.attempt.number > 1):
            return
        facts = {"action": payload["action"], "name": run.name, "branch": run.branch}
        occasion = of_default_branch(
            repo, "workflow_run", payload, run.attempt.actor, facts=facts, depth=depth
        )
        self.begin(repo, occasion)

    def tell_run(self, run: Run, action: str) -> None:
        """A run was requested, or goes on: its end is told by itself."""
        repo = run.repo
        self.box.happened(repo, "workflow_run", {"action": action, **self.box.render.run_event(run)}, None)

    # Runs

    def begin(self, repo: Repository, occasion: Occasion | None) -> list[Run]:
        """Makes the runs of the workflows that listen, and queues them."""
        if occasion is None or not repo.settings.actions_enabled:
            return []
        return [self._begin(repo, occasion, found) for found in started_by(repo, occasion)]

    def _begin(self, repo: Repository, occasion: Occasion, found: Workflow | tuple[str, Exception]) -> Run:
        broken = isinstance(found, tuple)
        path = found[0] if isinstance(found, tuple) else found.path
        run = repo.add_run(
            workflow=path,
            name=path if isinstance(found, tuple) else found.name,
            branch=occasion.branch,
            sha=occasion.sha,
            event=occasion.event,
            actor=occasion.actor,
            status="queued",
            head_repository=occasion.head_repository,
            display_title=occasion.title,
        )
        if isinstance(found, tuple):
            self.refusals[run.id] = str(found[1])
            run.end("startup_failure")
        else:
            self.scripts[run.id] = Script(repo=repo, run=run, occasion=occasion, workflow=found)
        if not broken and occasion.waits:
            run.attempt.status, run.attempt.conclusion = "completed", "action_required"
        elif not broken:
            self.tell_run(run, "requested")
            self._queue(run)
        return run

    def _queue(self, run: Run, names: Sequence[str] | None = None) -> None:
        """The run waits for its turn, and with it those jobs of it; its group may have no room for it."""
        script = self.scripts[run.id]
        waiting = [self.scripts[held.id] for held, _ in self._due if held.repo is run.repo]
        self._due.append((run, names))
        for other in given_up(self.box, script, waiting, self._played):
            self.cancel(other.run)
        self._news.set()

    def plays(self, run: Run) -> bool:
        """Whether act can play the run again."""
        return run.id in self.scripts

    def rerun(self, run: Run, names: Sequence[str]) -> None:
        """Plays these jobs again in the attempt that was opened for it; the others keep their results."""
        self._queue(run, names)

    def cancel(self, run: Run) -> None:
        """A run that waits is cancelled; one that is played has come to its end before anybody could ask."""
        kept = [(held, names) for held, names in self._due if held is not run]
        if len(kept) < len(self._due):
            self._due = deque(kept)
            run.stop()

    def approve(self, run: Run) -> None:
        """A person let a run go that waited for it."""
        run.attempt.status, run.attempt.conclusion = "queued", None
        self._queue(run)

    def next_run_ends(self, repo: Repository, kind: str, job: str | None = None) -> None:
        """The next run that is played ends so: runner-lost, cancelled, out-of-time or startup_failure."""
        self.fates.endings.setdefault(repo.full_name, deque()).append(Ending(kind=kind, job=job))

    def lose_runner(self, repo: Repository, job: str, *, after: int = 1, path: str = "") -> None:
        """The next job of that name dies with its runner when it has made so many requests to such a path."""
        self.fates.losses[repo.full_name, job] = (after, re.compile(path))

    # Time

    def settle(self) -> None:
        """Plays all that is due, in order, and what comes of it, until nothing is left."""
        with self._turn:
            for _ in range(ENOUGH):
                if not self._due or self._closed:
                    break
                run, names = self._due.popleft()
                self._played = self.scripts[run.id]
                try:
                    Player(self, self._played, names).attempt()
                finally:
                    self._played = None
            else:
                raise RuntimeError(f"{ENOUGH} runs, and there is no end of it: do they start each other?")
            self.webhooks.flush()

    def tick(self, seconds: float) -> None:
        """Lets time pass: workflows that are scheduled within it run at their moments."""
        pass_time(self, seconds)
