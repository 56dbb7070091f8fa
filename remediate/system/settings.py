"""`.github/remediate.yml`: reads it, and names the place of whatever is wrong in it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from remediate.errors import ConfigProblem

if TYPE_CHECKING:
    from remediate.model.rule import Pack

NAME = ".github/remediate.yml"

# Every key with its default and meaning: the one place, from which the docs are made.
KEYS: dict[str, tuple[str, str]] = {
    "rules": ("[]", "rule packs of your own, as paths from the repository's root"),
    "redact-env": ("[]", "environment variables whose values must never be shown"),
}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What the configuration says; paths are resolved."""

    file: str | None = None
    rules: tuple[Path, ...] = ()
    redact_env: tuple[str, ...] = ()

    def packs(self) -> tuple[Pack, ...]:
        """The user's packs, each held to its own examples and near misses."""
        if not self.rules:
            return ()
        from remediate.rules.packs import user_packs  # noqa: PLC0415 - YAML is slow to import
        from remediate.rules.proof import prove  # noqa: PLC0415

        packs = user_packs((str(path), _read(path, f"{self.file}: `rules`")) for path in self.rules)
        for pack, path in zip(packs, self.rules, strict=True):
            prove(pack, str(path))
        return packs

    def secrets(self, environment: Mapping[str, str]) -> list[str]:
        """The values to hide; a variable that is not set here has none."""
        return [environment[name] for name in self.redact_env if environment.get(name)]


def read_settings(path: str | None, folder: Path | None = None) -> Settings:
    """The settings of the file named, or of the repository around `folder`; the defaults where there is none."""
    if path is not None:
        return _parse(Path(path), Path(path).resolve().parent)
    root = _repository(folder or Path.cwd())
    if root is None or not (root / NAME).is_file():
        return Settings()
    return _parse(root / NAME, root)


def _repository(folder: Path) -> Path | None:
    return next((place for place in (folder, *folder.parents) if (place / ".git").exists()), None)


def _parse(path: Path, root: Path) -> Settings:
    from remediate.rules.place import compose  # noqa: PLC0415 - YAML is slow to import

    if root.name == ".github":
        root = root.parent
    values: dict[str, tuple[str, ...]] = {}
    for key, place, value in compose(_read(path, "--config"), str(path)).items():
        if key not in KEYS:
            near = difflib.get_close_matches(key, list(KEYS), 1)
            hint = f"Did you mean `{near[0]}`?" if near else "Known keys: " + ", ".join(KEYS) + "."
            raise place.problem(f"unknown key `{key}`", hint)
        values[key] = () if value.is_null() else value.texts()
    return Settings(
        file=str(path),
        rules=tuple(root / name for name in values.get("rules", ())),
        redact_env=values.get("redact-env", ()),
    )


def _read(path: Path, asked_by: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigProblem(f"{path}: {error.strerror}", hint=f"It is named by {asked_by}.") from None
