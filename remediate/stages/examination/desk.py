"""What can be told without the platform: the configuration, and which repository this clone is of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from remediate.errors import ConfigProblem
from remediate.model.policy import Policy
from remediate.ports import Finished, Processes
from remediate.stages.examination.examination import Finding, good, remark, trouble
from remediate.system.settings import read_policy, read_settings

_SCP = re.compile(r"(?:[^@/\s]+@)?(?P<host>[^:/\s]+):(?P<path>[^\s]+)")


def configured(path: str | None, environment: Mapping[str, str]) -> tuple[Policy, tuple[Finding, ...]]:
    """The policy, or the defaults where it is wrong, and what is to be said about it."""
    try:
        found = read_policy(path, environment=environment)
        read_settings(path).packs()
        found.tree_texts()
    except ConfigProblem as error:
        return Policy(), (trouble("config", error.message, error.hint),)
    return found.policy, tuple(_policy(found.policy, found.file))


def origin_of(folder: Path, environment: Mapping[str, str], processes: Processes) -> dict[str, str]:
    """GITHUB_REPOSITORY and GITHUB_SERVER_URL of the clone's remote `origin`; empty where it has none."""
    told = processes.run(
        ("git", "config", "--get", "remote.origin.url"),
        folder=folder,
        environment=environment,
        timeout=10.0,
        reads=True,
    )
    if not isinstance(told, Finished) or told.code != 0:
        return {}
    return address_of(told.output.decode("utf-8", "replace").strip())


def address_of(url: str) -> dict[str, str]:
    """The same, from an address as git takes it."""
    parts = urlsplit(url) if "://" in url else None
    scp = _SCP.fullmatch(url) if parts is None else None
    if parts is not None and parts.hostname and parts.scheme in ("http", "https", "ssh", "git"):
        web = parts.scheme in ("http", "https")
        port = f":{parts.port}" if web and parts.port else ""
        server, path = f"{parts.scheme if web else 'https'}://{parts.hostname}{port}", parts.path
    elif scp:
        server, path = f"https://{scp['host']}", scp["path"]
    else:
        return {}
    name = path.strip("/").removesuffix(".git")
    return {"GITHUB_REPOSITORY": name, "GITHUB_SERVER_URL": server} if name.count("/") == 1 else {}


def _policy(policy: Policy, file: str | None) -> Iterator[Finding]:
    yield good("config", f"the configuration is in order: {file or 'there is none, the defaults hold'}")
    if policy.kill_switch:
        yield remark("kill-switch", "the kill switch is on: nothing is recovered", "Take `kill-switch` out.")
    if policy.mode != "heal":
        yield remark("mode", f"the mode is {policy.mode}: nothing is recovered", "Set `mode: heal`.")
