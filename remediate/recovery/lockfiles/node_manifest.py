"""package.json files as npm, pnpm and Yarn read them: members of a workspace and direct requirements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

KINDS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_LOCAL = re.compile(r"(?:file|link|portal):(.+)")
# Requirements whose package is made on this machine from its sources, with its own scripts.
_GIT = re.compile(
    r"(?:git(?:\+\w+)?:|github:|gitlab:|bitbucket:|\w[\w.-]*/[\w.-]+(?:#.*)?$)|.*\.git(?:#.*)?$"
)
_REGISTRY = re.compile(r"^\s*(?:@[^:\s]+:)?registry\s*=\s*\"?([^\s\";#]+)", re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+")


class Workspaces(msgspec.Struct, frozen=True):
    """The long form of `workspaces`."""

    packages: tuple[str, ...] = ()


class Manifest(msgspec.Struct, frozen=True, rename="camel"):
    """What is read of a package.json."""

    name: str = ""
    dependencies: dict[str, str] = {}
    dev_dependencies: dict[str, str] = {}
    optional_dependencies: dict[str, str] = {}
    peer_dependencies: dict[str, str] = {}
    workspaces: tuple[str, ...] | Workspaces | None = None
    overrides: dict[str, msgspec.Raw] = {}
    resolutions: dict[str, str] = {}
    pnpm: msgspec.Raw = msgspec.Raw(b"{}")
    package_manager: Annotated[str, msgspec.Meta(description="name@version")] = ""

    def requirements(self, kinds: tuple[str, ...] = KINDS) -> Iterator[tuple[str, str]]:
        """Each direct requirement with its wording; an optional one stands above a plain one of that name."""
        named = {
            "dependencies": {
                k: v for k, v in self.dependencies.items() if k not in self.optional_dependencies
            },
            "devDependencies": self.dev_dependencies,
            "optionalDependencies": self.optional_dependencies,
            "peerDependencies": self.peer_dependencies,
        }
        for kind in kinds:
            yield from named[kind].items()

    @property
    def globs(self) -> tuple[str, ...]:
        """The patterns of the workspace's members."""
        if isinstance(self.workspaces, Workspaces):
            return self.workspaces.packages
        return self.workspaces or ()


def read_manifest(path: Path) -> Manifest:
    """Raises ValueError, naming the file, where it cannot be read."""
    try:
        return msgspec.json.decode(path.read_bytes().removeprefix(b"\xef\xbb\xbf"), type=Manifest)
    except (msgspec.MsgspecError, OSError) as problem:
        raise ValueError(f"{path.name} cannot be read: {problem}") from problem


def find_members(folder: Path, globs: Iterable[str]) -> tuple[Path, ...]:
    """The folders of the members that the patterns mean."""
    found: set[Path] = set()
    for glob in globs:
        pattern = glob.removeprefix("!").removeprefix("./").rstrip("/")
        if not pattern or pattern.startswith("/") or ".." in pattern.split("/"):
            continue
        hits = {path.parent for path in folder.glob(f"{pattern}/package.json")}
        found = found - hits if glob.startswith("!") else found | hits
    return tuple(sorted(path for path in found if "node_modules" not in path.relative_to(folder).parts))


def manifests(folder: Path, globs: tuple[str, ...] | None = None) -> dict[str, Manifest]:
    """The root's and all members' manifests by their path relative to the folder."""
    root = read_manifest(folder / "package.json")
    members = find_members(folder, root.globs if globs is None else globs)
    found = {"package.json": root}
    for member in members:
        found[(member / "package.json").relative_to(folder).as_posix()] = read_manifest(
            member / "package.json"
        )
    return found


def local_inputs(folder: Path, found: dict[str, Manifest]) -> tuple[str, ...]:
    """Manifests and archives inside the project that a requirement names by path."""
    inputs: list[str] = []
    for place, manifest in found.items():
        for _, wording in manifest.requirements():
            match = _LOCAL.match(wording)
            path = ((folder / place).parent / match[1]).resolve() if match else folder
            if not match or not path.is_relative_to(folder.resolve()):
                continue
            name = path.relative_to(folder.resolve()).as_posix()
            inputs.append(name if path.is_file() else f"{name}/package.json")
    return tuple(inputs)


def why_git(found: dict[str, Manifest]) -> str:
    """Why code may run for a requirement that comes from git; empty where none does."""
    for manifest in found.values():
        for name, wording in manifest.requirements():
            if _GIT.match(wording):
                return f"{name} comes from git: it is built here, with scripts of its own"
    return ""


def host_of(address: str) -> str:
    """The host of an address with its port, without who asks; empty where it has none."""
    try:
        return urlsplit(address).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def npmrc_hosts(path: Path) -> frozenset[str]:
    """The registries that an .npmrc names."""
    if not path.is_file():
        return frozenset()
    found = _REGISTRY.findall(path.read_text("utf-8", "replace"))
    return frozenset(host_of(each) or each for each in found)


def hosts_in(text: str) -> frozenset[str]:
    """The hosts of all addresses in a text."""
    return frozenset(host for each in _ADDRESS.findall(text) if (host := host_of(each)))
