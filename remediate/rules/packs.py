"""Where packs come from: those shipped beside this file, and those the user names."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

from remediate.model.rule import Pack
from remediate.rules.schema import read_pack

PackText = tuple[str, bytes]


def shipped_texts() -> tuple[PackText, ...]:
    """File name and content of every pack of the house, by name."""
    folder = resources.files(__package__)
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple((f"rules/{f.name}", f.read_bytes()) for f in files)


def shipped_packs() -> tuple[Pack, ...]:
    """Every pack of the house, by name."""
    return user_packs(shipped_texts())


def user_packs(texts: Iterable[PackText]) -> tuple[Pack, ...]:
    """The packs in (file name, content)."""
    return tuple(read_pack(text, file, stem(file)) for file, text in texts)


def stem(file: str) -> str:
    """A pack's name, from its file."""
    return file.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0]
