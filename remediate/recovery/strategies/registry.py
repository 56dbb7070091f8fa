"""Every strategy by its name; a module is imported when its strategy is asked for."""

from __future__ import annotations

import importlib
from typing import cast

from remediate.errors import ConfigProblem
from remediate.recovery.strategy import Strategy

_HERE = "remediate.recovery.strategies"

STRATEGIES: dict[str, tuple[str, str]] = {
    "retry-command": (f"{_HERE}.retry_command", "RetryCommand"),
    "lockfile-repair": (f"{_HERE}.lockfile_repair", "LockfileRepair"),
    "cache-purge": (f"{_HERE}.cache_purge", "CachePurge"),
    "registry-failover": (f"{_HERE}.registry_failover", "RegistryFailover"),
    "free-disk": (f"{_HERE}.free_disk", "FreeDisk"),
    "command": (f"{_HERE}.command", "UserCommand"),
    "http": (f"{_HERE}.http", "UserRequest"),
}


def strategy_named(name: str) -> Strategy:
    """The strategy; an unknown name comes from a tree of the configuration."""
    if name not in STRATEGIES:
        raise ConfigProblem(f"there is no strategy `{name}`", hint=f"Known: {', '.join(STRATEGIES)}.")
    module, kind = STRATEGIES[name]
    return cast("Strategy", getattr(importlib.import_module(module), kind)())
