"""What stands in the way of healing a repository: findings, each with its way out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, Protocol, TypeVar

import msgspec

from remediate.errors import CONFIGURATION, DONE, REFUSED, UNREACHABLE, Unreachable
from remediate.model.policy import Policy

T = TypeVar("T")

# `trouble` keeps something from being healed, a `remark` is to be known.
Level = Literal["good", "remark", "trouble"]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What was found, and the way out where one is needed; `id` is the same in docs and tests."""

    id: str
    level: Level
    text: str
    way_out: str = ""


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """The document of `remediate doctor`."""

    schema: str = "remediate/doctor/1"
    repository: str
    findings: tuple[Finding, ...] = ()

    @property
    def exit_code(self) -> int:
        """The gravest of what was found."""
        troubles = {finding.id for finding in self.findings if finding.level == "trouble"}
        if not troubles:
            return DONE
        if "config" in troubles:
            return CONFIGURATION
        return UNREACHABLE if troubles & {"platform", "state-unreachable"} else REFUSED


class Sight(Protocol):
    """An answer; names of headers are in small letters."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    @property
    def body(self) -> bytes: ...


class Inspector(Protocol):
    """Looks, and changes nothing. Raises `Unreachable` where no answer comes; a no is an answer."""

    def look(self, path: str, query: Mapping[str, str] = {}) -> Sight:
        """What is said about the repository, below its own address."""

    def look_up(self, path: str) -> Sight:
        """What is said about anything else."""

    @property
    def clock_ahead(self) -> float:
        """How many seconds the server's clock was ahead of ours in its last answer."""


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """What is examined. `branch` is the default branch; `public` tells that reading needs no permission."""

    repository: str
    policy: Policy
    inspector: Inspector
    in_actions: bool
    token: str
    now: float
    branch: str = ""
    public: bool = False
    active: str = ""


Check = Callable[[Patient], Iterable[Finding]]


def good(id_: str, text: str) -> Finding:
    return Finding(id=id_, level="good", text=text)


def remark(id_: str, text: str, way_out: str = "") -> Finding:
    return Finding(id=id_, level="remark", text=text, way_out=way_out)


def trouble(id_: str, text: str, way_out: str) -> Finding:
    return Finding(id=id_, level="trouble", text=text, way_out=way_out)


def read(sight: Sight, kind: type[T]) -> T | None:
    """What a success says; None for any other answer."""
    if sight.status != 200:
        return None
    try:
        return msgspec.json.decode(sight.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def examine(patient: Patient, checks: Iterable[Check]) -> tuple[Finding, ...]:
    """All findings; when the platform stops answering, those up to then and that."""
    found: list[Finding] = []
    for check in checks:
        try:
            found += check(patient)
        except Unreachable as error:
            found.append(trouble("platform", error.message, error.hint))
            break
    return tuple(found)
