"""npm from 7 on: package-lock.json and npm-shrinkwrap.json."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from remediate.recovery.lockfiles import node_manifest as node
from remediate.recovery.lockfiles.abilities import join_wordings
from remediate.recovery.lockfiles.node_ranges import satisfies
from remediate.recovery.lockfiles.tool import Command, Lock, Locked, Unreadable

_OLDEST = 7
_SILENT = ("--ignore-scripts", "--no-audit", "--no-fund")


class Entry(msgspec.Struct, frozen=True, rename="camel"):
    """A package of the lockfile, a member, or a link to one."""

    name: str = ""
    version: str = ""
    resolved: msgspec.Raw = msgspec.Raw(b'""')
    integrity: str = ""
    link: bool = False
    dependencies: dict[str, str] = {}
    dev_dependencies: dict[str, str] = {}
    optional_dependencies: dict[str, str] = {}
    peer_dependencies: dict[str, str] = {}
    peer_dependencies_meta: dict[str, msgspec.Raw] = {}


class Old(msgspec.Struct, frozen=True):
    """A package in a lockfile of npm 6."""

    version: str = ""
    resolved: str = ""
    integrity: str = ""
    requires: dict[str, str] | bool = False
    dependencies: dict[str, Old] = {}


class PackageLock(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of the file."""

    lockfile_version: int
    packages: dict[str, Entry] = {}
    dependencies: dict[str, Old] = {}


class Npm:
    """Resolves alone with `--package-lock-only`; takes both sides of a merge by itself."""

    name = "npm"
    lockfile = "package-lock.json"
    programs: tuple[str, ...] = ("npm", "node")
    hooks = ""
    settings: tuple[str, ...] = (".npmrc",)

    def owns(self, folder: Path) -> bool:
        return (folder / "package.json").is_file() and (folder / self.lockfile_in(folder)).is_file()

    def lockfile_in(self, folder: Path) -> str:
        """npm prefers the shrinkwrap where both are there."""
        shrinkwrap = "npm-shrinkwrap.json"
        return shrinkwrap if (folder / shrinkwrap).is_file() else self.lockfile

    def inputs(self, folder: Path) -> tuple[str, ...]:
        found = node.manifests(folder)
        return (*found, *node.local_inputs(folder, found), ".npmrc", self.lockfile_in(folder))

    def wanted(self, folder: Path) -> dict[str, str]:
        found = node.manifests(folder)
        direct = [pair for each in found.values() for pair in each.requirements()]
        return join_wordings([*direct, *_overrides(found["package.json"].overrides)])

    def read(self, text: bytes) -> Lock | Unreadable:
        try:
            lock = msgspec.json.decode(text, type=PackageLock)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
            return Unreadable(reason=str(problem))
        if lock.lockfile_version < 2:
            return Lock(packages=tuple(_old(lock.dependencies)))
        packages = tuple(
            _locked(place, each)
            for place, each in lock.packages.items()
            if "node_modules/" in place and not each.link
        )
        members = [each for place, each in lock.packages.items() if "node_modules/" not in place]
        return Lock(
            packages=packages, roots=join_wordings([pair for each in members for pair in _direct(each)])
        )

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        own = ("npm", "install", "--package-lock-only", *_SILENT)
        version = _format(folder / self.lockfile_in(folder)) if usable else None
        kept = (f"--lockfile-version={version}",) if version else ()
        return (Command(arguments=(*own, *kept), environment=self._environment(folder)),)

    def check(self, folder: Path) -> tuple[Command, ...]:
        return (Command(arguments=("npm", "ci", *_SILENT), environment=self._environment(folder)),)

    def merges_conflicts(self, folder: Path) -> bool:
        return True

    def satisfies(self, version: str, wording: str) -> bool | None:
        return satisfies(version, wording)

    def hooks_in(self, folder: Path) -> str:
        return node.why_git(node.manifests(folder))

    def registries(self, folder: Path) -> frozenset[str]:
        return node.npmrc_hosts(folder / ".npmrc")

    def ask_registry(self) -> Command:
        return Command(arguments=("npm", "config", "get", "registry"))

    def probe(self) -> Command:
        return Command(arguments=("npm", "--version"))

    def misfit(self, output: str) -> str:
        major = output.strip().partition(".")[0]
        fits = major.isdigit() and int(major) >= _OLDEST
        return "" if fits else f"npm {output.strip()[:20]} is older than 7"

    def _environment(self, folder: Path) -> dict[str, str]:
        cache = str(folder.parent / "cache")
        return {
            "npm_config_cache": cache,
            "npm_config_update_notifier": "false",
            "npm_config_ignore_scripts": "true",
        }


def _direct(entry: Entry) -> Iterator[tuple[str, str]]:
    optional = entry.optional_dependencies
    yield from ((name, wording) for name, wording in entry.dependencies.items() if name not in optional)
    for each in (entry.dev_dependencies, optional, entry.peer_dependencies):
        yield from each.items()


def _locked(place: str, entry: Entry) -> Locked:
    address = _text(entry.resolved)
    host = node.host_of(address)
    commit = (f"git:{address.partition('#')[2]}",) if address.startswith("git") and "#" in address else ()
    return Locked(
        name=place.rpartition("node_modules/")[2],
        version=entry.version,
        host=host,
        hashes=tuple(each.replace("-", ":", 1) for each in entry.integrity.split()) or commit,
        needs=_needs(entry),
    )


def _needs(entry: Entry) -> tuple[str, ...]:
    peers = [name for name in entry.peer_dependencies if name not in entry.peer_dependencies_meta]
    return tuple(sorted({*entry.dependencies, *entry.optional_dependencies, *peers}))


def _old(dependencies: dict[str, Old]) -> Iterator[Locked]:
    for name, each in dependencies.items():
        yield Locked(
            name=name,
            version=each.version,
            host=node.host_of(each.resolved),
            hashes=tuple(part.replace("-", ":", 1) for part in each.integrity.split()),
            needs=tuple(each.requires) if isinstance(each.requires, dict) else (),
        )
        yield from _old(each.dependencies)


def _text(raw: msgspec.Raw) -> str:
    value = msgspec.json.decode(raw)
    return value if isinstance(value, str) else ""


def _overrides(overrides: dict[str, msgspec.Raw]) -> Iterator[tuple[str, str]]:
    """Every name that an override speaks of, at any depth."""
    for key, raw in overrides.items():
        value = msgspec.json.decode(raw)
        name = key if key.rfind("@") <= 0 else key[: key.rfind("@")]
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, dict):
            yield from _overrides(
                {part: msgspec.Raw(msgspec.json.encode(each)) for part, each in value.items()}
            )


def _format(path: Path) -> int | None:
    """The file's own format: npm would write its newest."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=PackageLock).lockfile_version
    except (msgspec.MsgspecError, UnicodeDecodeError, OSError):
        return None
