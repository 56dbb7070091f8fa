"""GitHub's published OpenAPI description: where it is, and which operation a request is."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent.parent
WITHIN = "@octokit/openapi/generated/api.github.com.json"
VARIABLE = "REMEDIATE_GITHUB_DESCRIPTION"


def place() -> Path | None:
    """The file: where an environment variable says, or among the tools that `scripts/tools` installs."""
    told = os.environ.get(VARIABLE)
    found = Path(told) if told else ROOT / ".work" / "tools" / "npm" / "node_modules" / WITHIN
    return found if found.is_file() else None


@dataclass(frozen=True)
class Operation:
    """One method of one path of the description."""

    method: str
    template: str
    told: Mapping[str, Any]
    parameters: tuple[Mapping[str, Any], ...]

    def parameters_in(self, where: str) -> dict[str, Mapping[str, Any]]:
        return {parameter["name"]: parameter for parameter in self.parameters if parameter["in"] == where}


@dataclass(frozen=True)
class Found:
    """The operation of a request, and the parameters of its path."""

    operation: Operation
    params: Mapping[str, str]


class Description:
    """All operations; looked up by path, the more literal template first."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self._operations: dict[tuple[str, str], Operation] = {}
        self._templates = sorted(document["paths"], key=_rank)
        self._patterns: dict[str, re.Pattern[str]] = {}

    def resolve(self, told: Any) -> Any:
        """What a reference stands for."""
        while isinstance(told, dict) and "$ref" in told:
            held: Any = self.document
            for part in told["$ref"].removeprefix("#/").split("/"):
                held = held[part]
            told = held
        return told

    def operation(self, method: str, template: str) -> Operation | None:
        told = self.document["paths"].get(template, {}).get(method.lower())
        if told is None:
            return None
        known = self._operations.get((method, template))
        if known is None:
            parameters = tuple(self.resolve(parameter) for parameter in told.get("parameters", ()))
            known = self._operations[method, template] = Operation(method, template, told, parameters)
        return known

    def find(self, method: str, path: str) -> Found | None:
        """The operation that a path (still percent-encoded) asks for."""
        for template in self._templates:
            matched = self._pattern(template).fullmatch(path)
            operation = matched and self.operation(method, template)
            if matched and operation:
                return Found(operation, {name: unquote(held) for name, held in matched.groupdict().items()})
        return None

    def _pattern(self, template: str) -> re.Pattern[str]:
        if template not in self._patterns:
            many = {
                parameter["name"]
                for told in self.document["paths"][template].values()
                for parameter in map(self.resolve, told.get("parameters", ()))
                if parameter["in"] == "path" and parameter.get("x-multi-segment")
            }
            parts = re.split(r"\{(\w+)\}", template)
            pattern = "".join(
                re.escape(part) if at % 2 == 0 else f"(?P<{part}>{'.+' if part in many else '[^/]+'})"
                for at, part in enumerate(parts)
            )
            self._patterns[template] = re.compile(pattern)
        return self._patterns[template]


def _rank(template: str) -> tuple[int, int, str]:
    # A literal segment beats a parameter, and of two with many segments the longer one says more.
    return (template.count("{"), -len(template), template)


@functools.lru_cache(maxsize=1)
def load(path: Path) -> Description:
    """Read once for each process: a sixth of a second."""
    return Description(json.loads(path.read_bytes()))
