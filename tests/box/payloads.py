"""GitHub's published payload schemas: what of a payload they know, and what they find wrong with it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs

ROOT = Path(__file__).resolve().parent.parent.parent
WITHIN = "@octokit/webhooks-schemas/schema.json"
VARIABLE = "REMEDIATE_GITHUB_PAYLOADS"
UNPUBLISHED = {"schedule"}
SHOWN = 3
NO_REACTIONS = dict.fromkeys(
    ("total_count", "+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes"), 0
)


def place() -> Path | None:
    """The file: where an environment variable says, or among the tools that `scripts/tools` installs."""
    told = os.environ.get(VARIABLE)
    found = Path(told) if told else ROOT / ".work" / "tools" / "npm" / "node_modules" / WITHIN
    return found if found.is_file() else None


class Payloads:
    """All schemas of one file."""

    def __init__(self, where: Path) -> None:
        self.definitions: dict[str, Any] = json.loads(where.read_bytes())["definitions"]
        self._validators: dict[str, Any] = {}
        for name in ("workflow-run", "workflow_run$completed"):
            add_conclusion(self.definitions[name], "startup_failure")

    def look(self, event: str, payload: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The payload as far as it is published (the REST form of a thing tells more), and what is wrong."""
        name = f"{event}${payload.get('action', 'event')}"
        if name not in self.definitions:
            name = f"{event}$event"
        if name not in self.definitions:
            return dict(payload), [f"there is no payload {name}"]
        told = self.pruned(self.definitions[name], completed(payload))
        errors = list(self._validator(name).iter_errors(told))
        return told, [
            f"{'/'.join(map(str, error.instance_path))}: {error.message}"[:300] for error in errors[:SHOWN]
        ]

    def _validator(self, name: str) -> Any:
        if name not in self._validators:
            schema = {"$ref": f"#/definitions/{name}", "definitions": self.definitions}
            self._validators[name] = jsonschema_rs.Draft7Validator(schema)
        return self._validators[name]

    def parts(self, schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """A schema and all that it is put together of."""
        while "$ref" in schema:
            schema = self.definitions[schema["$ref"].rsplit("/", 1)[1]]
        found: list[Mapping[str, Any]] = [schema]
        for key in ("allOf", "anyOf", "oneOf"):
            for part in schema.get(key, ()):
                found += self.parts(part)
        return found

    def pruned(self, schema: Mapping[str, Any], value: Any) -> Any:
        """The value without the properties that the schema closes out."""
        parts = self.parts(schema)
        if isinstance(value, Mapping):
            properties: dict[str, Any] = {}
            for part in parts:
                properties.update(
                    {key: held for key, held in part.get("properties", {}).items() if key not in properties}
                )
            closed = any(part.get("additionalProperties") is False for part in parts)
            return {
                key: self.pruned(properties[key], held) if key in properties else held
                for key, held in value.items()
                if key in properties or not closed
            }
        if isinstance(value, list):
            items = next((part["items"] for part in parts if isinstance(part.get("items"), Mapping)), None)
            return [self.pruned(items, held) for held in value] if items else value
        return value


def completed(value: Any) -> Any:
    """The value; repositories and issues with what the payloads' schemas want of them and REST's do not."""
    if isinstance(value, list):
        return [completed(held) for held in value]
    if not isinstance(value, Mapping):
        return value
    made = {key: completed(held) for key, held in value.items()}
    if "full_name" in made and "archive_url" in made:
        made = {"web_commit_signoff_required": False, "custom_properties": {}, **made}
    if "timeline_url" in made or "issue_url" in made:
        made = {"reactions": {"url": f"{made['url']}/reactions", **NO_REACTIONS}, **made}
    return made


def add_conclusion(schema: Any, more: str) -> None:
    """Adds a conclusion of runs that GitHub's newer description of the same payload lists."""
    if isinstance(schema, list):
        for held in schema:
            add_conclusion(held, more)
    elif isinstance(schema, dict):
        if "timed_out" in schema.get("enum", ()) and more not in schema["enum"]:
            schema["enum"].append(more)
        for held in schema.values():
            add_conclusion(held, more)
