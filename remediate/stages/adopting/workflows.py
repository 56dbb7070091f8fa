"""Finds the workflows of a repository that Remediate can watch: those that run by themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    import yaml

# What ours is called: one that watched this name would wait for itself.
NAME = "remediate"
# What `workflow_run` can be told to wait for has an end.
_MOST_BYTES = 1024 * 1024
# A workflow that these alone can start never ends as a run of its own.
_CALLED = frozenset(("workflow_call",))


class _File(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    events: frozenset[str]


def watched(root: Path, but: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names that GitHub has for them, and notes about files that could not be read; `but` is our own."""
    names: dict[str, None] = {}
    notes: list[str] = []
    for path in _files(root):
        shown = path.relative_to(root).as_posix()
        if shown == but:
            continue
        found = _read(path, shown)
        if isinstance(found, str):
            notes.append(found)
        elif found.name.lower() == NAME:
            notes.append(
                f"{shown} is not watched: it is called {found.name}, as ours is; give it another name"
            )
        elif found.events - _CALLED:
            names[found.name] = None
    return tuple(names), tuple(notes)


def _files(root: Path) -> list[Path]:
    folder = root / ".github" / "workflows"
    return sorted(
        path for path in folder.glob("*.y*ml") if path.suffix in (".yml", ".yaml") and path.is_file()
    )


def _read(path: Path, shown: str) -> _File | str:
    """The workflow, or why it cannot be watched."""
    import yaml  # noqa: PLC0415 - slow to import

    try:
        with path.open("rb") as stream:
            node = yaml.compose(stream.read(_MOST_BYTES), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, OSError):
        return f"{shown} is not watched: it cannot be read as YAML"
    if not isinstance(node, yaml.MappingNode):
        return f"{shown} is not watched: it is no workflow"
    name, triggers = _value(node, "name"), _value(node, "on")
    named = name.value.strip() if isinstance(name, yaml.ScalarNode) else ""
    # One without a name is called by its path.
    return _File(name=named or shown, events=_events(triggers))


def _value(node: yaml.MappingNode, key: str) -> yaml.Node | None:
    return next((value for name, value in node.value if name.value == key), None)


def _events(node: yaml.Node | None) -> frozenset[str]:
    import yaml  # noqa: PLC0415

    match node:
        case yaml.ScalarNode():
            return frozenset((str(node.value),))
        case yaml.SequenceNode():
            return frozenset(str(entry.value) for entry in node.value)
        case yaml.MappingNode():
            return frozenset(str(key.value) for key, _ in node.value)
    return frozenset()
