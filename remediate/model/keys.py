"""The keys of the configuration, as the policy's types tell them: for the reader and for the docs."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect

from remediate.model.duration import written


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A type without its wrapping: what it is, what it means, how it is written and what it may say."""

    type: inspect.Type
    meaning: str = ""
    extra: Mapping[str, Any] = {}


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key as the docs show it; `<name>` stands for a name of the user's, `[]` for each entry of a list."""

    name: str
    kind: str
    default: str
    meaning: str


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """A value in force: its key, itself, and how it is written."""

    key: str
    value: Any
    text: str


def kind_of(kind: inspect.Type) -> Kind:
    """The type inside its annotations."""
    if not isinstance(kind, inspect.Metadata):
        return Kind(type=kind)
    inner = kind_of(kind.type)
    meaning = str((kind.extra_json_schema or {}).get("description", ""))
    return Kind(
        type=inner.type, meaning=meaning or inner.meaning, extra={**inner.extra, **(kind.extra or {})}
    )


@functools.cache
def fields_of(cls: type) -> Mapping[str, tuple[inspect.Field, Kind]]:
    """The fields of a struct by their key in the file."""
    info = inspect.type_info(cls)
    if not isinstance(info, inspect.StructType):
        raise TypeError(f"{cls.__name__} is no struct")
    return {field.encode_name: (field, kind_of(field.type)) for field in info.fields}


def below(kind: Kind) -> type | None:
    """The struct of each entry of a list or mapping; None where the entries are plain."""
    match kind.type:
        case inspect.DictType(value_type=inspect.StructType(cls=cls)):
            return cls
        case inspect.VarTupleType(item_type=inspect.StructType(cls=cls)):
            return cls
        case _:
            return None


def keys(cls: type, defaults: object = None, prefix: str = "") -> Iterator[Key]:
    """Every key of the struct and of what is below it; `defaults` is an instance, where there is one."""
    for name, (field, kind) in fields_of(cls).items():
        default = getattr(defaults, field.name) if defaults is not None else _default(field)
        if isinstance(kind.type, inspect.StructType):
            for key in keys(kind.type.cls, default, f"{prefix}{name}."):
                yield msgspec.structs.replace(key, meaning=f"{kind.meaning}: {key.meaning}")
            continue
        yield Key(
            name=prefix + name, kind=worded(kind), default=_shown_default(kind, default), meaning=kind.meaning
        )
        entry = below(kind)
        if entry:
            mark = "[]" if isinstance(kind.type, inspect.VarTupleType) else ".<name>"
            yield from keys(entry, None, f"{prefix}{name}{mark}.")


def _default(field: inspect.Field) -> object:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


def _shown_default(kind: Kind, value: object) -> str:
    if value is msgspec.NODEFAULT:
        return ""
    return ", ".join(value) if isinstance(value, dict) and value else shown(kind, value)


def leaves(policy: msgspec.Struct, prefix: str = "") -> Iterator[Leaf]:
    """Every value in force, each by its own key."""
    for name, (field, kind) in fields_of(type(policy)).items():
        yield from _leaves(kind, getattr(policy, field.name), prefix + name)


def _leaves(kind: Kind, value: Any, key: str) -> Iterator[Leaf]:
    if isinstance(value, msgspec.Struct):
        yield from leaves(value, f"{key}.")
    elif value and below(kind):
        named = value.items() if isinstance(value, dict) else enumerate(value)
        for name, entry in named:
            at = f"{key}.{name}" if isinstance(value, dict) else f"{key}[{name}]"
            yield from leaves(entry, f"{at}.")
    else:
        yield Leaf(key=key, value=msgspec.to_builtins(value), text=shown(kind, value))


def shown(kind: Kind, value: Any) -> str:
    """The value as it can be written in the file."""
    match value:
        case bool():
            return "true" if value else "false"
        case float() if kind.extra.get("unit") == "seconds":
            return written(value)
        case int() | float():
            return f"{value:.15g}"
        case tuple():
            return f"[{', '.join(shown(Kind(type=kind.type), entry) for entry in value)}]"
        case dict():
            return "{" + ", ".join(f"{name}: {entry}" for name, entry in value.items()) + "}"
        case _:
            return str(value) or "''"


def worded(kind: Kind) -> str:
    """What a value has to be, in words."""
    match kind.type:
        case inspect.BoolType():
            return "`true` or `false`"
        case inspect.IntType() | inspect.FloatType():
            word = "time" if kind.extra.get("unit") else "number"
            return f"{word}{limits(kind, ', ', ' to ')}"
        case inspect.LiteralType(values=values):
            return "one of " + ", ".join(f"`{value}`" for value in values)
        case inspect.TupleType(item_types=items):
            rising = ", rising" if kind.extra.get("ascending") else ""
            return f"{len(items)} numbers{limits(kind_of(items[0]), ', ', ' to ')}{rising}"
        case inspect.VarTupleType():
            return "list of causes" if kind.extra.get("known") == "cause" else "list"
        case inspect.DictType():
            return "mapping"
        case _:
            return str(kind.extra.get("form", "text"))


def limits(kind: Kind, before: str, between: str) -> str:
    """The least and the most that a number may be; empty where there are no limits."""
    if not isinstance(kind.type, inspect.IntType | inspect.FloatType) or kind.type.le is None:
        return ""
    plain = Kind(type=kind.type, extra=kind.extra)
    least, most = (shown(plain, _number(edge, kind)) for edge in (kind.type.ge, kind.type.le))
    return f"{before}{least}{between}{most}"


def _number(edge: float | None, kind: Kind) -> float:
    return float(edge or 0) if kind.extra.get("unit") else edge or 0
