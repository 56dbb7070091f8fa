"""The box itself: the world under one lock, the server before it, and what a test may tell it."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from . import description, render
from .archives import Downloads
from .bare import BareRepository, Files
from .calls import Seen
from .clock import BoxClock
from .mischief import Mischief
from .prose import Saying, closed_by, messages
from .pulling import ended_by_push
from .repository import Repository
from .server import Server
from .tokens import ROLES, Token, Tokens

if TYPE_CHECKING:
    from .checking import Checks
    from .talk import Issue

FIRST = {"README.md": "# Here\n"}


class BoxFaults(AssertionError):
    """Requests or answers were not as GitHub's description says."""


class Box:
    """`with Box(folder) as box:` starts it; leaving raises when there were faults that nobody expected."""

    render = render

    def __init__(self, folder: Path, *, checked: bool = True) -> None:
        self.folder = Path(folder)
        self.lock = threading.RLock()
        self.clock = BoxClock()
        self.tokens = Tokens()
        self.mischief = Mischief(self)
        self.downloads = Downloads(self)
        self.repositories: dict[str, Repository] = {}
        self.moved: dict[str, Repository] = {}
        self.users: dict[str, int] = {}
        self.used: dict[str, tuple[float, int]] = {}
        self.requests: list[Seen] = []
        self.faults: list[str] = []
        self.sayings: list[Saying] = []
        self.events: list[tuple[str, str, dict[str, Any]]] = []
        self._ids = itertools.count(17_000_000_001)
        self._expected = False
        where = description.place()
        self.checks = _checks(where) if where and checked else None
        self.server = Server(self)
        self.life = _life(self)

    def __enter__(self) -> Box:
        self.server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.mischief.closing.set()
        if self.life is not None:
            self.life.close()
        self.server.stop()
        if self.faults and not self._expected and kind is None:
            raise BoxFaults("\n".join(self.faults))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    @property
    def api(self) -> str:
        return self.address + "/api/v3"

    def heard(self, where: str, author: str, text: str | None) -> None:
        """Keeps what was written, also when it is written over later."""
        if text:
            self.sayings.append(Saying(where, author, text))

    def mentions(self) -> list[tuple[str, str]]:
        """Everybody who was told of something by name, and where."""
        return [(saying.where, name) for saying in self.sayings for name in saying.prose.mentions]

    def next_id(self) -> int:
        return next(self._ids)

    def expect_faults(self) -> None:
        """The test looks at `faults` itself."""
        self._expected = True

    def repository(
        self,
        full_name: str,
        *,
        default_branch: str = "main",
        private: bool = False,
        files: Files | None = FIRST,
        fork_of: str | None = None,
    ) -> Repository:
        """A new repository with one commit of these files; `files=None` leaves it empty."""
        with self.lock:
            path = self.folder / "git" / f"{full_name}.git"
            git = BareRepository(path, self.clock, default_branch)
            now = self.clock.now()
            made = Repository(self, full_name, self.next_id(), default_branch, private, git, now, fork_of)
            self.user(made.owner)
            self.repositories[full_name] = made
        if fork_of:
            git.run("fetch", "--quiet", str(self.repositories[fork_of].path), "+refs/heads/*:refs/heads/*")
        elif files:
            git.commit(files, branch=default_branch, message="First")
        return made

    def find_repository(self, full_name: str) -> Repository | None:
        """Names ignore case, as on GitHub."""
        wanted = full_name.lower()
        return next((repo for name, repo in self.repositories.items() if name.lower() == wanted), None)

    def rename(self, repo: Repository, full_name: str) -> None:
        """Gives a repository another name; requests to the old one are sent on, as GitHub does."""
        with self.lock:
            self.moved[repo.full_name.lower()] = repo
            del self.repositories[repo.full_name]
            repo.full_name = full_name
            repo.owner, _, repo.name = full_name.partition("/")
            self.repositories[full_name] = repo

    def user(self, login: str) -> int:
        """The id of an account, made when it is first named."""
        return self.users.setdefault(login, 1000 + len(self.users))

    def token(
        self,
        repo: Repository | None,
        actor: str = "github-actions[bot]",
        permissions: Mapping[str, str] = {},
        kind: str = "installation",
    ) -> str:
        """The value of a new token; kinds: `installation` (GITHUB_TOKEN), `app`, `person`, `fine-grained`."""
        return self.new_token(repo, actor, permissions, kind).value

    def new_token(
        self,
        repo: Repository | None,
        actor: str = "github-actions[bot]",
        permissions: Mapping[str, str] = {},
        kind: str = "installation",
    ) -> Token:
        self.user(actor)
        known = {"installation": "workflow"}.get(kind, kind)
        return self.tokens.issue(known, actor, repo.full_name if repo else None, permissions)

    def person(self, login: str, repo: Repository | None = None, permission: str = "write") -> str:
        """An account with a role in a repository."""
        if permission not in ROLES:
            raise ValueError(f"no such role: {permission}")
        self.user(login)
        if repo is not None:
            self.tokens.roles[login, repo.full_name] = permission
        return login

    def person_token(
        self, login: str, *, scopes: str = "repo, workflow", permissions: Mapping[str, str] | None = None
    ) -> str:
        """A classic token with scopes, or a fine-grained one with permissions."""
        if permissions is not None:
            return self.new_token(None, login, permissions, "fine-grained").value
        token = self.new_token(None, login, {}, "person")
        token.scopes = scopes
        return token.value

    def happened(self, repo: Repository, event: str, payload: dict[str, Any], token: Token | None) -> None:
        """Keeps an event in `events` and passes it on to the life of the box."""
        self.events.append((repo.full_name, event, payload))
        if self.life is not None:
            self.life.happened(repo, event, payload, token)

    def pushed(self, repo: Repository, ref: str, before: str, after: str, token: Token | None) -> None:
        """A ref changed through REST."""
        moved = repo.pulls_moved(ref, after)
        ended = ended_by_push(repo, ref, after)
        closed = self._closed(repo, ref, (before, after), token)
        if self.life is not None:
            self.life.pushed(repo, ref, before, after, token)
        for target, issue in moved:
            shown = render.pull_event(target, issue)
            moves = {"action": "synchronize", "before": before, "after": after}
            target.tell("pull_request", {**moves, **shown}, token)
        for issue in closed:
            repo.tell("issues", {"action": "closed", **render.issue_event(repo, issue)}, token)
        for target, issue in ended:
            target.tell("pull_request", {"action": "closed", **render.pull_event(target, issue)}, token)

    def _closed(self, repo: Repository, ref: str, span: tuple[str, str], token: Token | None) -> list[Issue]:
        """What commits and pull requests that reach the default branch close."""
        if ref != f"refs/heads/{repo.default_branch}":
            return []
        merged = (held for held in repo.pulls.values() if held.pull and held.pull.merge_commit == span[1])
        texts = [*messages(repo, *span), *(held.body or "" for held in merged)]
        return closed_by(repo, texts, token.actor if token else repo.owner)

    def settle(self) -> None:
        """Plays what waits to be played; returns when nothing is under way."""
        if self.life is not None:
            self.life.settle()

    def tick(self, seconds: float) -> None:
        """Lets box time go by, and what is scheduled happen."""
        if self.life is not None:
            self.life.tick(seconds)
        else:
            self.clock.advance(seconds)

    @property
    def webhooks(self) -> Any:
        """Where webhooks are delivered to, and what was delivered."""
        return self.life.webhooks


def _checks(where: Path) -> Checks:
    # The demonstration does without the validator that this needs.
    from .checking import Checks  # noqa: PLC0415

    return Checks(description.load(where))


def _life(box: Box) -> Any:
    try:
        from .life import Life  # noqa: PLC0415 - the other half of the box, which tests of this one do without
    except ModuleNotFoundError as missing:
        if missing.name != f"{__package__}.life":
            raise
        return None
    return Life(box)
