"""The requests that are made of GitHub: reads are repeated, writes looked up first, all are counted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from remediate.errors import Unreachable
from remediate.platforms.github.limits import backoff, clock_time, limited, remaining, skew, told_to_wait
from remediate.platforms.github.memory import Memory
from remediate.platforms.github.refusals import refusal, unanswered
from remediate.platforms.github.wire import Doubtful, Reply, Wire
from remediate.ports import Clock

T = TypeVar("T")

_PASSING = (500, 502, 503, 504)
# The wire tells a 301 as a 308.
_MOVED = (302, 307, 308)
_SENT = 2
_SUCCESS = range(200, 300)
# What the last stages need to tell how it ended, when others have used up what there was.
RESERVE = 50
# Reads may show the world as it was seconds ago: an effect is not there only if it is not there twice.
_LOOKS = (1.0, 4.0, 10.0)


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """How often and how long: `patience` is the longest wait for a limit, and a third of all of them."""

    calls: int = 900
    tries: int = 4
    patience: float = 120.0


class Calls:
    """Makes requests of one repository's server; raises `Unreachable` where it does not get through."""

    def __init__(
        self, wire: Wire, *, clock: Clock, random: Callable[[], float], bounds: Bounds, memory: Memory
    ) -> None:
        self.wire = wire
        self.clock = clock
        self.made = 0
        self.ahead = 0.0
        self._random = random
        self._bounds = bounds
        self._memory = memory
        self._left: int | None = None
        self._waited = 0.0

    @property
    def left(self) -> int:
        """How many more reads there may be."""
        own = self._bounds.calls - self.made
        return max(0, own if self._left is None else min(own, self._left - RESERVE))

    def get(
        self,
        path: str,
        query: Mapping[str, str] = {},
        *,
        needs: str = "",
        accept: Collection[int] = (),
        fresh: bool = False,
    ) -> Reply:
        """The answer, which is a success or one of `accept`. A `fresh` one does not come from memory."""
        self._afford(path)
        for tries in range(self._bounds.tries):
            answer = self._answer("GET", path, query, known=not fresh)
            moved = self._moved(answer, accept)
            if moved and moved != path:
                path = moved
                continue
            if isinstance(answer, Reply) and answer.status not in _PASSING:
                return _settled(answer, f"GET {path}", needs, accept)
            if tries + 1 < self._bounds.tries:
                self._pause(answer, tries, f"GET {path}")
        raise unanswered(f"GET {path}", _why(answer))

    def pages(  # noqa: PLR0913 - what `get` takes, and how far to go
        self,
        path: str,
        query: Mapping[str, str] = {},
        *,
        needs: str = "",
        accept: Collection[int] = (),
        most: int = 100,
        fresh: bool = False,
    ) -> Iterator[Reply]:
        """One page after the other, a hundred entries each."""
        asked = {"per_page": "100", **query}
        for _ in range(most):
            reply = self.get(path, asked, needs=needs, accept=accept, fresh=fresh)
            yield reply
            following = _following(reply.headers.get("link", ""))
            if not following:
                return
            asked = {**asked, **following}

    def write(self, method: str, path: str, body: Any = None) -> Reply | Doubtful:
        """Sends it once; only what had no effect for certain, by a limit, is sent again."""
        answer = self._answer(method, path, {}, body=body)
        if isinstance(answer, Reply) and answer.status in _PASSING:
            return Doubtful(reason=_why(answer))
        return answer

    def bring_about(  # noqa: PLR0913 - what is sent, and what tells its effect
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        look: Callable[[], T | None],
        needs: str = "",
        accept: Collection[int] = (),
    ) -> Reply | T:
        """The answer of a write, or what `look` sees of its effect where the answer leaves a doubt.

        When nothing is seen it is sent once more, and then never again.
        """
        why = ""
        for _ in range(_SENT):
            answer = self.write(method, path, body)
            if isinstance(answer, Reply):
                return _settled(answer, f"{method} {path}", needs, accept)
            seen = self._look(look)
            if seen is not None:
                return seen
            why = answer.reason
        raise unanswered(f"{method} {path}", f"{why}, twice, and its effect is not to be seen")

    def take_away(self, path: str, *, there: Callable[[], bool], needs: str) -> bool:
        """Deletes it; whether it was there. Raises where it is there still.

        To a token that may not write, GitHub says that nothing is there.
        """
        answer = self.bring_about(
            "DELETE", path, look=lambda: None if there() else True, needs=needs, accept=(404, 422)
        )
        if isinstance(answer, Reply) and answer.status not in _SUCCESS:
            if there():
                raise refusal(answer, f"DELETE {path}", needs)
            return False
        return True

    def _moved(self, answer: Reply | Doubtful, accept: Collection[int]) -> str:
        """Where a repository's new name has led a read, on the same server; a write is told of it instead."""
        if isinstance(answer, Doubtful) or answer.status not in _MOVED or answer.status in accept:
            return ""
        return self.wire.below(answer.headers.get("location", "")).partition("?")[0]

    def _look(self, look: Callable[[], T | None]) -> T | None:
        for pause in _LOOKS:
            self.clock.sleep(pause)
            seen = look()
            if seen is not None:
                return seen
        return None

    def _answer(
        self, method: str, path: str, query: Mapping[str, str], *, body: Any = None, known: bool = False
    ) -> Reply | Doubtful:
        address = f"{path}?{urlencode(sorted(query.items()))}"
        etag = self._memory.etag(address) if known else ""
        least = 1.0
        while True:
            headers = {"If-None-Match": etag} if etag else {}
            answer = self._exchange(method, path, query, headers, body)
            pause = limited(answer, self._server_time()) if isinstance(answer, Reply) else None
            if pause is None:
                break
            # Whoever goes on asking too soon is shut out for good.
            self._wait(max(pause, least), f"{method} {path}")
            least *= 2
        if isinstance(answer, Doubtful) or method != "GET":
            return answer
        if answer.status == 304:
            return self._memory.recall(address, answer)
        if answer.status == 200:
            self._memory.keep(address, answer)
        return answer

    def _exchange(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str], body: Any
    ) -> Reply | Doubtful:
        self.made += 1
        answer = self.wire.send(method, path, query=query, headers=headers, body=body)
        if isinstance(answer, Reply):
            ahead = skew(answer.headers, self.clock.now())
            self.ahead = self.ahead if ahead is None else ahead
            left = remaining(answer.headers)
            self._left = self._left if left is None else left
        return answer

    def _server_time(self) -> float:
        return self.clock.now() + self.ahead

    def _pause(self, answer: Reply | Doubtful, tries: int, place: str) -> None:
        """Before a read is tried again."""
        asked = told_to_wait(answer, self._server_time()) if isinstance(answer, Reply) else None
        if asked is None:
            self.clock.sleep(backoff(tries, self._random))
        else:
            self._wait(asked, place)

    def _wait(self, seconds: float, place: str) -> None:
        patience = self._bounds.patience
        if seconds > patience or self._waited + seconds > 3 * patience:
            until = clock_time(self._server_time() + seconds)
            raise Unreachable(
                f"{place}: GitHub takes no more requests of ours until {until}",
                hint="A later run goes on; ask less often, or give an App's token, which may ask more.",
                docs="docs/github.md",
            )
        self._waited += seconds
        self.clock.sleep(seconds + self._random())

    def _afford(self, path: str) -> None:
        if self.left <= 0:
            raise Unreachable(
                f"GET {path}: the {self.made} calls that this run may make of GitHub are made",
                hint="What is left is done by the next run.",
                docs="docs/github.md",
            )


def _settled(reply: Reply, place: str, needs: str, accept: Collection[int]) -> Reply:
    if reply.status in _SUCCESS or reply.status in accept:
        return reply
    raise refusal(reply, place, needs)


def _why(answer: Reply | Doubtful) -> str:
    return answer.reason if isinstance(answer, Doubtful) else f"GitHub answered {answer.status}"


def _following(link: str) -> dict[str, str]:
    """The parameters of the next page; its address is not followed, only its place in the list."""
    for entry in link.split(","):
        address, _, relation = entry.partition(";")
        if 'rel="next"' in relation:
            query = dict(parse_qsl(urlsplit(address.strip(" <>")).query))
            return {name: query[name] for name in ("page", "after", "cursor") if name in query}
    return {}
