"""The text of a small sound pack of a tool that does not exist, for each test to spoil in its own way."""

from __future__ import annotations

JAMMED = "gizmo: the frobnicator is jammed"
FINE = "gizmo: the frobnicator is fine"
RULE = {
    "id": "gizmo-jammed",
    "title": "The frobnicator is jammed",
    "cause": "network",
    "severity": "low",
    "transient": "true",
    "match": "'frobnicator is jammed'",
    "role": "decisive",
    "recovery": "rerun",
    "hint": "Shake it.",
    "examples": f"['{JAMMED}']",
    "near-misses": f"['{FINE}']",
}


def pack_with(**changes: str | None) -> str:
    """A pack of one rule, each key on its line from 3 on, some changed, or with None left out."""
    keys = {**RULE, **{key.replace("_", "-"): value for key, value in changes.items()}}
    lines = [f"{key}: {value}" for key, value in keys.items() if value is not None]
    return "title: Gizmo\nrules:\n  - " + "\n    ".join(lines) + "\n"


def below(*entries: str) -> str:
    """A list with each entry on a line of its own, below its key."""
    return "".join(f"\n      - '{entry}'" for entry in entries)
