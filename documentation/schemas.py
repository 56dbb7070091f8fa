"""The JSON Schemas of what goes in and what comes out."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from documentation.config import properties_of
from remediate.model.cause import CAUSES, REASONS, SEVERITIES, UNCLASSIFIED
from remediate.model.diagnosis import SCHEMA, Diagnosis
from remediate.model.policy import Policy
from remediate.system.settings import NAME

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def diagnosis() -> str:
    """The schema of `remediate/diagnosis/1`; later minor additions keep it valid for readers."""
    schema = msgspec.json.schema(Diagnosis)
    body = schema["$defs"]["Diagnosis"]
    properties = body["properties"]
    properties["schema"] = {"const": SCHEMA}
    properties["cause"] = {"enum": [*CAUSES, UNCLASSIFIED]}
    properties["severity"] = {"enum": list(SEVERITIES)}
    properties["confidence"] = {"type": "number", "minimum": 0, "maximum": 1}
    properties["reason"] = {"enum": [*REASONS, None], "default": None}
    body["required"] = list(properties)
    return _written({"$schema": _DIALECT, "title": f"A diagnosis ({SCHEMA})", **schema})


def config() -> str:
    """The schema of the configuration file."""
    return _written(
        {
            "$schema": _DIALECT,
            "title": NAME,
            "type": ["object", "null"],
            "additionalProperties": False,
            "properties": properties_of(Policy),
        }
    )


def _written(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
