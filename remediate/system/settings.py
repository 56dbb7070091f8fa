"""`.github/remediate.yml`: reads it, and names the place of whatever is wrong in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from remediate.errors import ConfigProblem

if TYPE_CHECKING:
    from pathlib import Path

    from remediate.model.rule import Pack
    from remediate.rules.place import Place

NAME = ".github/remediate.yml"


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """What may stand in the configuration; the docs and its schema are made from this."""

    name: str
    meaning: str
    default: str = "[]"
    example: str


# Every key with its default and meaning: the one place.
KEYS: dict[str, Key] = {
    key.name: key
    for key in (
        Key(
            name="rules",
            meaning="rule packs of your own, as paths from the repository's root",
            example="[ci/rules.yaml]",
        ),
        Key(
            name="redact-env",
            meaning="environment variables whose values must never be shown",
            example="[DEPLOY_KEY]",
        ),
    )
}


class RuleFile(msgspec.Struct, frozen=True, kw_only=True):
    """A rule pack of the user's, and the place in the configuration that names it."""

    path: Path
    named_at: str


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the configuration says; paths are resolved."""

    file: str | None = None
    rules: tuple[RuleFile, ...] = ()
    redact_env: tuple[str, ...] = ()

    def pack_texts(self) -> tuple[tuple[str, bytes], ...]:
        """File name and content of each of the user's packs."""
        return tuple((str(rule.path), _read(rule.path, rule.named_at)) for rule in self.rules)

    def packs(self) -> tuple[Pack, ...]:
        """The user's packs, each held to its own examples and near misses."""
        if not self.rules:
            return ()
        from remediate.rules.packs import user_packs  # noqa: PLC0415 - YAML is slow to import
        from remediate.rules.proof import prove  # noqa: PLC0415

        texts = self.pack_texts()
        packs = user_packs(texts)
        for pack, (file, text) in zip(packs, texts, strict=True):
            prove(pack, text, file)
        return packs

    def secrets(self, environment: Mapping[str, str]) -> list[str]:
        """The values to hide; a variable that is not set here has none."""
        return [environment[name] for name in self.redact_env if environment.get(name)]


def read_settings(path: str | None, folder: str | Path | None = None) -> Settings:
    """The settings of the file named, or of the repository around `folder`; else the defaults."""
    if path is not None:
        return _parse(path, os.path.dirname(os.path.realpath(path)))
    root = _repository(str(folder or os.getcwd()))
    if root is None or not os.path.isfile(os.path.join(root, NAME)):
        return Settings()
    return _parse(os.path.join(root, NAME), root)


def _repository(folder: str) -> str | None:
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None
    return folder


def _parse(file: str, around: str) -> Settings:
    from pathlib import Path  # noqa: PLC0415 - slow to load, and most repositories have no configuration

    path, root = Path(file), Path(around)
    text = _read(path, "--config")
    if all(line.strip().startswith((b"#", b"---")) for line in text.splitlines() if line.strip()):
        return Settings(file=str(path))
    from remediate.rules.place import compose  # noqa: PLC0415 - YAML is slow to import

    if root.name == ".github":
        root = root.parent
    values: dict[str, list[Place]] = {}
    for key, place, value in compose(text, str(path)).items():
        if key not in KEYS:
            raise place.problem(f"unknown key `{key}`", _nearest(key))
        values[key] = [] if value.is_null() else value.entries()
    return Settings(
        file=str(path),
        rules=tuple(
            RuleFile(path=root / place.text(), named_at=str(place)) for place in values.get("rules", ())
        ),
        redact_env=tuple(place.text() for place in values.get("redact-env", ())),
    )


def _nearest(key: str) -> str:
    import difflib  # noqa: PLC0415 - only for a typing error

    near = difflib.get_close_matches(key, list(KEYS), 1)
    return f"Did you mean `{near[0]}`?" if near else f"Known keys: {', '.join(KEYS)}."


def _read(path: Path, named_by: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigProblem(f"{path}: {error.strerror}", hint=f"It is named by {named_by}.") from None
