"""Everything that can be configured, with every default, meaning and limit: the one place where they stand.

The fields are the keys of `.github/remediate.yml` with `_` for `-`. Times are in seconds. What is read, what
is refused, the JSON Schema and the table in the docs all follow from here.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Mode = Literal["observe", "suggest", "heal"]
RegistryKind = Literal["npm", "pypi", "go", "maven", "docker", "apt"]
HOUR = 3600.0
DAY = 24 * HOUR

# Environment variables that stand above the file, and the key each of them sets.
OVERRIDES: dict[str, str] = {
    "REMEDIATE_MODE": "mode",
    "REMEDIATE_KILL_SWITCH": "kill-switch",
    "REMEDIATE_STATE": "state",
    "REMEDIATE_MAX_ATTEMPTS": "max-attempts",
}

# `extra` is for the reader and the docs: how a value is written, and which words it may be.
Seconds = Annotated[float, Meta(ge=0, le=366 * DAY, extra={"unit": "seconds"})]
Span = Annotated[float, Meta(ge=1, le=366 * DAY, extra={"unit": "seconds"})]
Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=1, le=1_000_000)]
Amount = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Grades = Annotated[tuple[Share, Share, Share], Meta(extra={"ascending": True})]
Causes = Annotated[tuple[str, ...], Meta(extra={"known": "cause"})]
Address = Annotated[
    str, Meta(pattern=r"^https?://[^\s/]+", extra={"form": "an address with https:// or http://"})
]
Program = Annotated[tuple[str, ...], Meta(min_length=1)]


class CircuitPolicy(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """When a circuit opens, how long it stays so, and what closes it."""

    failure_threshold: Annotated[Count, Meta(description="failures in a row that open it")]
    open_for: Annotated[Span, Meta(description="how long it stays open before one probe is let through")]
    success_threshold: Annotated[Count, Meta(description="probes in a row that must succeed to close it")]


class RatePolicy(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """How many recoveries there may be."""

    per_minute: Annotated[Count, Meta(description="of all failures together")] = 10
    per_signature_and_hour: Annotated[Count, Meta(description="of one failure")] = 3


class AnomalyPolicy(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """What is too much for a recovery."""

    changed_characters: Annotated[Amount, Meta(description="characters changed by one recovery")] = 10_000
    changed_files: Annotated[Amount, Meta(description="files changed by one recovery")] = 5
    changes_in_window: Annotated[Amount, Meta(description="changes within the window")] = 5
    window: Annotated[Span, Meta(description="the window in which changes are counted")] = 300.0


class HealthPolicy(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """Shares from 0 to 1 from which the machine counts as degraded, unhealthy and critical."""

    cpu: Annotated[Grades, Meta(description="of the processors in use")] = (0.85, 0.95, 0.99)
    memory: Annotated[Grades, Meta(description="of the memory in use")] = (0.85, 0.92, 0.97)
    disk: Annotated[Grades, Meta(description="of the disk in use")] = (0.90, 0.97, 0.995)
    error_rate: Annotated[Grades, Meta(description="of recent recoveries that failed")] = (0.25, 0.5, 0.75)


class BackupPolicy(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """How long backups are kept, and how many."""

    keep_for: Annotated[Span, Meta(description="older ones are pruned")] = 7 * DAY
    keep_most: Annotated[Count, Meta(description="of more than these the oldest are pruned")] = 50


class Environment(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """What an environment demands of a recovery."""

    max_downtime: Annotated[Seconds, Meta(description="a recovery may take no longer")] = HOUR
    min_availability: Annotated[
        Share,
        Meta(description="least availability; where it is demanded and not measured, a person is asked"),
    ] = 0.0
    approval: Annotated[bool, Meta(description="whether every recovery waits for a person")] = False
    notify: Annotated[tuple[str, ...], Meta(description="who is told")] = ()


class Mirror(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """Another registry with the same packages; `kind` is npm, pypi, go, maven, docker or apt."""

    kind: Annotated[RegistryKind, Meta(description="what it holds")]
    address: Annotated[Address, Meta(description="where it is")]


class OwnCommand(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """A user's own step: arguments as they reach the program, no shell unless named."""

    run: Annotated[Program, Meta(description="the program and its arguments")]
    verify: Annotated[Program, Meta(description="what must succeed afterwards")]
    undo: Annotated[tuple[str, ...], Meta(description="what takes the effect back")] = ()
    touches: Annotated[
        tuple[str, ...], Meta(description="paths that it may change; they are backed up first")
    ] = ()
    timeout: Annotated[Span, Meta(description="after which each of them is stopped")] = 60.0


