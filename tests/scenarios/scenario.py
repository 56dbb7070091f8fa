"""A scenario: a project, what goes wrong, the command, and what must come of it. One small file each."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec
import yaml

FOLDER = Path(__file__).resolve().parent
SHARED = "tool.yaml"
"""What the scenarios of a folder have in common; they add to it and override it."""

Package = dict[str, Any]


class ScenarioError(Exception):
    """A scenario file that does not say what it must."""


class Disk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file system of its own of this size, mounted here."""

    at: str
    size: str


class Given(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What there is before the command starts; `prepare` runs while everything is well."""

    files: dict[str, str] = {}
    packages: dict[str, list[Package]] = {}
    web: dict[str, str] = {}
    env: dict[str, str | int] = {}
    prepare: str = ""
    policy: dict[str, Any] = {}
    disk: Disk | None = None
    memory: str = ""
    tls: bool = False


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must come of it. `changed` are the files of the project that a recovery may have changed."""

    cause: tuple[str, ...] | str = ()
    strategies: tuple[str, ...] = ()
    tries: int | None = None
    changed: tuple[str, ...] = ()
    code: int | None = None

    @property
    def causes(self) -> tuple[str, ...]:
        return (self.cause,) if isinstance(self.cause, str) else self.cause


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`programs` are those that go by another name on this machine.

    `at` in a fault names the registry whose port misbehaves, or `dns`.
    """

    name: str
    tool: str
    kind: Literal["heal", "leave"]
    about: str
    run: str
    needs: tuple[str, ...] = ()
    programs: dict[str, str] = {}
    given: Given = Given()
    faults: tuple[dict[str, Any], ...] = ()
    expect: Expected = Expected()

    @property
    def id(self) -> str:
        return f"{self.tool}/{self.name}"


MERGED = ("files", "env", "packages", "policy", "web")


def load_all(folder: Path = FOLDER) -> tuple[Scenario, ...]:
    """Every scenario, by tool and name."""
    return tuple(load(path) for path in sorted(folder.glob("*/*.yaml")) if path.name != SHARED)


def load(path: Path) -> Scenario:
    """One scenario with what its folder shares."""
    shared = yaml.safe_load((path.parent / SHARED).read_text()) or {}
    own = yaml.safe_load(path.read_text()) or {}
    given = {**shared.get("given", {}), **own.get("given", {})}
    for key in MERGED:
        both = {**shared.get("given", {}).get(key, {}), **own.get("given", {}).get(key, {})}
        given[key] = both
    values = {"tool": path.parent.name, **shared, **own, "name": path.stem, "given": given}
    try:
        scenario = msgspec.convert(values, Scenario)
    except msgspec.ValidationError as problem:
        raise ScenarioError(f"{path.parent.name}/{path.name}: {problem}") from problem
    return _checked(scenario)


def _checked(scenario: Scenario) -> Scenario:
    expect = scenario.expect
    problems = {
        "a failure to heal needs `expect: {cause: …}`": scenario.kind == "heal" and not expect.causes,
        "a failure to heal needs `expect: {strategies: …}`": scenario.kind == "heal"
        and not expect.strategies,
        "what is left alone changes no file": scenario.kind == "leave" and expect.changed,
        "what is left alone applies no strategy": scenario.kind == "leave" and expect.strategies,
        "what is left alone has one try": scenario.kind == "leave" and expect.tries not in (None, 1),
    }
    for problem, found in problems.items():
        if found:
            raise ScenarioError(f"{scenario.id}: {problem}")
    return scenario
