"""The configuration in the docs: keys, presets, variables and its JSON Schema, from the policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import inspect

from documentation.tables import table
from remediate.model.cause import CAUSES
from remediate.model.keys import Kind, fields_of, keys, kind_of, leaves
from remediate.model.policy import OVERRIDES, Policy

_DURATION = r"^[0-9]+(\.[0-9]+)? ?[smhd]?$"


def config_keys() -> str:
    """Key, type, default, meaning: every one."""
    rows = (
        (f"`{key.name}`", key.kind, f"`{key.default}`" if key.default else "needed", key.meaning)
        for key in keys(Policy, Policy())
    )
    return table(("key", "type", "default", "meaning"), rows)


def presets() -> str:
    """The environments that are there without a word in the file."""
    found: dict[str, dict[str, str]] = {}
    for leaf in leaves(Policy()):
        head, _, key = leaf.key.rpartition(".")
        if head.startswith("environments."):
            found.setdefault(head.split(".")[1], {})[key] = leaf.text
    names = list(next(iter(found.values())))
    rows = ((f"`{name}`", *(f"`{values[key]}`" for key in names)) for name, values in found.items())
    return table(("environment", *(f"`{name}`" for name in names)), rows)


def variables() -> str:
    """Variable and the key it sets."""
    return table(("variable", "key"), ((f"`{name}`", f"`{key}`") for name, key in OVERRIDES.items()))


TABLES = {"config-keys": config_keys, "config-presets": presets, "config-variables": variables}


def properties_of(cls: type) -> dict[str, Any]:
    """The schema of every field of a struct."""
    return {
        name: {"description": kind.meaning, "anyOf": [*_schemas(kind), {"type": "null"}]}
        for name, (_, kind) in fields_of(cls).items()
    }


def _struct(cls: type) -> dict[str, Any]:
    required = [name for name, (field, _) in fields_of(cls).items() if field.required and cls in _WHOLE]
    needed = {"required": required} if required else {}
    properties = properties_of(cls)
    return {"type": "object", "additionalProperties": False, "properties": properties, **needed}


# What has no default to fill it up: each has to be given whole.
_WHOLE = tuple(
    inner.cls
    for _, kind in fields_of(Policy).values()
    for inner in (getattr(kind.type, "item_type", None) or getattr(kind.type, "value_type", None),)
    if isinstance(inner, inspect.StructType)
)


def _schemas(kind: Kind) -> Iterator[dict[str, Any]]:
    """What a value may look like; a list may be written as its only entry."""
    match kind.type:
        case inspect.StructType(cls=cls):
            yield _struct(cls)
        case inspect.DictType(value_type=inner):
            (entry,) = _schemas(kind_of(inner))
            yield {"type": "object", "additionalProperties": entry}
        case inspect.VarTupleType(item_type=inner, min_length=least):
            (entry,) = _schemas(Kind(type=inner, extra=kind.extra))
            yield {"type": "array", "items": entry, **({"minItems": least} if least else {})}
            yield entry
        case inspect.TupleType(item_types=items):
            (entry,) = _schemas(kind_of(items[0]))
            yield {"type": "array", "items": entry, "minItems": len(items), "maxItems": len(items)}
        case _:
            yield from _scalars(kind)


def _scalars(kind: Kind) -> Iterator[dict[str, Any]]:
    match kind.type:
        case inspect.BoolType():
            yield {"type": "boolean"}
        case inspect.LiteralType(values=values):
            yield {"enum": list(values)}
        case inspect.IntType(ge=least, le=most):
            yield {"type": "integer", "minimum": least, "maximum": most}
        case inspect.FloatType(ge=least, le=most):
            yield {"type": "number", "minimum": least, "maximum": most}
            if kind.extra.get("unit"):
                yield {"type": "string", "pattern": _DURATION}
        case inspect.StrType(pattern=pattern):
            known = {"enum": list(CAUSES)} if kind.extra.get("known") == "cause" else {"type": "string"}
            yield {**known, **({"pattern": pattern} if pattern else {})}
