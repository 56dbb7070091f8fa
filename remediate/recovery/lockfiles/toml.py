"""TOML read with typed answers: whatever stands there, these never raise."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from remediate.recovery.lockfiles.tool import Unreadable

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Table = Mapping[str, object]


def parse(text: bytes) -> Table | Unreadable:
    """The document, or why no tool would take it."""
    try:
        return tomllib.loads(text.decode())
    except UnicodeDecodeError:
        return Unreadable(reason="it is not UTF-8 text")
    except (ValueError, RecursionError) as problem:
        return Unreadable(reason=f"it is not TOML: {str(problem)[:200]}")


def read_table(path: Path) -> Table:
    """The file's document; empty where there is none that can be read."""
    try:
        found = parse(path.read_bytes())
    except OSError:
        return {}
    return {} if isinstance(found, Unreadable) else found


def table(value: object) -> Table:
    """The value if it is a table, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def dig(value: object, *keys: str) -> object:
    """What stands below the keys; None where there is nothing."""
    for key in keys:
        value = table(value).get(key)
    return value


def text(value: object) -> str:
    """The value if it is text, else none."""
    return value if isinstance(value, str) else ""


def texts(value: object) -> tuple[str, ...]:
    """The texts among the items of a list."""
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, list) else ()


def tables(value: object) -> tuple[Table, ...]:
    """The tables among the items of a list."""
    return tuple(each for each in value if isinstance(each, Mapping)) if isinstance(value, list) else ()


def is_tables(value: object) -> bool:
    """Whether it is a list of tables and of nothing else."""
    return isinstance(value, list) and all(isinstance(each, Mapping) for each in value)
