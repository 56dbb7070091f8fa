"""Yarn 1: yarn.lock of the format that only it writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from remediate.recovery.lockfiles import node_manifest as node
from remediate.recovery.lockfiles.abilities import join_wordings
from remediate.recovery.lockfiles.node_ranges import satisfies
from remediate.recovery.lockfiles.tool import Command, Lock, Locked, Unreadable

_SILENT = ("--ignore-scripts", "--non-interactive", "--no-progress")
_WORD = r'"(?:[^"\\]|\\.)*"|[^\s",:]+(?::[^\s",]+)*'
_HEAD = re.compile(rf"(?:{_WORD})(?:, (?:{_WORD}))*:")
_FIELD = re.compile(rf"  ({_WORD}) ({_WORD})")
_SECTION = re.compile(r"  (dependencies|optionalDependencies):")
_NEED = re.compile(rf"    ({_WORD}) ({_WORD})")
_REGISTRY = re.compile(r"^\s*\"?(?:@[^:\s]+:)?registry\"?\s+\"?([^\s\"]+)", re.MULTILINE)


class Entry(msgspec.Struct, kw_only=True):
    """A package as it is read, line by line."""

    descriptors: list[str]
    fields: dict[str, str]
    needs: list[str]


class YarnClassic:
    """Takes both sides of a merge by itself; has no mode without an install, so it installs in the copy."""

    name = "yarn"
    lockfile = "yarn.lock"
    programs: tuple[str, ...] = ("yarn", "node")
    hooks = ""
    settings: tuple[str, ...] = (".npmrc", ".yarnrc")

    def owns(self, folder: Path) -> bool:
        both = (folder / "package.json").is_file() and (folder / self.lockfile).is_file()
        return both and not is_berry(folder)

    def inputs(self, folder: Path) -> tuple[str, ...]:
        found = node.manifests(folder)
        return (*found, *node.local_inputs(folder, found), *self.settings, self.lockfile)

    def wanted(self, folder: Path) -> dict[str, str]:
        return yarn_wanted(folder)

    def read(self, text: bytes) -> Lock | Unreadable:
        try:
            entries = list(_entries(text.decode("utf-8")))
        except ValueError as problem:
            return Unreadable(reason=str(problem))
        if not text.endswith(b"\n") or b"# yarn lockfile v1" not in text[:200]:
            return Unreadable(reason="it is no whole lockfile of Yarn 1")
        if any("version" not in each.fields for each in entries):
            return Unreadable(reason="a package has no version")
        descriptors = frozenset(word for each in entries for word in each.descriptors)
        packages = tuple(package for each in entries for package in _locked(each))
        return Lock(packages=packages, descriptors=descriptors)

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        own = ("yarn", "install", *_SILENT)
        return (Command(arguments=own, environment=self._environment(folder)),)

    def check(self, folder: Path) -> tuple[Command, ...]:
        """Not forced, for then Yarn does not compare lockfile and manifest."""
        own = ("yarn", "install", "--frozen-lockfile", *_SILENT)
        return (Command(arguments=own, environment=self._environment(folder)),)

    def merges_conflicts(self, folder: Path) -> bool:
        return True

    def satisfies(self, version: str, wording: str) -> bool | None:
        return satisfies(version, wording)

    def hooks_in(self, folder: Path) -> str:
        return node.why_git(node.manifests(folder))

    def registries(self, folder: Path) -> frozenset[str]:
        own = folder / ".yarnrc"
        found = _REGISTRY.findall(own.read_text("utf-8", "replace")) if own.is_file() else []
        return node.npmrc_hosts(folder / ".npmrc") | {node.host_of(each) or each for each in found}

    def ask_registry(self) -> Command:
        return Command(arguments=("yarn", "config", "get", "registry"), environment={"YARN_IGNORE_PATH": "1"})

    def probe(self) -> Command:
        return Command(arguments=("yarn", "--version"), environment={"YARN_IGNORE_PATH": "1"})

    def misfit(self, output: str) -> str:
        version = output.strip()[:20]
        return "" if version.startswith("1.") else f"the lockfile is Yarn 1's, and yarn is {version} here"

    def _environment(self, folder: Path) -> dict[str, str]:
        """A release of Yarn that the project itself brings is never started."""
        cache = str(folder.parent / "cache")
        return {"YARN_IGNORE_PATH": "1", "YARN_CACHE_FOLDER": cache, "npm_config_ignore_scripts": "true"}


def is_berry(folder: Path) -> bool:
    """Whether a project with a yarn.lock is one of Yarn 2 or later."""
    if (folder / ".yarnrc.yml").is_file():
        return True
    with (folder / "yarn.lock").open("rb") as file:
        head = file.read(4096)
    if b"# yarn lockfile v1" in head:
        return False
    if b"__metadata:" in head:
        return True
    found = re.search(rb'"packageManager"\s*:\s*"yarn@(\d+)', (folder / "package.json").read_bytes())
    return found is not None and int(found[1]) > 1


def yarn_wanted(folder: Path) -> dict[str, str]:
    """Direct requirements of all members, and resolutions; peers are for those who depend on the project."""
    found = node.manifests(folder)
    kinds = ("dependencies", "devDependencies", "optionalDependencies")
    direct = [pair for each in found.values() for pair in each.requirements(kinds)]
    names = {each.name for each in found.values()}
    direct = [(name, wording) for name, wording in direct if name not in names]
    return join_wordings([*direct, *_resolutions(found["package.json"].resolutions)])


def _resolutions(resolutions: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The package that a pattern speaks of: `a/**/b` or `a/b@npm:1` of b."""
    for pattern, wording in resolutions.items():
        found = re.search(r"((?:@[^/@]+/)?[^/@]+)(?:@[^/]*)?$", pattern)
        if found:
            yield found[1], wording


def _entries(text: str) -> Iterator[Entry]:
    entry: Entry | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if _HEAD.fullmatch(line):
            if entry is not None:
                yield entry
            entry = Entry(descriptors=_words(line), fields={}, needs=[])
        elif entry is None or not _take(entry, line):
            raise ValueError(f"line {number} is not one of a lockfile")
    if entry is not None:
        yield entry


def _take(entry: Entry, line: str) -> bool:
    need, field = _NEED.fullmatch(line), _FIELD.fullmatch(line)
    if need:
        entry.needs.append(need[1].strip('"'))
    elif field:
        entry.fields[field[1]] = field[2].strip('"')
    return bool(need or field or _SECTION.fullmatch(line))


def _words(line: str) -> list[str]:
    return [word.strip('"') for word in re.findall(_WORD, line.removesuffix(":"))]


def _locked(entry: Entry) -> Iterator[Locked]:
    address = entry.fields.get("resolved", "")
    known = entry.fields.get("integrity", "").split()
    digest = address.partition("#")[2]
    # The digest behind the address is all that Yarn checks where there is no integrity.
    hashes = [each.replace("-", ":", 1) for each in known] or ([f"sha1:{digest}"] if digest else [])
    for name in sorted({name_of(each) for each in entry.descriptors}):
        yield Locked(
            name=name,
            version=entry.fields["version"],
            host=node.host_of(address),
            hashes=tuple(hashes),
            needs=tuple(sorted(entry.needs)),
        )


def name_of(descriptor: str) -> str:
    """The name in `name@range`, `@scope/name@range`."""
    at = descriptor.find("@", 1)
    return descriptor if at < 0 else descriptor[:at]
