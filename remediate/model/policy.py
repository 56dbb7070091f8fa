"""Everything that can be configured, with every default: the one place where a default stands.

The fields are the keys of `.github/remediate.yml` with `_` for `-`. Times are in seconds.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Mode = Literal["observe", "suggest", "heal"]
HOUR = 3600.0
DAY = 24 * HOUR


class CircuitPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """When a circuit opens, how long it stays so, and what closes it."""

    failure_threshold: int
    open_for: float
    success_threshold: int


class RatePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How many recoveries there may be."""

    per_minute: int = 10
    per_signature_and_hour: int = 3


class AnomalyPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What is too much for a recovery."""

    changed_characters: int = 10_000
    changed_files: int = 5
    changes_in_window: int = 5
    window: float = 300.0


class HealthPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Shares from 0 to 1 from which the machine counts as degraded, unhealthy and critical."""

    cpu: tuple[float, float, float] = (0.85, 0.95, 0.99)
    memory: tuple[float, float, float] = (0.85, 0.92, 0.97)
    disk: tuple[float, float, float] = (0.90, 0.97, 0.995)
    error_rate: tuple[float, float, float] = (0.25, 0.5, 0.75)


class BackupPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How long backups are kept, and how many."""

    keep_for: float = 7 * DAY
    keep_most: int = 50


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment demands of a recovery."""

    max_downtime: float = HOUR
    min_availability: float = 0.0
    approval: bool = False
    notify: tuple[str, ...] = ()


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    """Another registry with the same packages; `kind` is npm, pypi, go, maven, docker or apt."""

    kind: Literal["npm", "pypi", "go", "maven", "docker", "apt"]
    address: str


class OwnCommand(msgspec.Struct, frozen=True, kw_only=True):
    """A user's own step: arguments as they reach the program, no shell unless named."""

    run: tuple[str, ...]
    verify: tuple[str, ...]
    undo: tuple[str, ...] = ()
    touches: tuple[str, ...] = ()
    timeout: float = 60.0


class OwnRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A user's own request; an answer of the 200s is a success."""

    url: str
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "POST"
    headers: dict[str, str] = {}
    body: str = ""
    verify: str = ""
    undo: str = ""
    private_address: bool = False
    timeout: float = 10.0


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration in force."""

    rules: tuple[str, ...] = ()
    redact_env: tuple[str, ...] = ()
    mode: Mode = "heal"
    kill_switch: bool = False
    confidence_threshold: float = 0.85
    max_attempts: int = 3
    recovery_timeout: float = 300.0
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    circuit: CircuitPolicy = CircuitPolicy(failure_threshold=3, open_for=DAY, success_threshold=1)
    repository_circuit: CircuitPolicy = CircuitPolicy(
        failure_threshold=5, open_for=300.0, success_threshold=3
    )
    wide_circuit_branches: int = 3
    rates: RatePolicy = RatePolicy()
    anomaly: AnomalyPolicy = AnomalyPolicy()
    health: HealthPolicy = HealthPolicy()
    backups: BackupPolicy = BackupPolicy()
    environment: str = "development"
    environments: dict[str, Environment] = {
        "production": Environment(max_downtime=300.0, min_availability=0.99, approval=True),
        "staging": Environment(max_downtime=1800.0, min_availability=0.9),
        "development": Environment(),
    }
    backoff_first: float = 2.0
    backoff_most: float = 60.0
    mirrors: tuple[Mirror, ...] = ()
    free_disk: tuple[str, ...] = ()
    commands: dict[str, OwnCommand] = {}
    requests: dict[str, OwnRequest] = {}
    trees: tuple[str, ...] = ()
    state: str = ""
