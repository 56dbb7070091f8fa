"""What a decision tree may ask about: a closed set of facts, each with its type."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from remediate.model.diagnosis import Diagnosis
from remediate.model.policy import Policy
from remediate.model.subject import Subject

FactType = Literal["number", "text", "flag", "list"]
FactValue = float | str | bool | tuple[str, ...]


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What only the caller knows.

    `attempts` are the recoveries already made of this failure, `random` is at least 0 and below 1, and
    `retry_after` the seconds that a service asked to be left alone. `registry` is the kind of registry that
    failed, empty where it is told by the diagnosis and the command. `run`: it is a run on a platform that
    failed, and is to be put right from outside.
    """

    attempts: int = 0
    random: float = 0.0
    retry_after: float | None = None
    registry: str = ""
    run: bool = False


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """All that a tree is walked with."""

    diagnosis: Diagnosis
    subject: Subject
    policy: Policy
    facts: Facts


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be asked about."""

    type: FactType
    meaning: str
    read: Callable[[Situation], FactValue]


_REGISTRIES = {
    "npm": ("npm", "npx", "yarn", "pnpm", "bun"),
    "pypi": ("pip", "pip3", "pip-compile", "pip-sync", "poetry", "uv", "pdm", "pipenv"),
    "go": ("go",),
    "maven": ("mvn", "mvnw", "maven"),
    "docker": ("docker", "podman", "buildah"),
    "apt": ("apt", "apt-get"),
}
_KIND_OF = {program: kind for kind, programs in _REGISTRIES.items() for program in programs}


def registry_of(situation: Situation) -> str:
    """The kind of registry that the failing command uses; empty where that cannot be told."""
    if situation.facts.registry:
        return situation.facts.registry
    step = situation.diagnosis.step
    told = " ".join(situation.subject.command) or (step and step.command) or ""
    words = [(situation.diagnosis.rule or "").split("-")[0], *re.split(r"[\s;&|/()'\"]+", told)]
    return next((_KIND_OF[word] for word in words if word in _KIND_OF), "")


def _mirrors(situation: Situation) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mirror.kind for mirror in situation.policy.mirrors))


def _mirrored(situation: Situation) -> bool:
    # Where nothing says which registry failed, the strategy itself finds out whether a mirror fits.
    kind, mirrors = registry_of(situation), _mirrors(situation)
    return kind in mirrors if kind else bool(mirrors)


FACTS: dict[str, Fact] = {
    "attempts": Fact(
        type="number",
        meaning="recoveries already made of this failure",
        read=lambda s: float(s.facts.attempts),
    ),
    "cause": Fact(type="text", meaning="the cause", read=lambda s: s.diagnosis.cause),
    "rule": Fact(type="text", meaning="the rule that named the cause", read=lambda s: s.diagnosis.rule or ""),
    "recovery": Fact(
        type="text", meaning="the strategy the rule recommends", read=lambda s: s.diagnosis.recovery or ""
    ),
    "severity": Fact(type="text", meaning="the severity", read=lambda s: s.diagnosis.severity),
    "confidence": Fact(
        type="number", meaning="how sure the diagnosis is, 0 to 1", read=lambda s: s.diagnosis.confidence
    ),
    "transient": Fact(
        type="flag",
        meaning="whether the rule calls the failure transient",
        read=lambda s: s.diagnosis.transient,
    ),
    "command": Fact(
        type="flag",
        meaning="whether there is a command here that can be run again",
        read=lambda s: bool(s.subject.command),
    ),
    "run": Fact(
        type="flag",
        meaning="whether a run on a platform failed, which is put right from outside",
        read=lambda s: s.facts.run,
    ),
    "fallback": Fact(
        type="flag",
        meaning="whether another runner is configured (`runner-variable` and `runner-fallback`)",
        read=lambda s: bool(s.policy.runner_variable and s.policy.runner_fallback),
    ),
    "retry-after": Fact(
        type="number",
        meaning="seconds that the service asked to be left alone; 0: it did not",
        read=lambda s: s.facts.retry_after or 0.0,
    ),
    "registry": Fact(
        type="text",
        meaning="the kind of registry in use: npm, pypi, go, maven, docker, apt or nothing",
        read=registry_of,
    ),
    "mirrors": Fact(
        type="list", meaning="the kinds of registry that have a mirror in the configuration", read=_mirrors
    ),
    "mirrored": Fact(
        type="flag", meaning="whether a mirror is configured for the registry in use", read=_mirrored
    ),
    "environment": Fact(type="text", meaning="the environment", read=lambda s: s.subject.environment),
    "branch": Fact(type="text", meaning="the branch", read=lambda s: s.subject.branch),
    "workflow": Fact(type="text", meaning="the workflow", read=lambda s: s.subject.workflow),
    "trusted": Fact(type="flag", meaning="false for the code of a fork", read=lambda s: s.subject.trusted),
}
