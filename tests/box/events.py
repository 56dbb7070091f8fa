"""Webhooks: the payloads of what happens, checked against GitHub's published schemas, and their delivery."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .bare import NOTHING
from .payloads import Payloads, place

if TYPE_CHECKING:
    from .github import Box
    from .repository import Repository
    from .tokens import Token


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One webhook as a subscriber gets it."""

    id: str
    repository: str
    event: str
    payload: Mapping[str, Any]


@dataclass
class Webhooks:
    """Subscribers get what happens in order, unless told to misbehave."""

    box: Box = field(repr=False)
    subscribers: list[Callable[[Delivery], None]] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)
    duplicated: int = 0
    seed: int | None = None
    _late: list[tuple[float, Delivery]] = field(default_factory=list)
    _held: list[Delivery] = field(default_factory=list)
    delay: float = 0

    def __post_init__(self) -> None:
        where = place()
        self.checks = Payloads(where) if where else None

    def subscribe(self, subscriber: Callable[[Delivery], None]) -> None:
        """Calls it with each delivery."""
        self.subscribers.append(subscriber)

    def duplicate(self, times: int = 1) -> None:
        """The next deliveries come twice, under one id."""
        self.duplicated += times

    def reorder(self, seed: int = 1) -> None:
        """Holds deliveries back and gives them out in another order when the box settles."""
        self.seed = seed

    def late(self, seconds: float) -> None:
        """Deliveries come so much later, on the box's clock."""
        self.delay = seconds

    def deliver(self, repo: Repository, event: str, payload: Mapping[str, Any]) -> None:
        """Checks a payload and hands it to the subscribers."""
        told = payload
        if self.checks:
            told, wrong = self.checks.look(event, payload)
            self.box.faults.extend(f"webhook {event}: {reason}" for reason in wrong)
        made = Delivery(id=f"{len(self.sent):08d}", repository=repo.full_name, event=event, payload=told)
        self.sent.append(made)
        copies = 2 if self.duplicated else 1
        self.duplicated -= copies - 1
        for _ in range(copies):
            if self.seed is not None:
                self._held.append(made)
            elif self.delay:
                self._late.append((self.box.clock.now() + self.delay, made))
            else:
                self._hand_out(made)

    def flush(self) -> None:
        """Gives out what was held back, and what is due by now."""
        held, self._held = self._held, []
        if self.seed is not None:
            random.Random(self.seed).shuffle(held)
        now = self.box.clock.now()
        due = [made for when, made in self._late if when <= now]
        self._late = [(when, made) for when, made in self._late if when > now]
        for made in (*held, *due):
            self._hand_out(made)

    def _hand_out(self, made: Delivery) -> None:
        for subscriber in self.subscribers:
            subscriber(made)


def with_origin(
    box: Box, repo: Repository, payload: Mapping[str, Any], token: Token | None
) -> dict[str, Any]:
    """A payload with the repository and who did it."""
    login = token.actor if token else sender_of(payload)
    return {"repository": box.render.repository(repo), "sender": box.render.user(box, login), **payload}


def sender_of(payload: Mapping[str, Any]) -> str:
    """The person that an event without a token comes from."""
    for name in ("comment", "issue", "pull_request"):
        found = payload.get(name)
        if isinstance(found, Mapping) and isinstance(found.get("user"), Mapping):
            return str(found["user"]["login"])
    run = payload.get("workflow_run")
    return str(run["triggering_actor"]["login"]) if isinstance(run, Mapping) else "ada"


def of_a_push(
    box: Box, repo: Repository, update: tuple[str, str, str], token: Token | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The events of a push: the push itself, and that a branch or tag was made or removed."""
    ref, before, after = update
    kind, name = ("branch" if ref.startswith("refs/heads/") else "tag"), ref.split("/", 2)[2]
    short = {"ref": name, "ref_type": kind, "pusher_type": "user"}
    if before == NOTHING:
        more = {"master_branch": repo.default_branch, "description": None}
        yield "create", with_origin(box, repo, {**short, **more}, token)
    elif after == NOTHING:
        yield "delete", with_origin(box, repo, short, token)
    login = token.actor if token else "ada"
    commits = [told_commit(box, repo, sha) for sha in new_commits(repo, before, after)]
    payload = {
        "ref": ref,
        "before": before,
        "after": after,
        "created": before == NOTHING,
        "deleted": after == NOTHING,
        "forced": NOTHING not in {before, after} and not repo.git.contains(before, after),
        "base_ref": None,
        "compare": f"{box.address}/{repo.full_name}/compare/{before[:12]}...{after[:12]}",
        "commits": commits,
        "head_commit": None if after == NOTHING else told_commit(box, repo, after),
        "pusher": {"name": login, "email": f"{login}@mail.example"},
    }
    yield "push", with_origin(box, repo, payload, token)


def new_commits(repo: Repository, before: str, after: str) -> list[str]:
    """The commits that a push brought, the oldest first, twenty at most as in the payload."""
    if after == NOTHING or (before != NOTHING and not repo.git.kind(before)):
        return []
    span = [after] if before == NOTHING else [after, f"^{before}"]
    limit = ["-1"] if before == NOTHING else ["-20"]
    return repo.git.run("rev-list", "--reverse", *limit, *span).decode().split()


def told_commit(box: Box, repo: Repository, sha: str) -> dict[str, Any]:
    """A commit as the payload of a push tells it."""
    form = "%T%x00%an%x00%ae%x00%cn%x00%ce%x00%cI%x00%B"
    words = repo.git.run("log", "-1", f"--format={form}", sha).decode("utf-8", "replace").split("\0")
    rows = repo.git.run("diff-tree", "--root", "-r", "--no-commit-id", "--name-status", "-z", sha)
    pairs = rows.decode("utf-8", "replace").split("\0")[:-1]
    by_kind: dict[str, list[str]] = {"A": [], "M": [], "D": []}
    for kind, path in zip(pairs[::2], pairs[1::2], strict=True):
        by_kind.setdefault(kind[0], []).append(path)
    return {
        "id": sha,
        "tree_id": words[0],
        "distinct": True,
        "message": words[6].strip("\n"),
        "timestamp": words[5],
        "url": f"{box.address}/{repo.full_name}/commit/{sha}",
        "author": {"name": words[1], "email": words[2]},
        "committer": {"name": words[3], "email": words[4]},
        "added": by_kind["A"],
        "removed": by_kind["D"],
        "modified": by_kind["M"],
    }


def quiet(token: Token | None) -> bool:
    """Whether what the token does starts nothing: GITHUB_TOKEN must not."""
    return token is not None and token.kind == "workflow"


def actor_of(payload: Mapping[str, Any], token: Token | None) -> str:
    """Who did it."""
    return token.actor if token else str(payload["sender"]["login"])
