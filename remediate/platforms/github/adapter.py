"""GitHub as the ports want it: the parts put together over one connection."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from remediate.platforms.github.branches import Branches
from remediate.platforms.github.calls import Bounds, Calls
from remediate.platforms.github.deployments import Deployments
from remediate.platforms.github.desk import Desk, repository_called
from remediate.platforms.github.downloads import Downloads
from remediate.platforms.github.logs import Logs
from remediate.platforms.github.memory import Memory
from remediate.platforms.github.pulls import Pulls
from remediate.platforms.github.runs import Runs
from remediate.platforms.github.stores import Stores
from remediate.platforms.github.tracker import Issues
from remediate.platforms.github.wire import Wire
from remediate.ports import Clock

API = "https://api.github.com"
_TENANTS = ".ghe.com"


class GitHub(Runs, Logs, Stores, Deployments, Branches, Pulls, Issues):
    """Implements `Platform`, `Forge` and `Tracker` for one repository."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)

    @property
    def repository(self) -> str:
        """OWNER/NAME."""
        return self._desk.name

    @property
    def calls_left(self) -> int:
        """How many more requests this process may make."""
        return self._calls.left

    @property
    def calls_made(self) -> int:
        """How many requests were made."""
        return self._calls.made

    @property
    def clock_ahead(self) -> float:
        """How many seconds GitHub's clock was ahead of ours in its last answer."""
        return self._calls.ahead

    def close(self) -> None:
        """Ends the connection."""
        self._calls.wire.close()


def api_at(server: str) -> str:
    """The address of the API of a server whose pages are at this one."""
    host = urlsplit(server).netloc.lower()
    if host == "github.com":
        return API
    return f"https://api.{host}" if host.endswith(_TENANTS) else f"{server.rstrip('/')}/api/v3"


def github_platform(  # noqa: PLR0913 - the world of one server
    api_url: str,
    repository: str,
    token: str,
    *,
    clock: Clock,
    random: Callable[[], float],
    bounds: Bounds | None = None,
    certificates: str = "",
) -> GitHub:
    """Nothing is asked of GitHub yet."""
    wire = Wire(api_url or API, token, certificates=certificates)
    calls = Calls(wire, clock=clock, random=random, bounds=bounds or Bounds(), memory=Memory())
    downloads = Downloads(wire.host, certificates=certificates)
    return GitHub(Desk(name=repository_called(repository), calls=calls, downloads=downloads))
