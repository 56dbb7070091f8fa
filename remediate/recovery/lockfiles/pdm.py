"""PDM: `pdm.lock`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from remediate.recovery.lockfiles.abilities import join_wordings
from remediate.recovery.lockfiles.pyproject import (
    MANIFEST,
    computed,
    manifest,
    sources_of,
    standard_lines,
    worded,
)
from remediate.recovery.lockfiles.requirement import canonical, host_of, take_apart
from remediate.recovery.lockfiles.toml import (
    Table,
    dig,
    is_tables,
    parse,
    read_table,
    table,
    tables,
    text,
    texts,
)
from remediate.recovery.lockfiles.tool import Command, Lock, Locked, Unreadable
from remediate.recovery.lockfiles.version_ranges import satisfies

# A job's own settings may point PDM at another project or interpreter, or at the environment in use.
_SET = {
    "PDM_ONLY_BINARY": ":all:",
    "PDM_NO_BINARY": "",
    "PDM_IGNORE_SAVED_PYTHON": "1",
    "PDM_IGNORE_ACTIVE_VENV": "1",
    "PDM_CHECK_UPDATE": "0",
    "PDM_NON_INTERACTIVE": "1",
    "PDM_FROZEN_LOCKFILE": "",
    "PDM_VENV_IN_PROJECT": "1",
}
_LOCKING = {**_SET, "PDM_USE_VENV": "0"}
_INSTALLING = {**_SET, "PDM_USE_VENV": "1"}
# `--skip :all`: the project's own scripts around locking and installing are code.
_HERE = ("--project", ".", "--lockfile", "pdm.lock", "--skip", ":all")
_DIRECT = re.compile(r"(?:-e\s|\w+\+|https?:|file:|\.{0,2}/)")


class Pdm:
    """Reuses locked versions when told to; packages are taken as wheels alone."""

    name = "pdm"
    lockfile = "pdm.lock"
    programs: tuple[str, ...] = ("pdm",)
    hooks = ""
    settings: tuple[str, ...] = (MANIFEST, "pdm.toml")

    def owns(self, folder: Path) -> bool:
        return (folder / self.lockfile).is_file() and (folder / MANIFEST).is_file()

    def hooks_in(self, folder: Path) -> str:
        """PDM takes wheels alone from an index, but has no switch against building what has an address."""
        project = manifest(folder)
        if computed(project):
            return f"{MANIFEST} leaves its dependencies to its build, whose code PDM runs to learn them"
        direct = next((line for line in _lines(project) if _is_built(line)), "")
        return f"{direct[:100]!r} in {MANIFEST} is no package of an index: PDM builds it" if direct else ""

    def inputs(self, folder: Path) -> tuple[str, ...]:
        if self.hooks_in(folder):
            return sources_of(folder)
        return (MANIFEST, "pdm.toml", ".python-version")

    def wanted(self, folder: Path) -> dict[str, str]:
        return join_wordings(worded(_lines(manifest(folder))))

    def read(self, text: bytes) -> Lock | Unreadable:
        document = parse(text)
        if isinstance(document, Unreadable):
            return document
        noted = table(document.get("metadata"))
        if not isinstance(noted.get("lock_version"), str) or not is_tables(document.get("package", [])):
            return Unreadable(reason="it is not what PDM writes: its metadata are missing")
        packages = tables(document.get("package"))
        if not all(_text(each, "name") for each in packages):
            return Unreadable(reason="it holds a package without a name")
        return Lock(packages=tuple(_locked(each, dig(noted, "files")) for each in packages))

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        """A lockfile keeps the groups that it was made for; a new one is made for all."""
        how = ("--update-reuse",) if usable else ("-G:all",)
        return (_call(folder, _LOCKING, "lock", *_HERE, *how),)

    def check(self, folder: Path) -> tuple[Command, ...]:
        return (
            _call(folder, _LOCKING, "lock", *_HERE, "--check"),
            _call(folder, _INSTALLING, "sync", *_HERE, "--no-self", "-G:all"),
        )

    def registries(self, folder: Path) -> frozenset[str]:
        sources = tables(dig(manifest(folder), "tool", "pdm", "source"))
        found = [*(_text(each, "url") for each in sources)]
        found.append(text(dig(read_table(folder / "pdm.toml"), "pypi", "url")))
        return frozenset(map(host_of, found)) - {""}

    def ask_registry(self) -> Command:
        return Command(arguments=("pdm", "config", "pypi.url"), environment=_LOCKING)

    def satisfies(self, version: str, wording: str) -> bool | None:
        return satisfies(version, wording)


def _call(folder: Path, environment: dict[str, str], *arguments: str) -> Command:
    """A cache of its own, so that nothing poisoned is taken."""
    own = {**environment, "PDM_CACHE_DIR": str(folder.parent / "cache")}
    return Command(arguments=("pdm", *arguments), environment=own)


def _text(found: Table, key: str) -> str:
    return text(found.get(key))


def _lines(project: Table) -> Iterator[str]:
    yield from standard_lines(project)
    for lines in table(dig(project, "tool", "pdm", "dev-dependencies")).values():
        yield from texts(lines)


def _is_built(line: str) -> bool:
    if _DIRECT.match(line.strip()):
        return True
    stated = take_apart(line)
    return stated is not None and bool(stated.address) and ".whl" not in stated.address


def _locked(found: Table, apart: object) -> Locked:
    """`apart` are the files as PDM before 2.8 wrote them: below the metadata, by name and version."""
    name, version = _text(found, "name"), _text(found, "version")
    files = tables(found.get("files")) or tables(table(apart).get(f"{name} {version}"))
    addresses = [_text(found, "url"), _text(found, "git"), *(_text(each, "url") for each in files)]
    lines = (take_apart(line) for line in texts(found.get("dependencies")))
    return Locked(
        name=canonical(name),
        version=version,
        host=next((host_of(each) for each in addresses if host_of(each)), ""),
        hashes=tuple(_text(each, "hash") for each in files if _text(each, "hash")),
        needs=tuple(dict.fromkeys(each.name for each in lines if each is not None)),
    )
