"""pnpm from 8 on: pnpm-lock.yaml of the formats 6 and 9."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from remediate.recovery.lockfiles import node_manifest as node
from remediate.recovery.lockfiles.abilities import join_wordings
from remediate.recovery.lockfiles.node_ranges import satisfies
from remediate.recovery.lockfiles.plain_yaml import load_plain
from remediate.recovery.lockfiles.tool import Command, Lock, Locked, Unreadable

_WORKSPACE = "pnpm-workspace.yaml"
_HOOKS = (".pnpmfile.cjs", ".pnpmfile.mjs", "pnpmfile.js")
_KEY = re.compile(r"/?(?P<name>(?:@[^/]+/)?[^@/(]+)@(?P<version>[^(]+)(?:\(.*)?")


class Dist(msgspec.Struct, frozen=True):
    """Where a package comes from."""

    integrity: str = ""
    tarball: str = ""
    commit: str = ""


class Package(msgspec.Struct, frozen=True, rename="camel"):
    """A package, or its snapshot with what it was resolved to."""

    resolution: Dist = Dist()
    version: str = ""
    dependencies: dict[str, str] = {}
    optional_dependencies: dict[str, str] = {}


class Wish(msgspec.Struct, frozen=True):
    """A direct requirement."""

    specifier: str = ""


class Importer(msgspec.Struct, frozen=True, rename="camel"):
    """What one member requires."""

    dependencies: dict[str, Wish] = {}
    dev_dependencies: dict[str, Wish] = {}
    optional_dependencies: dict[str, Wish] = {}


class PnpmLock(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of the file; format 6 keeps a lone importer's requirements at the top."""

    lockfile_version: str
    importers: dict[str, Importer] = {}
    packages: dict[str, Package] = {}
    snapshots: dict[str, Package] = {}
    overrides: dict[str, str] = {}
    catalogs: dict[str, dict[str, Wish]] = {}
    dependencies: dict[str, Wish] = {}
    dev_dependencies: dict[str, Wish] = {}
    optional_dependencies: dict[str, Wish] = {}


class Own(msgspec.Struct, frozen=True, rename="camel"):
    """pnpm's own settings: in package.json or in the workspace's file."""

    packages: tuple[str, ...] = ()
    overrides: dict[str, str] = {}
    patched_dependencies: dict[str, str] = {}
    catalog: dict[str, str] = {}
    catalogs: dict[str, dict[str, str]] = {}
    config_dependencies: dict[str, Any] = {}
    pnpmfile: Any = None


class Pnpm:
    """Resolves alone with `--lockfile-only`; takes both sides of a merge by itself."""

    name = "pnpm"
    lockfile = "pnpm-lock.yaml"
    programs: tuple[str, ...] = ("pnpm", "node")
    hooks = ""
    settings: tuple[str, ...] = (".npmrc", _WORKSPACE)

    def owns(self, folder: Path) -> bool:
        return (folder / "package.json").is_file() and (folder / self.lockfile).is_file()

    def inputs(self, folder: Path) -> tuple[str, ...]:
        found = _manifests(folder)
        patches = [path for own in _own(folder) for path in own.patched_dependencies.values()]
        local = node.local_inputs(folder, found)
        return (*found, *local, *patches, ".npmrc", _WORKSPACE, *_HOOKS, self.lockfile)

    def wanted(self, folder: Path) -> dict[str, str]:
        direct = [pair for each in _manifests(folder).values() for pair in each.requirements()]
        more = [(_last(key), wording) for own in _own(folder) for key, wording in own.overrides.items()]
        for own in _own(folder):
            more += [pair for each in (own.catalog, *own.catalogs.values()) for pair in each.items()]
        return join_wordings([*map(_real, direct), *more])

    def read(self, text: bytes) -> Lock | Unreadable:
        if not text.endswith(b"\n"):
            return Unreadable(reason="it breaks off")
        loaded = load_plain(text)
        if isinstance(loaded, Unreadable):
            return loaded
        try:
            lock = msgspec.convert(loaded, PnpmLock)
        except msgspec.ValidationError as problem:
            return Unreadable(reason=str(problem))
        if lock.lockfile_version.partition(".")[0] not in {"6", "9"}:
            return Unreadable(reason=f"its format {lock.lockfile_version} is not known")
        cut = lock.lockfile_version.startswith("9") and _bare(lock.snapshots) != _bare(lock.packages)
        if cut or any(_KEY.fullmatch(key) is None for key in lock.packages):
            return Unreadable(reason="not every package is described to its end")
        return Lock(packages=tuple(_packages(lock)), roots=join_wordings(list(_roots(lock))))

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        own = ("pnpm", "install", "--lockfile-only", "--no-frozen-lockfile")
        return (self._command(folder, own),)

    def check(self, folder: Path) -> tuple[Command, ...]:
        return (self._command(folder, ("pnpm", "install", "--frozen-lockfile")),)

    def merges_conflicts(self, folder: Path) -> bool:
        return True

    def satisfies(self, version: str, wording: str) -> bool | None:
        return satisfies(version, wording)

    def hooks_in(self, folder: Path) -> str:
        for name in _HOOKS:
            if (folder / name).is_file():
                return f"{name} is code of the project that pnpm runs when it resolves"
        settings = folder / ".npmrc"
        named = settings.is_file() and "pnpmfile" in settings.read_text("utf-8", "replace")
        if named or any(own.config_dependencies or own.pnpmfile for own in _own(folder)):
            return "the settings name code that pnpm runs when it resolves"
        return node.why_git(_manifests(folder))

    def registries(self, folder: Path) -> frozenset[str]:
        workspace = folder / _WORKSPACE
        text = workspace.read_text("utf-8", "replace") if workspace.is_file() else ""
        return node.npmrc_hosts(folder / ".npmrc") | node.hosts_in(text)

    def ask_registry(self) -> Command:
        return Command(arguments=("pnpm", "config", "get", "registry"))

    def _command(self, folder: Path, arguments: tuple[str, ...]) -> Command:
        """Where the project has no code for resolving, none is looked for."""
        silent = () if self.hooks_in(folder) else ("--ignore-pnpmfile",)
        place = folder.parent / "cache"
        settings = {
            "store_dir": str(place / "store"),
            "cache_dir": str(place / "cache"),
            "state_dir": str(place / "state"),
            "manage_package_manager_versions": "false",
            "update_notifier": "false",
            "ignore_scripts": "true",
        }
        environment = {
            f"{kind}_config_{key}": value for kind in ("npm", "pnpm") for key, value in settings.items()
        }
        return Command(
            arguments=(*arguments, "--ignore-scripts", *silent), environment={**environment, "CI": "true"}
        )


