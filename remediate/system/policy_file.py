"""Values of the configuration: each is read by its type in the policy, and refused with its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec
import yaml
from msgspec import inspect

from remediate.errors import ConfigProblem
from remediate.model.cause import CAUSES
from remediate.model.duration import seconds_of
from remediate.model.keys import Kind, fields_of, kind_of, limits, worded
from remediate.model.policy import OVERRIDES, Policy
from remediate.rules.spot import Spot, nearest

_OFF = ("0", "false", "no", "off")
_DECIMAL = r"-?(\d{1,15}(\.\d{0,20})?|\.\d{1,20})([eE][-+]?\d{1,3})?"
_NOTHING = object()

Origins = dict[str, str]


class _Variable(Spot, frozen=True):
    """A value from the environment: its place is the variable's name."""

    def __str__(self) -> str:
        return self.file


def policy_of(root: Spot | None, environment: Mapping[str, str]) -> tuple[Policy, Origins]:
    """The policy that the file and the environment make together, and where each value given came from."""
    origins: Origins = {}
    policy: Policy = _struct(Policy, root, Policy(), "", origins) if root else Policy()
    policy = _overridden(policy, environment, origins)
    _check(policy, origins)
    return policy, origins


def _overridden(policy: Policy, environment: Mapping[str, str], origins: Origins) -> Policy:
    for name, key in OVERRIDES.items():
        value = environment.get(name, "")
        if not value:
            continue
        field, kind = fields_of(Policy)[key]
        if key == "kill-switch":
            # A switch that is on in either place is on, and a word that we do not know is no "off".
            if value.strip().lower() in _OFF:
                continue
            value = "true"
        spot = _Variable(name, yaml.ScalarNode("tag:yaml.org,2002:str", value))
        given = _value(kind, spot, getattr(policy, field.name), key, origins)
        policy = msgspec.structs.replace(policy, **{field.name: given})
    return policy


def _check(policy: Policy, origins: Origins) -> None:
    """What no value says alone."""
    if policy.environment not in policy.environments:
        raise ConfigProblem(
            f"{origins.get('environment', 'environment')}: there is no environment `{policy.environment}`",
            hint=nearest(policy.environment, policy.environments),
        )
    if policy.backoff_first > policy.backoff_most:
        place = origins.get("backoff-first") or origins.get("backoff-most", "")
        raise ConfigProblem(
            f"{place}: `backoff-first` is longer than `backoff-most`", hint="Lower the first."
        )


def _struct(cls: type, spot: Spot, base: object, path: str, origins: Origins) -> Any:
    """An instance with what is given there; what is not stays as it is in `base`."""
    fields, values = fields_of(cls), {}
    for key, (_, value) in spot.known_items(fields).items():
        field, kind = fields[key]
        if not value.is_null():
            current = getattr(base, field.name, _NOTHING)
            values[field.name] = _value(kind, value, current, path + key, origins)
    if base is not _NOTHING:
        return msgspec.structs.replace(base, **values) if isinstance(base, msgspec.Struct) else cls(**values)
    for key, (field, _) in fields.items():
        if field.required and field.name not in values:
            raise spot.problem(f"`{key}` is missing", f"Keys here: {', '.join(fields)}.")
    return cls(**values)


def _value(kind: Kind, spot: Spot, current: object, path: str, origins: Origins) -> Any:
    origins[path] = str(spot)
    match kind.type:
        case inspect.StructType(cls=cls):
            return _struct(cls, spot, current, f"{path}.", origins)
        case inspect.DictType(value_type=inner):
            return _mapping(kind_of(inner), spot, current, path, origins)
        case inspect.VarTupleType(item_type=inner) if isinstance(inner, inspect.StructType):
            named = enumerate(spot.entries())
            return tuple(_struct(inner.cls, entry, _NOTHING, f"{path}[{n}].", origins) for n, entry in named)
        case inspect.VarTupleType(item_type=inner, min_length=least):
            return _list(Kind(type=inner, extra=kind.extra), spot, least or 0)
        case inspect.TupleType():
            return _grades(kind, spot)
        case _:
            return _scalar(kind, spot)


def _mapping(inner: Kind, spot: Spot, current: object, path: str, origins: Origins) -> dict[str, Any]:
    values: dict[str, Any] = dict(current) if isinstance(current, dict) else {}
    for name, _, value in spot.items():
        if isinstance(inner.type, inspect.StructType):
            base = values.get(name, _NOTHING)
            values[name] = _struct(inner.type.cls, value, base, f"{path}.{name}.", origins)
        else:
            values[name] = _scalar(inner, value)
    return values


def _list(inner: Kind, spot: Spot, least: int) -> tuple[Any, ...]:
    values = tuple(_scalar(inner, entry) for entry in spot.entries())
    if len(values) < least:
        raise spot.problem(f"at least {least} is wanted here")
    return values


def _grades(kind: Kind, spot: Spot) -> tuple[float, ...]:
    items = kind.type.item_types if isinstance(kind.type, inspect.TupleType) else ()
    entries = spot.entries()
    if len(entries) != len(items):
        raise spot.problem(f"{worded(kind)} are wanted here, not {len(entries)}")
    values = tuple(_scalar(kind_of(item), entry) for item, entry in zip(items, entries, strict=True))
    if kind.extra.get("ascending") and list(values) != sorted(values):
        raise spot.problem("each number must be at least the one before it", "Write them rising.")
    return values


def _scalar(kind: Kind, spot: Spot) -> Any:
    match kind.type:
        case inspect.BoolType():
            return spot.flag()
        case inspect.IntType() | inspect.FloatType():
            return _number(kind, spot)
        case inspect.LiteralType(values=values):
            return spot.choice((str(value) for value in values), "value")
        case inspect.StrType(pattern=pattern):
            return _text(kind, spot, pattern)
    raise TypeError(f"no value of the configuration is a {type(kind.type).__name__}")


def _text(kind: Kind, spot: Spot, pattern: str | None) -> str:
    if kind.extra.get("known") == "cause":
        return spot.choice(CAUSES, "cause")
    if pattern and not re.search(pattern, spot.text()):
        raise spot.problem(f"{worded(kind)} is wanted here, not `{spot.text()}`")
    return spot.text()


def _number(kind: Kind, spot: Spot) -> float:
    number = _read_number(kind, spot.text())
    wanted = limits(kind, "Allowed: ", " to ")
    if number is None:
        example = " such as `24h`, `5m`, `30s`" if kind.extra.get("unit") else ""
        word = "a time" if kind.extra.get("unit") else "a whole number"
        word = "a number" if isinstance(kind.type, inspect.FloatType) and not example else word
        raise spot.problem(f"{word}{example} is wanted here, not `{spot.text()}`", wanted and f"{wanted}.")
    bounds = kind.type
    if isinstance(bounds, inspect.IntType | inspect.FloatType):
        if bounds.ge is not None and number < bounds.ge:
            raise spot.problem(f"`{spot.text()}` is too little", f"{wanted}.")
        if bounds.le is not None and number > bounds.le:
            raise spot.problem(f"`{spot.text()}` is too much", f"{wanted}.")
    return number


def _read_number(kind: Kind, text: str) -> float | None:
    if kind.extra.get("unit"):
        return seconds_of(text)
    if isinstance(kind.type, inspect.IntType):
        return int(text) if re.fullmatch(r"-?\d{1,15}", text, re.ASCII) else None
    return float(text) if re.fullmatch(_DECIMAL, text, re.ASCII) else None
