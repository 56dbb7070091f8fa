"""Poetry 2: `poetry.lock`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from remediate.recovery.lockfiles.abilities import join_wordings
from remediate.recovery.lockfiles.pyproject import (
    MANIFEST,
    local_folders,
    manifest,
    readmes,
    standard_lines,
    worded,
)
from remediate.recovery.lockfiles.requirement import canonical, host_of
from remediate.recovery.lockfiles.toml import Table, dig, is_tables, parse, table, tables, text
from remediate.recovery.lockfiles.tool import Command, Lock, Locked, Unreadable
from remediate.recovery.lockfiles.version_ranges import satisfies

_CALL = ("poetry", "--no-interaction", "--no-plugins", "--no-ansi")
# Poetry has no switch against builds. Each of them needs an environment of its own, which virtualenv, asked
# for a way of making it that does not exist, refuses: the build's code never starts, and Poetry fails.
_UNBUILT = {
    "VIRTUALENV_CREATOR": "none-so-that-nothing-is-built",
    "POETRY_INSTALLER_ONLY_BINARY": ":all:",
    "POETRY_VIRTUALENVS_IN_PROJECT": "true",
    # Poetry takes this name for an environment that must not be used: not the active one either.
    "CONDA_DEFAULT_ENV": "base",
}
_LOCKING = {**_UNBUILT, "POETRY_VIRTUALENVS_CREATE": "false"}
_INSTALLING = {**_UNBUILT, "POETRY_VIRTUALENVS_CREATE": "true"}
_PREPARING = {name: value for name, value in _INSTALLING.items() if name != "VIRTUALENV_CREATOR"}


class Poetry:
    """Keeps locked versions by itself from version 2 on; builds are kept from starting."""

    name = "poetry"
    lockfile = "poetry.lock"
    programs: tuple[str, ...] = ("poetry",)
    hooks = ""
    settings: tuple[str, ...] = (MANIFEST,)

    def owns(self, folder: Path) -> bool:
        return (folder / self.lockfile).is_file() and (folder / MANIFEST).is_file()

    def probe(self) -> Command:
        return Command(arguments=(*_CALL, "--version"))

    def misfit(self, output: str) -> str:
        """Poetry 1 would take newer versions of everything; the switch against that is gone from Poetry 2."""
        found = re.search(r"Poetry \(?version (\d+)\.", output)
        if found is None:
            return "its version could not be read"
        return "" if int(found[1]) >= 2 else f"it is Poetry {found[1]}, and 2 or later is needed"

    def inputs(self, folder: Path) -> tuple[str, ...]:
        """The files that the metadata name are needed too: `poetry check` looks for them."""
        project = manifest(folder)
        near = (f"{path.rstrip('/')}/{MANIFEST}" for path in _folders(project))
        return (MANIFEST, "poetry.toml", *readmes(project), *near)

    def wanted(self, folder: Path) -> dict[str, str]:
        project = manifest(folder)
        own = [pair for found in _own_tables(project) for pair in _own_wordings(found)]
        # Where the project lists its requirements in the standard table, Poetry's own only adds sources.
        listed = worded(standard_lines(project))
        names = {name for name, _ in listed}
        return join_wordings(listed + [(name, asked) for name, asked in own if name not in names])

    def read(self, text: bytes) -> Lock | Unreadable:
        document = parse(text)
        if isinstance(document, Unreadable):
            return document
        noted = document.get("metadata")
        if not isinstance(noted, dict) or not is_tables(document.get("package", [])):
            return Unreadable(reason="it is not what Poetry writes, or cut off: its metadata are missing")
        if not isinstance(noted.get("content-hash"), str):
            return Unreadable(reason="its metadata hold no content hash")
        packages = tables(document.get("package"))
        if not all(_text(each, "name") and _text(each, "version") for each in packages):
            return Unreadable(reason="it holds a package without a name or a version")
        return Lock(packages=tuple(_locked(each, dig(noted, "files")) for each in packages))

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        return (_call(folder, _LOCKING, "lock"),)

    def check(self, folder: Path) -> tuple[Command, ...]:
        groups = _optional_groups(manifest(folder))
        chosen = (f"--with={','.join(groups)}",) if groups else ()
        return (
            _call(folder, _LOCKING, "check", "--lock"),
            _call(folder, _PREPARING, "run", "python", "--version"),
            _call(folder, _INSTALLING, "install", "--no-root", "--no-directory", "--all-extras", *chosen),
        )

    def registries(self, folder: Path) -> frozenset[str]:
        sources = tables(dig(manifest(folder), "tool", "poetry", "source"))
        return frozenset(host_of(_text(each, "url")) for each in sources) - {""}

    def ask_registry(self) -> Command:
        return Command(arguments=(*_CALL, "source", "show"))

    def satisfies(self, version: str, wording: str) -> bool | None:
        return satisfies(version, wording)


def _call(folder: Path, environment: dict[str, str], *arguments: str) -> Command:
    """A cache of its own, so that nothing poisoned is taken."""
    own = {**environment, "POETRY_CACHE_DIR": str(folder.parent / "cache")}
    return Command(arguments=(*_CALL, *arguments), environment=own)


def _text(found: Table, key: str) -> str:
    return text(found.get(key))


def _own_tables(project: Table) -> Iterator[Table]:
    """The tables of requirements in Poetry's own part of the manifest."""
    own = dig(project, "tool", "poetry")
    yield table(dig(own, "dependencies"))
    yield table(dig(own, "dev-dependencies"))
    for group in table(dig(own, "group")).values():
        yield table(dig(group, "dependencies"))


def _own_wordings(found: Table) -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        if canonical(name) == "python":
            continue
        for each in tables(value) if isinstance(value, list) else (value,):
            asked = each if isinstance(each, str) else dig(each, "version")
            yield canonical(name), "".join(text(asked).split())


def _folders(project: Table) -> Iterator[str]:
    for found in _own_tables(project):
        yield from local_folders(found)


def _optional_groups(project: Table) -> tuple[str, ...]:
    groups = table(dig(project, "tool", "poetry", "group"))
    return tuple(name for name, value in groups.items() if dig(value, "optional") is True)


def _locked(found: Table, apart: object) -> Locked:
    """`apart` are the files as Poetry before 1.3 wrote them: below the metadata, by name."""
    files = tables(found.get("files")) or tables(table(apart).get(_text(found, "name")))
    return Locked(
        name=canonical(_text(found, "name")),
        version=_text(found, "version"),
        host=host_of(text(dig(found, "source", "url"))),
        hashes=tuple(_text(each, "hash") for each in files if _text(each, "hash")),
        needs=tuple(dict.fromkeys(canonical(name) for name in table(found.get("dependencies")))),
    )
