"""The JSON Schema of `metrics.json`, from the types themselves."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec

from remediate.metrics.figures import Metrics

_ADDRESS = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """Closed: a key that is not in it is a mistake."""
    (top,), parts = msgspec.json.schema_components((Metrics,), ref_template="#/$defs/{name}")
    for part in parts.values():
        # Python 3.13 takes the margin out of docstrings, older ones leave it.
        if "description" in part:
            part["description"] = inspect.cleandoc(part["description"])
        if part.get("type") == "object" and "properties" in part:
            part["additionalProperties"] = False
            part["required"] = sorted(part["properties"])
    return {"$schema": _ADDRESS, "title": "The metrics of Remediate", **top, "$defs": parts}


def as_text() -> bytes:
    """As it is written into a file."""
    body: bytes = msgspec.json.format(msgspec.json.encode(json_schema(), order="sorted"), indent=2)
    return body + b"\n"
