"""Where packs come from: those shipped beside this file, and those the user names."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

from remediate.model.rule import Pack
from remediate.rules.schema import read_pack


def shipped_packs() -> tuple[Pack, ...]:
    """Every pack of the house, by name."""
    folder = resources.files(__package__)
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(read_pack(f.read_bytes(), f"rules/{f.name}", f.name[: -len(".yaml")]) for f in files)


def user_packs(texts: Iterable[tuple[str, bytes]]) -> tuple[Pack, ...]:
    """The user's packs from (file name, content)."""
    return tuple(read_pack(text, file, _stem(file)) for file, text in texts)


def _stem(file: str) -> str:
    return file.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
