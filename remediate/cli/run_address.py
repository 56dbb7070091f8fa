"""Where a run is: from its address, or from the repository around us; and the token that may go there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from remediate.errors import UsageProblem
from remediate.platforms.github import api_at
from remediate.ports import Finished, Processes

_PUBLIC = "https://github.com"
_RUN = re.compile(
    r"(?P<server>https?://[^/\s@?#]+)/(?P<name>[\w.-]+/[\w.-]+)/actions/runs/(?P<run>[0-9]{1,18})"
    r"(?:/attempts/(?P<attempt>[0-9]{1,6}))?(?:/jobs?/(?P<job>[0-9]{1,18}))?/?(?:[?#]\S*)?"
)
_REMOTE = re.compile(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?")
_TIMEOUT = 10.0


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A run of a repository on a server, or its newest failed one where `run` is 0."""

    server: str
    repository: str
    run: int = 0
    attempt: int = 0
    job: int = 0

    @property
    def host(self) -> str:
        """The server's host, with its port."""
        return urlsplit(self.server).netloc.lower()


def spot_of(address: str) -> Spot:
    """The run or the job that the address is of."""
    found = _RUN.fullmatch(address)
    if not found:
        raise UsageProblem(
            f"{address}: this is no address of a run",
            hint="It is like https://HOST/OWNER/NAME/actions/runs/ID, with /job/ID behind it for a job.",
        )
    return Spot(
        server=found["server"],
        repository=found["name"],
        run=int(found["run"]),
        attempt=int(found["attempt"] or 0),
        job=int(found["job"] or 0),
    )


def spot_here(run: str, environment: Mapping[str, str], processes: Processes) -> Spot:
    """A run of the repository that the environment names, or that we are in."""
    if run and not (run.isascii() and run.isdigit() and int(run)):
        raise UsageProblem(
            f"--run {run}: this is no number of a run",
            hint="It stands in its address, behind /actions/runs/.",
        )
    server = environment.get("GITHUB_SERVER_URL", "").rstrip("/") or _PUBLIC
    name = environment.get("GITHUB_REPOSITORY", "")
    if not name:
        server, name = _origin(environment, processes)
    return Spot(server=server, repository=name, run=int(run or 0))


def api_of(spot: Spot, environment: Mapping[str, str]) -> str:
    """The address of the server's API."""
    if environment.get("GITHUB_API_URL") and spot.server == _server(environment):
        return environment["GITHUB_API_URL"]
    return api_at(spot.server)


def token_for(spot: Spot, environment: Mapping[str, str], processes: Processes) -> str:
    """The token for this server, and no other: an address may lead anywhere."""
    for names, holds in _TOKENS:
        token = next((environment[name] for name in names if environment.get(name)), "")
        if token and holds(spot, environment):
            return token
    found = _of_gh(spot.host, environment, processes)
    if not found:
        wanted = "GH_TOKEN" if spot.host == "github.com" else "GH_ENTERPRISE_TOKEN and GH_HOST"
        raise UsageProblem(
            f"there is no token for {spot.host}",
            hint=f"Set {wanted}, or log in with `gh auth login --hostname {spot.host}`.",
        )
    return found


def _server(environment: Mapping[str, str]) -> str:
    return environment.get("GITHUB_SERVER_URL", "").rstrip("/") or _PUBLIC


def _usual(spot: Spot, environment: Mapping[str, str]) -> bool:
    home = _server(environment)
    return spot.server == home or (home == _PUBLIC and spot.host.endswith(".ghe.com"))


def _enterprise(spot: Spot, environment: Mapping[str, str]) -> bool:
    return spot.host == environment.get("GH_HOST", "").lower()


# As `gh` has it: the first are for the usual server, the others for the one that GH_HOST names.
_TOKENS: tuple[tuple[tuple[str, ...], Callable[[Spot, Mapping[str, str]], bool]], ...] = (
    (("GH_TOKEN", "GITHUB_TOKEN"), _usual),
    (("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"), _enterprise),
)


def _of_gh(host: str, environment: Mapping[str, str], processes: Processes) -> str:
    if not processes.find("gh"):
        return ""
    command = ("gh", "auth", "token", "--hostname", host)
    told = processes.run(command, folder=Path.cwd(), environment=environment, timeout=_TIMEOUT, reads=True)
    ended = isinstance(told, Finished) and told.code == 0
    return told.output.decode("ascii", "replace").strip() if isinstance(told, Finished) and ended else ""


def _origin(environment: Mapping[str, str], processes: Processes) -> tuple[str, str]:
    """Server and repository of the remote `origin`."""
    command = ("git", "remote", "get-url", "origin")
    told = processes.run(command, folder=Path.cwd(), environment=environment, timeout=_TIMEOUT, reads=True)
    address = told.output.decode("utf-8", "replace").strip() if isinstance(told, Finished) else ""
    if not isinstance(told, Finished) or told.code != 0:
        raise UsageProblem(
            "there is no repository with a remote `origin` here",
            hint="Change into its clone, or set GITHUB_REPOSITORY to OWNER/NAME.",
        )
    found = _from_remote(address)
    if found is None:
        raise UsageProblem(
            "the remote `origin` here is no repository of a GitHub server",
            hint="Change into a clone of one, or set GITHUB_REPOSITORY to OWNER/NAME.",
        )
    return found


def _from_remote(address: str) -> tuple[str, str] | None:
    if "://" in address:
        parts = urlsplit(address)
        name = parts.path.strip("/").removesuffix(".git")
        if parts.scheme not in ("http", "https", "ssh") or not parts.hostname or name.count("/") != 1:
            return None
        if parts.scheme == "ssh":
            # Its port is that of SSH, and says nothing of where the pages are.
            return f"https://{_home(parts.hostname)}", name
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", name
    found = _REMOTE.fullmatch(address)
    return (f"https://{_home(found['host'])}", found["name"]) if found else None


def _home(host: str) -> str:
    """SSH on the port of HTTPS has a host of its own."""
    return "github.com" if host == "ssh.github.com" else host
