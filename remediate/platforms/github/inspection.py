"""Looks at what GitHub tells of a repository's settings and of a token; a no is an answer too."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from remediate.platforms.github.calls import Bounds, Calls
from remediate.platforms.github.memory import Memory
from remediate.platforms.github.wire import Reply, Wire
from remediate.ports import Clock

_ANY = range(200, 500)


class Inspection:
    """Only reads, with the adapter's own patience; raises `Unreachable` where no answer comes."""

    def __init__(self, repository: str, calls: Calls) -> None:
        self._root = f"/repos/{repository}"
        self._calls = calls

    def look(self, path: str, query: Mapping[str, str] = {}) -> Reply:
        """What is answered about the repository, below its own address."""
        return self._calls.get(self._root + path, query, accept=_ANY, fresh=True)

    def look_up(self, path: str) -> Reply:
        """The same about anything else."""
        return self._calls.get(path, accept=_ANY, fresh=True)

    @property
    def clock_ahead(self) -> float:
        """How many seconds the server's clock was ahead of ours in its last answer."""
        return self._calls.ahead


def inspection(  # noqa: PLR0913 - the world of one server
    api_url: str,
    repository: str,
    token: str,
    *,
    clock: Clock,
    random: Callable[[], float],
    certificates: str = "",
) -> Inspection:
    """Opens nothing yet: the first look does."""
    wire = Wire(api_url, token, certificates=certificates)
    bounds = Bounds(calls=60, tries=3, patience=20.0)
    return Inspection(repository, Calls(wire, clock=clock, random=random, bounds=bounds, memory=Memory()))
