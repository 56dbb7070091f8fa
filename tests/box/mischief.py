"""What goes wrong on purpose: failures before and after the effect, limits, slow, cut and stale answers."""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .calls import DOCS, Answer
from .tokens import LEVELS

if TYPE_CHECKING:
    from .github import Box
    from .repository import Repository

EVER = 10**9
MINUTE = 60.0
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
_WORDS = {500: "Server Error", 502: "Server Error", 503: "Service Unavailable", 404: "Not Found", 410: "Gone"}


@dataclass
class Trick:
    """One misbehaviour: which requests it meets, when, and how often still."""

    kind: str
    method: str
    path: re.Pattern[str]
    when: str
    times: int
    status: int = 0
    amount: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    message: str = ""
    page: bytes | None = None
    action: Callable[[], object] | None = None
    played: int = 0

    def meets(self, method: str, path: str) -> bool:
        return self.times > 0 and self.method in ("*", method) and bool(self.path.search(path))

    def answer(self) -> Answer:
        if self.page is not None:
            return Answer(self.status, self.page, dict(self.headers), "text/html", deliberate=True)
        body = {"message": self.message or _WORDS.get(self.status, "Error"), "documentation_url": DOCS}
        return Answer(self.status, body, dict(self.headers), deliberate=True)


@dataclass
class Denial:
    permission: str
    level: str
    times: int


class Mischief:
    """Told by a test what to do; `path` is a regex searched for in the request's whole path."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._tricks: list[Trick] = []
        self._denials: list[Denial] = []
        self._past: list[tuple[float, dict[str, Repository]]] = []
        # So many writes a minute of box time are let through; for None there is no limit.
        self.writes_a_minute: int | None = 80
        self._writes: list[float] = []
        self._lock = threading.Lock()
        self.closing = threading.Event()

    def fail(
        self,
        *,
        method: str = "*",
        path: str = "",
        status: int = 502,
        when: str = "before",
        times: int = 1,
        message: str = "",
        page: bytes | None = None,
    ) -> Trick:
        """Answers with this status, before the effect or after it; `page` is sent as HTML."""
        return self._add("fail", method, path, when, times, status=status, message=message, page=page)

    def cut(self, *, method: str = "*", path: str = "", when: str = "before", times: int = 1) -> Trick:
        """Closes the connection without an answer; `during`: half-way through the answer."""
        return self._add("cut", method, path, when, times)

    def slow(self, seconds: float, *, method: str = "*", path: str = "", times: int = 1) -> Trick:
        """Real seconds go by between the effect and the answer."""
        return self._add("slow", method, path, "after", times, amount=seconds)

    def truncate(self, *, path: str = "/downloads/", keep: float = 0.5, times: int = 1) -> Trick:
        """Sends a part of the body, then closes the connection."""
        return self._add("truncate", "*", path, "after", times, amount=keep)

    def corrupt(self, *, path: str = "/downloads/", times: int = 1) -> Trick:
        """Sends a body of the right length with wrong bytes in the middle."""
        return self._add("corrupt", "*", path, "after", times)

    def meanwhile(
        self,
        action: Callable[[], object],
        *,
        method: str = "*",
        path: str = "",
        when: str = "after",
        times: int = 1,
    ) -> Trick:
        """Something happens before a request's effect, or between the effect and its answer; git's too."""
        return self._add("meanwhile", method, path, when, times, action=action)

    def happen(self, method: str, path: str, when: str) -> None:
        """What `meanwhile` was told, if it is its moment."""
        trick = self.pick(method, path, "meanwhile", when=when)
        if trick and trick.action:
            trick.action()

    def secondary_limit(
        self,
        retry_after: int | None = 60,
        *,
        method: str = "*",
        path: str = "/api/v3/",
        times: int = 1,
        status: int = 403,
    ) -> Trick:
        """A secondary rate limit, with `Retry-After` unless that is None."""
        held = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return self._add(
            "fail", method, path, "before", times, status=status, headers=held, message=SECONDARY
        )

    def redirect(
        self, place: str, *, method: str = "GET", path: str = "", status: int = 302, times: int = 1
    ) -> Trick:
        """Sends whoever asks to another place."""
        return self._add("fail", method, path, "before", times, status=status, headers={"Location": place})

    def limit_of_writes(self) -> Answer | None:
        """The secondary limit, where too much was written in a minute."""
        now = self._box.clock.now()
        self._writes = [moment for moment in self._writes if moment > now - MINUTE]
        if self.writes_a_minute is None or len(self._writes) < self.writes_a_minute:
            self._writes.append(now)
            return None
        wait = str(int(MINUTE - (now - self._writes[0])) or 1)
        words = {"message": SECONDARY, "documentation_url": DOCS}
        return Answer(403, words, {"Retry-After": wait}, deliberate=True)

    def exhaust(self, token: str, left: int = 0) -> None:
        """The token has only so many requests left in the hour that begins now."""
        from .counting import exhaust  # noqa: PLC0415 - it knows this module's box

        exhaust(self._box, self._box.tokens.held[token], left)

    def deny(self, permission: str, level: str = "read", times: int = EVER) -> Denial:
        """Answers 403 as if every token lacked this permission from this level on."""
        made = Denial(permission.replace("-", "_"), level, times)
        self._denials.append(made)
        return made

    def stale(self, seconds: float, *, path: str = "/api/v3/", times: int = EVER) -> Trick:
        """Reads answer as of so many seconds of box time ago, but never of before now."""
        self.remember()
        return self._add("stale", "GET", path, "read", times, amount=seconds)

    def calm(self) -> None:
        """Everything works again."""
        self._tricks.clear()
        self._denials.clear()
        self._past.clear()

    def pick(self, method: str, path: str, *kinds: str, when: str = "") -> Trick | None:
        """The first trick that meets the request, counted as played."""
        with self._lock:  # else two requests at once might both meet what was meant for one
            for trick in self._tricks:
                wanted = (not kinds or trick.kind in kinds) and when in ("", trick.when)
                if wanted and trick.meets(method, path):
                    trick.times -= 1
                    trick.played += 1
                    return trick
        return None

    def denied(self, permission: str, level: str) -> bool:
        for denial in self._denials:
            if denial.times > 0 and denial.permission == permission and LEVELS[level] >= LEVELS[denial.level]:
                denial.times -= 1
                return True
        return False

    def remember(self) -> None:
        """Keeps the world as it is, for stale reads."""
        box = self._box
        memo = {id(box): box, **{id(repo.git): repo.git.as_now() for repo in box.repositories.values()}}
        memo.update({id(repo.on_rerun): repo.on_rerun for repo in box.repositories.values() if repo.on_rerun})
        self._past.append((box.clock.now(), copy.deepcopy(box.repositories, memo)))

    def before_write(self) -> None:
        if any(trick.kind == "stale" and trick.times for trick in self._tricks):
            self.remember()

    def past(self, method: str, path: str) -> dict[str, Repository] | None:
        """The repositories as a stale read sees them, None for a fresh one."""
        trick = self.pick(method, path, "stale")
        if trick is None or not self._past:
            return None
        since = self._box.clock.now() - trick.amount
        # A copy shows the world until the write that it was made for.
        return next((world for moment, world in self._past if moment >= since), None)

    def _add(self, kind: str, method: str, path: str, when: str, times: int, **more: Any) -> Trick:
        trick = Trick(kind, method, re.compile(path), when, times, **more)
        self._tricks.append(trick)
        return trick
