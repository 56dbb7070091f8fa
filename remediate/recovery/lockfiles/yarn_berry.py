"""Yarn from 2 on: yarn.lock as YAML, with checksums of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import msgspec

from remediate.recovery.lockfiles import node_manifest as node
from remediate.recovery.lockfiles.abilities import join_wordings
from remediate.recovery.lockfiles.node_ranges import satisfies
from remediate.recovery.lockfiles.plain_yaml import load_plain
from remediate.recovery.lockfiles.tool import Command, Lock, Locked, Unreadable
from remediate.recovery.lockfiles.yarn_classic import is_berry, name_of, yarn_wanted

_SETTINGS = ".yarnrc.yml"
_SERVER = re.compile(r"Server[\"']?\s*:\s*[\"']?([^\s\"'#]+)")
_PLAIN = re.compile(r"npm:([^@]+)")
_ARCHIVE = re.compile(r"__archiveUrl=([^&:#\"]+)")
_COMMIT = re.compile(r"[#&]commit=([0-9a-f]{7,64})")


class Entry(msgspec.Struct, frozen=True, rename="camel"):
    """A package, or a member of the workspace (`soft`)."""

    version: str
    resolution: str
    link_type: str
    language_name: str
    checksum: str = ""
    dependencies: dict[str, str] = {}


class YarnBerry:
    """Resolves alone with `--mode=update-lockfile`; a release that the project brings is code."""

    name = "yarn-berry"
    lockfile = "yarn.lock"
    programs: tuple[str, ...] = ("yarn", "node")
    hooks = ""
    settings: tuple[str, ...] = (_SETTINGS,)

    def owns(self, folder: Path) -> bool:
        both = (folder / "package.json").is_file() and (folder / self.lockfile).is_file()
        return both and is_berry(folder)

    def inputs(self, folder: Path) -> tuple[str, ...]:
        found = node.manifests(folder)
        code = tuple(f".yarn/{name}" for name in ("releases", "plugins", "patches"))
        return (*found, *node.local_inputs(folder, found), *code, _SETTINGS, self.lockfile)

    def wanted(self, folder: Path) -> dict[str, str]:
        return yarn_wanted(folder)

    def read(self, text: bytes) -> Lock | Unreadable:
        loaded = load_plain(text) if text.endswith(b"\n") else Unreadable(reason="it breaks off")
        if isinstance(loaded, Unreadable):
            return loaded
        if not isinstance(loaded, dict) or "__metadata" not in loaded:
            return Unreadable(reason="it is no lockfile of Yarn 2 or later")
        named = {key: value for key, value in loaded.items() if key != "__metadata"}
        try:
            entries = msgspec.convert(named, dict[str, Entry])
        except msgspec.ValidationError as problem:
            return Unreadable(reason=str(problem))
        soft = [each for each in entries.values() if each.link_type == "soft"]
        packages = tuple(
            package
            for key, each in entries.items()
            if each.link_type != "soft"
            for package in _locked(key, each)
        )
        members = {name_of(each.resolution) for each in soft}
        roots = [pair for each in soft for pair in each.dependencies.items() if pair[0] not in members]
        return Lock(
            packages=packages, roots=join_wordings([(name, _plain(wording)) for name, wording in roots])
        )

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        return (self._command(folder, "cache", "--mode=update-lockfile"),)

    def check(self, folder: Path) -> tuple[Command, ...]:
        """With an empty cache of its own, for Yarn trusts what it has fetched before."""
        return (self._command(folder, "checked", "--immutable", "--mode=skip-build"),)

    def satisfies(self, version: str, wording: str) -> bool | None:
        return satisfies(version, wording)

    def hooks_in(self, folder: Path) -> str:
        settings = _loaded(folder)
        if settings is None or not settings.keys().isdisjoint({"yarnPath", "plugins"}):
            return f"{_SETTINGS} names code of the project that Yarn runs: its own release, or plugins"
        found = node.manifests(folder)
        for manifest in found.values():
            if any(wording.startswith("exec:") for _, wording in manifest.requirements()):
                return "a requirement is made by a program of the project (exec:)"
        return node.why_git(found)

    def registries(self, folder: Path) -> frozenset[str]:
        return frozenset(node.host_of(each) or each for each in _SERVER.findall(_settings(folder)))

    def ask_registry(self) -> Command:
        return Command(
            arguments=("yarn", "config", "get", "npmRegistryServer"), environment={"YARN_IGNORE_PATH": "1"}
        )

    def probe_in(self, folder: Path) -> Command:
        """The project's own release is not asked, for that would start it."""
        program = "node" if _release(folder) else "yarn"
        return Command(arguments=(program, "--version"), environment={"YARN_IGNORE_PATH": "1"})

    def misfit_in(self, folder: Path, output: str) -> str:
        version = output.strip()[:20]
        if _release(folder) or not version.startswith(("0.", "1.")):
            return ""
        return f"the lockfile is that of Yarn 2 or later, and yarn is {version} here (see `corepack enable`)"

    def _command(self, folder: Path, cache: str, *modes: str) -> Command:
        release = _release(folder)
        program = ("node", release) if release else ("yarn",)
        return Command(
            arguments=(*program, "install", *modes),
            environment={
                "YARN_IGNORE_PATH": "1",
                "YARN_GLOBAL_FOLDER": str(folder.parent / cache),
                "YARN_ENABLE_SCRIPTS": "0",
                "YARN_ENABLE_TELEMETRY": "0",
                "YARN_ENABLE_IMMUTABLE_INSTALLS": "0",
                "YARN_ENABLE_CONSTRAINTS_CHECKS": "0",
                "YARN_CHECKSUM_BEHAVIOR": "throw",
            },
        )


def _settings(folder: Path) -> str:
    path = folder / _SETTINGS
    return path.read_text("utf-8", "replace") if path.is_file() else ""


def _loaded(folder: Path) -> dict[str, object] | None:
    """The settings by their keys; None where they cannot be read, and so may name anything."""
    loaded = load_plain(_settings(folder).encode()) or {}
    return {str(key): value for key, value in loaded.items()} if isinstance(loaded, dict) else None


def _release(folder: Path) -> str:
    release = (_loaded(folder) or {}).get("yarnPath", "")
    return release if isinstance(release, str) else ""


def _plain(wording: str) -> str:
    """As the manifest has it: Yarn writes the protocol even where the manifest has none."""
    found = _PLAIN.fullmatch(wording)
    return found[1] if found else wording


def _locked(key: str, entry: Entry) -> Iterator[Locked]:
    archive = _ARCHIVE.search(entry.resolution)
    address = unquote(archive[1]) if archive else entry.resolution.partition("@http")[2]
    commit = _COMMIT.search(entry.resolution)
    digest = entry.checksum.replace("/", ":", 1) if "/" in entry.checksum else f"yarn:{entry.checksum}"
    hashes = ((digest,) if entry.checksum else ()) or ((f"git:{commit[1]}",) if commit else ())
    for name in sorted({name_of(each) for each in key.split(", ")}):
        yield Locked(
            name=name,
            version=entry.version,
            host=node.host_of(address if archive else f"http{address}"),
            hashes=hashes,
            needs=tuple(sorted(entry.dependencies)),
        )
