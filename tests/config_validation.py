"""A validator of the few keywords that the configuration's JSON Schema uses; any other is an error."""

from __future__ import annotations

import re
from typing import Any

_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
_TALK = {"$schema", "title", "description"}
_KNOWN = {
    "type", "enum", "anyOf", "properties", "additionalProperties", "required", "items", "minItems",
    "maxItems", "minimum", "maximum", "pattern",
}  # fmt: skip


def valid(value: Any, schema: dict[str, Any]) -> bool:
    """Whether the schema takes the value."""
    assert set(schema) <= _TALK | _KNOWN, set(schema) - _TALK - _KNOWN
    if "type" in schema and not _typed(value, schema["type"]):
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if "anyOf" in schema and not any(valid(value, way) for way in schema["anyOf"]):
        return False
    match value:
        case dict():
            return _mapping(value, schema)
        case list():
            fits = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
            return fits and all(valid(entry, schema.get("items", {})) for entry in value)
        case str():
            return re.search(schema.get("pattern", ""), value) is not None
        case bool() | None:
            return True
        case _:
            return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _typed(value: Any, wanted: str | list[str]) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES[name]) for name in names)


def _mapping(value: dict[str, Any], schema: dict[str, Any]) -> bool:
    if not set(schema.get("required", ())) <= set(value):
        return False
    rest = schema.get("additionalProperties", {})
    for key, entry in value.items():
        way = schema.get("properties", {}).get(key, rest)
        if way is False or not valid(entry, way):
            return False
    return True
