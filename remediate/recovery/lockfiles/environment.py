"""What a tool may see of the failed command's environment: settings, but no secret that it does not need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_SECRET = re.compile(
    r"TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|PRIVATE_KEY|API_?KEY|ACCESS_KEY|SIGNING_KEY|(?:^|_)PAT$",
    re.IGNORECASE,
)
_SETTING = re.compile(
    r"(?:npm|pnpm|yarn|node_auth|pip|uv|poetry|pdm|cargo|bundle|composer|go)(?:_|[A-Z])", re.IGNORECASE
)
# Files through which a step tells the runner what to do next: no tool of ours writes there.
_RUNNER = re.compile(r"(?:GITHUB_(?:ENV|PATH|OUTPUT|STATE|STEP_SUMMARY)|ACTIONS_.*|BASH_ENV)", re.IGNORECASE)
_REFERENCE = re.compile(rb"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def reduced(environment: Mapping[str, str], settings: Iterable[bytes]) -> dict[str, str]:
    """The environment without secrets; those that the tool or the project's files name are kept."""
    named = {name.decode() for text in settings for name in _REFERENCE.findall(text)}
    return {name: value for name, value in environment.items() if _is_kept(name, named)}


def _is_kept(name: str, named: set[str]) -> bool:
    if _RUNNER.fullmatch(name):
        return False
    return name in named or not _SECRET.search(name) or _SETTING.match(name) is not None