def _own(folder: Path) -> tuple[Own, ...]:
    """Raises ValueError where the settings cannot be read."""
    found = [msgspec.json.decode(node.read_manifest(folder / "package.json").pnpm, type=Own, strict=False)]
    workspace = folder / _WORKSPACE
    if workspace.is_file():
        loaded = load_plain(workspace.read_bytes())
        if isinstance(loaded, Unreadable):
            raise ValueError(f"{_WORKSPACE} cannot be read: {loaded.reason}")
        found.append(msgspec.convert(loaded or {}, Own))
    return tuple(found)


def _manifests(folder: Path) -> dict[str, node.Manifest]:
    globs = tuple(glob for own in _own(folder) for glob in own.packages)
    return node.manifests(folder, globs)


def _real(pair: tuple[str, str]) -> tuple[str, str]:
    """A requirement under another name, by the package's own, as the lockfile has it."""
    match = re.match(r"npm:((?:@[^/]+/)?[^@]+)(?:@|$)", pair[1])
    return (match[1], pair[1]) if match else pair


def _last(key: str) -> str:
    """The package that an override speaks of: `a@1>b@2` of b."""
    name = key.rpartition(">")[2]
    return name if name.rfind("@") <= 0 else name[: name.rfind("@")]


def _bare(packages: Mapping[str, Package]) -> set[str]:
    return {key.partition("(")[0] for key in packages}


def _packages(lock: PnpmLock) -> Iterator[Locked]:
    needs: dict[str, set[str]] = {}
    for key, each in (*lock.packages.items(), *lock.snapshots.items()):
        both = {**each.dependencies, **each.optional_dependencies}
        needs.setdefault(key.partition("(")[0], set()).update(_needed(*pair) for pair in both.items())
    for key in sorted(_bare(lock.packages)):
        each = next(each for full, each in lock.packages.items() if full.partition("(")[0] == key)
        match = _KEY.fullmatch(key)
        if match is None:
            continue
        dist = each.resolution
        commit = (f"git:{dist.commit}",) if dist.commit else ()
        yield Locked(
            name=match["name"],
            version=each.version or match["version"],
            host=node.host_of(dist.tarball),
            hashes=tuple(part.replace("-", ":", 1) for part in dist.integrity.split()) or commit,
            needs=tuple(sorted(needs[key])),
        )


def _needed(name: str, value: str) -> str:
    match = _KEY.fullmatch(value)
    return match["name"] if match else name


def _roots(lock: PnpmLock) -> Iterator[tuple[str, str]]:
    top = Importer(
        dependencies=lock.dependencies,
        dev_dependencies=lock.dev_dependencies,
        optional_dependencies=lock.optional_dependencies,
    )
    for each in (top, *lock.importers.values()):
        for wishes in (each.dependencies, each.dev_dependencies, each.optional_dependencies):
            yield from (_real((name, wish.specifier)) for name, wish in wishes.items())
    yield from ((_last(key), wording) for key, wording in lock.overrides.items())
    for catalog in lock.catalogs.values():
        yield from ((name, wish.specifier) for name, wish in catalog.items())
