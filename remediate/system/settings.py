"""`.github/remediate.yml`: reads it, and names the place of whatever is wrong in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from remediate.errors import ConfigProblem

if TYPE_CHECKING:
    from pathlib import Path

    from remediate.model.policy import Policy
    from remediate.model.rule import Pack
    from remediate.rules.spot import Spot

NAME = ".github/remediate.yml"


class RuleFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the user's, a rule pack or a tree, and the place in the configuration that names it."""

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


class Configured(msgspec.Struct, frozen=True, kw_only=True):
    """The policy in force. `origins` tells for each key where its value came from.

    That is `default`, a place in the file, or the name of a variable of the environment. `file` is None where
    there is none; `trees` are the decision trees that it names.
    """

    policy: Policy
    origins: dict[str, str]
    file: str | None = None
    trees: tuple[RuleFile, ...] = ()

    def tree_texts(self) -> tuple[tuple[str, bytes], ...]:
        """File name and content of each of the user's trees."""
        return tuple((str(tree.path), _read(tree.path, tree.named_at)) for tree in self.trees)


class _File(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration's file as it was found; `around` is the folder of the paths in it."""

    name: str
    around: Path
    root: Spot | None


def read_settings(path: str | None, folder: str | Path | None = None) -> Settings:
    """The settings of the file named, or of the repository around `folder`; else the defaults.

    The whole file is checked. The environment is left out of it: it sets nothing that a diagnosis needs.
    """
    found = _found(path, folder)
    if found is None:
        return Settings()
    if found.root is None:
        return Settings(file=found.name)
    from remediate.system.policy_file import policy_of  # noqa: PLC0415 - slow to load, and often not needed

    policy, _ = policy_of(found.root, {})
    return Settings(file=found.name, rules=_files(found, "rules"), redact_env=policy.redact_env)


def read_policy(
    path: str | None, folder: str | Path | None = None, environment: Mapping[str, str] | None = None
) -> Configured:
    """The policy of the file named, or of the repository around `folder`, under what the environment says.

    `environment` is that of this process where none is given.
    """
    from remediate.model.keys import leaves  # noqa: PLC0415 - slow to load, and often not needed
    from remediate.system.policy_file import policy_of  # noqa: PLC0415

    found = _found(path, folder)
    policy, given = policy_of(
        found.root if found else None, os.environ if environment is None else environment
    )
    return Configured(
        policy=policy,
        origins={leaf.key: given.get(leaf.key, "default") for leaf in leaves(policy)},
        file=found.name if found else None,
        trees=_files(found, "trees") if found else (),
    )


def _found(path: str | None, folder: str | Path | None) -> _File | None:
    if path is not None:
        return _parsed(path, os.path.dirname(os.path.realpath(path)))
    root = repository_around(str(folder or os.getcwd()))
    if root is None or not os.path.isfile(os.path.join(root, NAME)):
        return None
    return _parsed(os.path.join(root, NAME), root)


def repository_around(folder: str) -> str | None:
    """The root of the repository that the folder is in; None where it is in none."""
    while not os.path.exists(os.path.join(folder, ".git")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return None
    return folder


def _parsed(file: str, around: str) -> _File:
    from pathlib import Path  # noqa: PLC0415 - slow to load, and most repositories have no configuration

    path, folder = Path(file), Path(around)
    text = _read(path, "--config")
    if folder.name == ".github":
        folder = folder.parent
    if all(line.strip().startswith((b"#", b"---")) for line in text.splitlines() if line.strip()):
        return _File(name=str(path), around=folder, root=None)
    from remediate.rules.spot import root_of  # noqa: PLC0415 - YAML is slow to import

    return _File(name=str(path), around=folder, root=root_of(text, str(path)))


def _files(found: _File, key: str) -> tuple[RuleFile, ...]:
    """The files that a key names; they stand beside the configuration's repository."""
    named = [value for name, _, value in found.root.items() if name == key] if found.root else []
    return tuple(
        RuleFile(path=found.around / entry.text(), named_at=str(entry))
        for value in named
        if not value.is_null()
        for entry in value.entries()
    )


def _read(path: Path, named_by: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigProblem(f"{path}: {error.strerror}", hint=f"It is named by {named_by}.") from None
