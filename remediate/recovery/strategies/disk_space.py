"""What may be deleted when a disk is full: of a hosted runner's image, and what the user lists."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from remediate.recovery.backups_places import mode_of
from remediate.recovery.strategy import Site


class Spare(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of a hosted runner's image; it stays where the workspace has one of `signs`."""

    path: str
    why: str
    signs: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()


# The cheapest first: what the runner only kept to be quicker, then tools from the largest down.
HOSTED: tuple[Spare, ...] = (
    Spare(path="/var/cache/apt/archives/*.deb", why="packages that are installed already"),
    Spare(path="/var/lib/apt/lists/*_Packages", why="lists that `apt-get update` fetches again"),
    Spare(
        path="/usr/local/lib/android",
        why="the Android SDK",
        signs=("**/AndroidManifest.xml", "**/build.gradle*", "**/pubspec.yaml"),
    ),
    Spare(
        path="/opt/hostedtoolcache/CodeQL",
        why="the CodeQL bundle",
        variables=("CODEQL_DIST", "CODEQL_WORKFLOW_STARTED_AT"),
    ),
    Spare(
        path="/usr/local/.ghcup",
        why="the Haskell toolchain",
        signs=("**/*.cabal", "**/stack.yaml", "**/cabal.project"),
    ),
    Spare(path="/opt/ghc", why="the Haskell compiler", signs=("**/*.cabal", "**/stack.yaml")),
    Spare(path="/usr/share/swift", why="the Swift toolchain", signs=("**/Package.swift", "**/*.swift")),
    Spare(
        path="/usr/share/dotnet",
        why="the .NET SDKs",
        signs=("**/*.csproj", "**/*.fsproj", "**/*.sln", "**/global.json"),
    ),
    Spare(path="/usr/local/julia*", why="Julia", signs=("**/Project.toml", "**/*.jl")),
    Spare(path="/usr/local/share/powershell", why="PowerShell modules", signs=("**/*.ps1",)),
)


# Nothing below these is anybody's rubbish.
_SYSTEM = (
    *("/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys"),
    *("/usr/bin", "/usr/lib", "/usr/sbin"),
)


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Something that may go, and why."""

    path: Path
    why: str


def hosted(environment: Mapping[str, str]) -> bool:
    """Whether this is a runner that is thrown away after the job."""
    return (
        environment.get("GITHUB_ACTIONS") == "true"
        and environment.get("RUNNER_ENVIRONMENT") == "github-hosted"
    )


def candidates(site: Site, spares: tuple[Spare, ...] = HOSTED) -> Iterator[Candidate]:
    """What the user lists, in that order, then what the runner's image does not need."""
    for pattern in site.policy.free_disk:
        why = f"`free-disk` lists {pattern}"
        for path in _matches(pattern, site):
            if not refusal(path, pattern, site):
                yield Candidate(path=path, why=why)
    for spare in spares if hosted(site.environment) else ():
        paths = [path for path in _matches(spare.path, site) if not refusal(path, spare.path, site)]
        if paths and not _needed(spare, site):
            yield from (Candidate(path=path, why=spare.why) for path in paths)


def refusal(path: Path, pattern: str, site: Site) -> str:
    """Why the path is never deleted, whoever lists it; empty for one that may be."""
    real = Path(os.path.realpath(path))
    mode = mode_of(path)
    if mode is None or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return "it is a link, a device, or not there"
    if real != Path(os.path.realpath(path.parent)) / path.name or path.is_mount():
        return "it is a link or the root of a file system"
    if not real.is_relative_to(os.path.realpath(_anchor(path, pattern, site))):
        return "a link leads to it from outside"
    if len(real.parts) < 3 or any(real.is_relative_to(folder) for folder in _SYSTEM):
        return "it is a folder of the system"
    if ".git" in real.parts:
        return "it belongs to git"
    kept = (site.root, site.scratch, *(Path(home) for home in (site.environment.get("HOME"),) if home))
    if any(Path(os.path.realpath(keep)).is_relative_to(real) for keep in kept):
        return "it holds the workspace or the home folder"
    return ""


def expanded(pattern: str, site: Site) -> str:
    """The pattern as a path: `~` is the home folder of the job, and others begin at the workspace."""
    home = site.environment.get("HOME", "")
    if pattern == "~" or pattern.startswith("~/"):
        return os.path.normpath(home + pattern[1:]) if home else ""
    return os.path.normpath(os.path.join(site.root, pattern))  # noqa: PTH118 - a pattern, not a path


def _matches(pattern: str, site: Site) -> list[Path]:
    whole = expanded(pattern, site)
    if not whole or ".." in Path(pattern).parts:
        return []
    return [Path(path) for path in sorted(glob.glob(whole, recursive=True))]  # noqa: PTH207 - it is absolute


def _anchor(path: Path, pattern: str, site: Site) -> str:
    """The folder that the path must really lie in: whoever wrote the code made the links in it."""
    for folder in (str(site.root), site.environment.get("HOME", "")):
        if folder and path.is_relative_to(folder):
            return folder
    return _fixed(expanded(pattern, site))


def _fixed(pattern: str) -> str:
    """The part of the pattern that is written out."""
    parts = Path(pattern).parts
    count = next((number for number, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return str(Path(*parts[:count]))


def _needed(spare: Spare, site: Site) -> bool:
    if any(site.environment.get(name) for name in spare.variables):
        return True
    return any(next(site.root.glob(sign), None) is not None for sign in spare.signs)