class OwnRequest(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """A user's own request; an answer of the 200s is a success."""

    url: Annotated[Address, Meta(description="where it goes")]
    method: Annotated[Literal["GET", "POST", "PUT", "PATCH", "DELETE"], Meta(description="its method")] = (
        "POST"
    )
    headers: Annotated[dict[str, str], Meta(description="its headers; never shown")] = {}
    body: Annotated[str, Meta(description="what is sent")] = ""
    verify: Annotated[str, Meta(description="an address that must answer with 200s afterwards")] = ""
    undo: Annotated[str, Meta(description="an address that takes the effect back")] = ""
    private_address: Annotated[bool, Meta(description="whether it may go to a private network")] = False
    timeout: Annotated[Span, Meta(description="after which it has failed")] = 10.0


class DeploymentPolicy(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """How a deployment to an environment is judged."""

    health_url: Annotated[Address, Meta(description="an address that answers with 200s while all is well")]
    private_address: Annotated[bool, Meta(description="whether it may be in a private network")] = False


def _presets() -> dict[str, Environment]:
    return {
        "production": Environment(max_downtime=300.0, min_availability=0.99, approval=True),
        "staging": Environment(max_downtime=1800.0, min_availability=0.9),
        "development": Environment(),
    }


class Policy(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """The configuration in force."""

    rules: Annotated[
        tuple[str, ...],
        Meta(
            description="rule packs of your own, as paths from the repository's root",
            examples=["ci/rules.yaml"],
        ),
    ] = ()
    redact_env: Annotated[
        tuple[str, ...],
        Meta(description="environment variables whose values must never be shown", examples=["DEPLOY_KEY"]),
    ] = ()
    mode: Annotated[
        Mode, Meta(description="`observe` only diagnoses, `suggest` says what it would do, `heal` does it")
    ] = "heal"
    kill_switch: Annotated[bool, Meta(description="stops every recovery")] = False
    confidence_threshold: Annotated[
        Share, Meta(description="a diagnosis less sure than this recovers nothing")
    ] = 0.85
    max_attempts: Annotated[
        int, Meta(ge=1, le=20, description="recoveries of one failure before a person has to look")
    ] = 3
    recovery_timeout: Annotated[
        float,
        Meta(
            ge=1,
            le=DAY,
            extra={"unit": "seconds"},
            description="after which a recovery is stopped and undone",
        ),
    ] = 300.0
    only: Annotated[Causes, Meta(description="the only causes that are recovered; none given: all")] = ()
    never: Annotated[Causes, Meta(description="causes that are never recovered")] = ()
    circuit: Annotated[CircuitPolicy, Meta(description="for one failure on one branch")] = CircuitPolicy(
        failure_threshold=3, open_for=DAY, success_threshold=1
    )
    repository_circuit: Annotated[CircuitPolicy, Meta(description="for all failures of the repository")] = (
        CircuitPolicy(failure_threshold=5, open_for=300.0, success_threshold=3)
    )
    wide_circuit_branches: Annotated[
        int,
        Meta(ge=2, le=1000, description="one failure on so many branches at once opens one circuit for all"),
    ] = 3
    rates: Annotated[RatePolicy, Meta(description="how many recoveries there may be")] = RatePolicy()
    anomaly: Annotated[AnomalyPolicy, Meta(description="what is too much for one recovery")] = AnomalyPolicy()
    health: Annotated[
        HealthPolicy, Meta(description="from where on the machine is degraded, unhealthy, critical")
    ] = HealthPolicy()
    backups: Annotated[BackupPolicy, Meta(description="how long backups are kept")] = BackupPolicy()
    environment: Annotated[str, Meta(description="the environment whose demands hold")] = "development"
    environments: Annotated[
        dict[str, Environment], Meta(description="environments by name; those not given keep their defaults")
    ] = msgspec.field(default_factory=_presets)
    approval_lasts: Annotated[Span, Meta(description="how long an approval holds")] = DAY
    backoff_first: Annotated[
        Seconds, Meta(description="the longest first wait; each later one may be twice as long")
    ] = 2.0
    backoff_most: Annotated[Seconds, Meta(description="no wait is longer")] = 60.0
    mirrors: Annotated[
        tuple[Mirror, ...], Meta(description="registries to fall back on, in their order")
    ] = ()
    free_disk: Annotated[
        tuple[str, ...], Meta(description="paths that may be deleted when the disk is full")
    ] = ()
    commands: Annotated[
        dict[str, OwnCommand], Meta(description="steps of your own for the strategy `command`, by name")
    ] = {}
    requests: Annotated[
        dict[str, OwnRequest], Meta(description="requests of your own for the strategy `http`, by name")
    ] = {}
    trees: Annotated[
        tuple[str, ...],
        Meta(
            description="decision trees of your own, as paths from the repository's root",
            examples=["ci/tree.yaml"],
        ),
    ] = ()
    state: Annotated[
        str, Meta(description="the folder of the state; none given: the user's state folder")
    ] = ""
    state_branch: Annotated[
        str,
        Meta(
            description="the branch on which the workflow keeps its state",
            pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$",
            extra={"form": "the name of a branch"},
        ),
    ] = "remediate-state"
    look_back: Annotated[Span, Meta(description="runs older than this are not looked at any more")] = 3 * DAY
    ignore_workflows: Annotated[
        tuple[str, ...],
        Meta(
            description="workflow files whose failed runs are left alone, `*` for any text",
            examples=[".github/workflows/release.yml"],
        ),
    ] = ()
    health_delay: Annotated[
        Seconds, Meta(description="how long after a healing it is looked at once more")
    ] = 300.0
    proof_within: Annotated[
        Span, Meta(description="a recovery whose proof has not come by then goes to a person")
    ] = 3 * DAY
    runner_variable: Annotated[
        str,
        Meta(
            description="the repository variable that holds the runner label of your workflows",
            pattern=r"^[A-Za-z_][A-Za-z0-9_]*$|^$",
            extra={"form": "the name of a variable"},
        ),
    ] = ""
    runner_fallback: Annotated[
        str, Meta(description="the runner label that is set there while the usual runners are lost")
    ] = ""
    deployments: Annotated[
        dict[str, DeploymentPolicy],
        Meta(description="environments whose last good deployment may be restored, by name"),
    ] = {}
