"""Scenarios: what to set up, what to run, and what an engineer says the cause is."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "scenarios"


class ScenarioError(Exception):
    """A scenario file that does not say what it must."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    tool: str
    name: str
    kind: str
    cause: str
    recovery: str | None = None
    decisive: tuple[str, ...] = ()
    also: str = ""
    about: str = ""
    version: str
    install: str = ""
    env: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    packages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    serve: tuple[dict[str, Any], ...] = ()
    dns: str = "nxdomain"
    modules: bool = False
    user: str = "runner"
    prepare: str = ""
    job: str = "build"
    steps: tuple[dict[str, Any], ...] = ()
    patience: int = 60

    @property
    def id(self) -> str:
        return f"{self.tool}/{self.name}"


KEYS = {f.name for f in fields(Scenario)} | {"run"}
MERGED = ("env", "files", "packages")


def load_scenarios() -> tuple[Scenario, ...]:
    return tuple(s for path in sorted(FOLDER.glob("*.yaml")) for s in load_file(path))


def load_file(path: Path) -> tuple[Scenario, ...]:
    document = yaml.safe_load(path.read_text())
    shared = {key: value for key, value in document.items() if key != "scenarios"}
    return tuple(_build(path, name, shared, own) for name, own in document["scenarios"].items())


def _build(path: Path, name: str, shared: dict[str, Any], own: dict[str, Any]) -> Scenario:
    unknown = (own.keys() | shared.keys()) - KEYS
    if unknown:
        raise ScenarioError(f"{path.name}: {name}: unknown {', '.join(sorted(unknown))}")
    values = {"tool": path.stem, **shared, **own, "name": name}
    for key in MERGED:
        values[key] = {**shared.get(key, {}), **own.get(key, {})}
    if "run" in values:
        values["steps"] = [{"run": values.pop("run")}]
    values["steps"] = tuple(values["steps"])
    values["serve"] = tuple(values.get("serve", ()))
    decisive = values.get("decisive", ())
    values["decisive"] = (decisive,) if isinstance(decisive, str) else tuple(map(str, decisive))
    values["env"] = {key: str(value) for key, value in values["env"].items()}
    return _check(path, Scenario(**values))


def _check(path: Path, scenario: Scenario) -> Scenario:
    healthy = scenario.kind == "success"
    problems = {
        "a success has no decisive line": healthy and scenario.decisive,
        "a failure needs its decisive line": not healthy and not scenario.decisive,
        "a success is unclassified": healthy and scenario.cause != "unclassified",
        "only a healable failure has a recovery": scenario.recovery and scenario.kind != "healable",
        "a healable failure needs a recovery": scenario.kind == "healable" and not scenario.recovery,
    }
    for problem, found in problems.items():
        if found:
            raise ScenarioError(f"{path.name}: {scenario.name}: {problem}")
    return scenario
