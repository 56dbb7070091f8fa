"""Composer: `composer.lock`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from remediate.recovery.lockfiles.abilities import join_wordings
from remediate.recovery.lockfiles.bundler_settings import host_of
from remediate.recovery.lockfiles.composer_ranges import satisfies
from remediate.recovery.lockfiles.project_files import is_inside, read_text
from remediate.recovery.lockfiles.toml import Table, is_tables, table, tables, text
from remediate.recovery.lockfiles.tool import Command, Lock, Locked, Unreadable

MANIFEST = "composer.json"
_QUIET = ("--no-scripts", "--no-plugins", "--no-interaction", "--no-progress")
# Given as variables where older versions do not know the option. Where it may move what the named packages
# need (2.8.6 and later), it moves as little as it can; before, it moves nothing but those named.
_SET = {
    "COMPOSER": MANIFEST,
    "COMPOSER_NO_AUDIT": "1",
    "COMPOSER_NO_DEV": "0",
    "COMPOSER_PREFER_LOWEST": "0",
    "COMPOSER_MINIMAL_CHANGES": "1",
    "COMPOSER_WITH_ALL_DEPENDENCIES": "1",
    "COMPOSER_VENDOR_DIR": "vendor",
    "COMPOSER_BIN_DIR": "vendor/bin",
    "COMPOSER_ALLOW_SUPERUSER": "1",
}


class Composer:
    """Resolves and downloads without installing; plugins and scripts are off."""

    name = "composer"
    lockfile = "composer.lock"
    programs: tuple[str, ...] = ("composer", "php")
    hooks = ""
    settings: tuple[str, ...] = (MANIFEST,)

    def owns(self, folder: Path) -> bool:
        return (folder / self.lockfile).is_file() and (folder / MANIFEST).is_file()

    def inputs(self, folder: Path) -> tuple[str, ...]:
        return (MANIFEST, "auth.json", *_local_repositories(folder))

    def wanted(self, folder: Path) -> dict[str, str]:
        manifest = _manifest(folder)
        return join_wordings(
            [pair for key in ("require", "require-dev") for pair in _packages(manifest.get(key))]
        )

    def read(self, text: bytes) -> Lock | Unreadable:
        document = _decode(text)
        lists = [document.get("packages"), document.get("packages-dev", [])]
        if not all(map(is_tables, lists)):
            return Unreadable(reason="it is not JSON with a list of packages")
        packages = [each for found in lists for each in tables(found)]
        if not all(_word(each, "name") and _word(each, "version") for each in packages):
            return Unreadable(reason="it holds a package without a name or a version")
        return Lock(packages=tuple(map(_locked, packages)))

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        """Names the packages that must change; where none must, `--lock` renews the manifest's hash alone."""
        names = self._outdated(folder) if usable else ()
        words = names or (("--lock",) if usable else ())
        return (_call(folder, "update", "--no-install", *words),)

    def check(self, folder: Path) -> tuple[Command, ...]:
        """The lockfile must answer the manifest, hash included; then every archive is held to its own."""
        plain = ("--no-check-all", "--no-check-publish", "--check-lock", "--no-plugins", "--no-interaction")
        return (
            Command(arguments=("composer", "validate", *plain), environment=_environment(folder)),
            _call(folder, "install", "--download-only"),
        )

    def satisfies(self, version: str, wording: str) -> bool | None:
        return satisfies(version, wording)

    def registries(self, folder: Path) -> frozenset[str]:
        found = (host_of(_word(each, "url")) for each in _repositories(folder))
        return frozenset(each for each in found if each)

    def ask_registry(self) -> Command:
        arguments = ("composer", "config", "--list", "--no-plugins", "--no-interaction")
        return Command(arguments=arguments, environment={"COMPOSER": MANIFEST})

    def _outdated(self, folder: Path) -> tuple[str, ...]:
        """Required and not locked as required, or locked and not required any more."""
        lock = self.read(read_text(folder / self.lockfile).encode())
        if isinstance(lock, Unreadable):
            return ()
        document = _decode(read_text(folder / self.lockfile).encode())
        versions = {each.name: each.version for each in lock.packages}
        stood_for = set(_stood_for(document))
        wanted = self.wanted(folder)
        changed = {
            name
            for name, wording in wanted.items()
            if (name not in versions and name not in stood_for)
            or (name in versions and satisfies(versions[name], wording) is False)
        }
        return tuple(sorted(changed | _orphans(lock, set(wanted), document)))


def _call(folder: Path, verb: str, *arguments: str) -> Command:
    return Command(arguments=("composer", verb, *_QUIET, *arguments), environment=_environment(folder))


def _environment(folder: Path) -> dict[str, str]:
    """A cache of its own: what the job's cache holds is not what the registry gives."""
    return {**_SET, "COMPOSER_CACHE_DIR": str(folder.parent / "cache")}


def _decode(content: bytes) -> Table:
    try:
        return table(msgspec.json.decode(content))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}


def _manifest(folder: Path) -> Table:
    return _decode(read_text(folder / MANIFEST).encode())


def _word(found: Table, key: str) -> str:
    return text(found.get(key))


def _packages(found: object) -> Iterator[tuple[str, str]]:
    """Requirements that are packages; PHP itself and its extensions have no slash in their names."""
    for name, wording in table(found).items():
        if "/" in name:
            yield name.lower(), text(wording)


def _locked(found: Table) -> Locked:
    dist, source = table(found.get("dist")), table(found.get("source"))
    digest = _word(dist, "shasum")
    commit = _word(dist, "reference") or _word(source, "reference")
    hashes = [f"sha1:{digest}"] if digest else []
    hashes += [f"reference:{commit}"] if commit else []
    return Locked(
        name=_word(found, "name").lower(),
        version=_word(found, "version"),
        host=host_of(_word(dist, "url")) or host_of(_word(source, "url")),
        hashes=tuple(hashes),
        needs=tuple(dict.fromkeys(name for name, _ in _packages(found.get("require")))),
    )


def _stood_for(document: Table) -> Iterator[str]:
    """Names that locked packages stand in for."""
    for each in (*tables(document.get("packages")), *tables(document.get("packages-dev"))):
        for key in ("replace", "provide"):
            yield from (name for name, _ in _packages(each.get(key)))


def _orphans(lock: Lock, wanted: set[str], document: Table) -> set[str]:
    """Locked packages that nothing leads to; what stands in for another name is taken as needed."""
    by_name = {each.name: each for each in lock.packages}
    stand_ins = {
        _word(each, "name").lower()
        for each in (*tables(document.get("packages")), *tables(document.get("packages-dev")))
        if table(each.get("replace")) or table(each.get("provide"))
    }
    reached: set[str] = set()
    waiting = [*wanted, *stand_ins]
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in reached:
            reached.add(name)
            waiting.extend(by_name[name].needs)
    return set(by_name) - reached


def _repositories(folder: Path) -> tuple[Table, ...]:
    found = _manifest(folder).get("repositories")
    return tables(list(found.values())) if isinstance(found, dict) else tables(found)


def _local_repositories(folder: Path) -> Iterator[str]:
    """Packages and archives that lie in the project."""
    for each in _repositories(folder):
        path = _word(each, "url").removeprefix("./").rstrip("/")
        if not is_inside(path) or "://" in path:
            continue
        if _word(each, "type") == "artifact":
            yield path
        if _word(each, "type") == "path":
            found = sorted(folder.glob(f"{path}/{MANIFEST}"))
            yield from (one.relative_to(folder).as_posix() for one in found)
