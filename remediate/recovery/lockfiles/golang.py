"""Go modules: `go.sum`; `go.mod` is the manifest, its indirect lines included, and is never written."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from pathlib import Path

from remediate.recovery.lockfiles.project_files import files_below, is_inside, read_text
from remediate.recovery.lockfiles.tool import Command, Lock, Locked, Unreadable

_REQUIRED = re.compile(r"^(?:require\s+)?([^\s(]+)\s+(v\d\S*)\s*(?://.*)?$")
_EMBED = re.compile(r"^//go:embed\s+(.+)$", re.MULTILINE)
_PATTERN = re.compile(r"\"([^\"]+)\"|`([^`]+)`|(\S+)")


class Go:
    """`go.sum` chooses no version, it only vouches: what it must hold follows from the `go.mod` files."""

    name = "go"
    lockfile = "go.sum"
    programs: tuple[str, ...] = ("go",)
    hooks = ""

    def owns(self, folder: Path) -> bool:
        return (folder / self.lockfile).is_file() and (folder / "go.mod").is_file()

    def inputs(self, folder: Path) -> tuple[str, ...]:
        files = files_below(folder, lambda name: name == "go.mod" or name.endswith(".go"))
        return (*files, *(each for name in files if name.endswith(".go") for each in _embedded(folder, name)))

    def wanted(self, folder: Path) -> dict[str, str]:
        found = (_REQUIRED.match(line.strip()) for line in read_text(folder / "go.mod").splitlines())
        return {each[1]: each[2] for each in found if each and each[1] != "go"}

    def read(self, text: bytes) -> Lock | Unreadable:
        """The hash of a module and that of its `go.mod` are two entries, as in the file.

        The file does not tell what needs what: each module counts as needing the next, round and round, so
        every requirement leads to every line.
        """
        try:
            lines = [line.split() for line in text.decode().splitlines() if line.strip()]
        except UnicodeDecodeError:
            return Unreadable(reason="it is not UTF-8 text")
        for number, line in enumerate(lines, 1):
            if not _whole(line):
                return Unreadable(reason=f"its entry {number} is not a module, a version and a hash")
        names = sorted({module for module, _, _ in lines})
        following = dict(zip(names, [*names[1:], *names[:1]], strict=True))
        hashes: dict[tuple[str, str], list[str]] = {}
        for module, version, digest in lines:
            hashes.setdefault((module, version), []).append(digest)
        packages = (
            Locked(
                name=module, version=version, hashes=tuple(dict.fromkeys(digests)), needs=(following[module],)
            )
            for (module, version), digests in hashes.items()
        )
        return Lock(packages=tuple(packages))

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        """Adds what is missing and takes nothing away; `go mod tidy` would rewrite `go.mod` too."""
        return (Command(arguments=("go", "mod", "download", "all"), environment=_environment(folder)),)

    def check(self, folder: Path) -> tuple[Command, ...]:
        environment = _environment(folder)
        return (
            Command(arguments=("go", "list", "-deps", "-test", "./..."), environment=environment),
            Command(arguments=("go", "mod", "verify"), environment=environment),
        )


def _environment(folder: Path) -> dict[str, str]:
    """Neither another toolchain nor another module than this one; a module cache that is thrown away."""
    return {
        "GOFLAGS": "-mod=readonly -modcacherw",
        "GOMODCACHE": str(folder.parent / "modules"),
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "GO111MODULE": "on",
    }


def _whole(line: list[str]) -> bool:
    if len(line) != 3 or not line[1].startswith("v"):
        return False
    kind, _, digest = line[2].partition(":")
    try:
        return kind == "h1" and len(base64.b64decode(digest, validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


def _embedded(folder: Path, name: str) -> Iterator[str]:
    """Files that a source embeds: Go lists no package whose files are missing."""
    place = (folder / name).parent
    for line in _EMBED.findall(read_text(folder / name)):
        for found in _PATTERN.findall(line):
            pattern = next(each for each in found if each).removeprefix("all:")
            if is_inside(pattern):
                yield from _matching(folder, place, pattern)


def _matching(folder: Path, place: Path, pattern: str) -> Iterator[str]:
    try:
        for path in sorted(place.glob(pattern)):
            if not path.is_symlink():
                yield path.relative_to(folder).as_posix()
    except (ValueError, NotImplementedError, OSError):
        return
