"""Every strategy that acts on a platform by its name; a module is imported when its strategy is asked for."""

from __future__ import annotations

import importlib
from typing import cast

from remediate.errors import ConfigProblem
from remediate.recovery.remote_strategy import RemoteStrategy
from remediate.recovery.strategies.elsewhere import Elsewhere
from remediate.recovery.strategies.registry import STRATEGIES, strategy_named
from remediate.recovery.strategy import Strategy

_HERE = "remediate.recovery.strategies"

REMOTE_STRATEGIES: dict[str, tuple[str, str]] = {
    "rerun": (f"{_HERE}.rerun", "Rerun"),
    "cache-purge": (f"{_HERE}.remote_cache_purge", "RemoteCachePurge"),
    "lockfile-repair": (f"{_HERE}.lockfile_pull", "LockfilePull"),
    "runner-failover": (f"{_HERE}.runner_failover", "RunnerFailover"),
    "rollback-deployment": (f"{_HERE}.rollback_deployment", "RollbackDeployment"),
}

# Those that change code or what is deployed: the head commit is kept by a ref before the first of them.
SNAPSHOT_FIRST = frozenset({"lockfile-repair", "rollback-deployment"})

# What a tree may name: one file of trees serves the command in a job and the workflow.
KNOWN_STRATEGIES: tuple[str, ...] = tuple(dict.fromkeys((*STRATEGIES, *REMOTE_STRATEGIES)))


def remote_strategy_named(name: str) -> RemoteStrategy:
    """The strategy; an unknown name comes from a tree of the configuration."""
    if name not in REMOTE_STRATEGIES:
        raise ConfigProblem(
            f"the strategy `{name}` does nothing on a platform",
            hint=f"Known there: {', '.join(REMOTE_STRATEGIES)}. A tree asks which it is by the fact `run`.",
        )
    module, kind = REMOTE_STRATEGIES[name]
    return cast("RemoteStrategy", getattr(importlib.import_module(module), kind)())


def local_strategy_named(name: str) -> Strategy:
    """The strategy of that name where a command runs; one that acts on a platform only is unfit there."""
    if name in REMOTE_STRATEGIES and name not in STRATEGIES:
        return Elsewhere(name)
    return strategy_named(name)
