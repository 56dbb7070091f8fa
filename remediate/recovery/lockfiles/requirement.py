"""A Python requirement taken apart: its name, and a wording that does not depend on how it was spaced."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import msgspec

_NAME = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[([^\]]*)\])?\s*")
_RUNS = re.compile(r"[-_.]+")


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """`address` is that of a direct reference, `versions` the ranges otherwise.

    Markers are left out: tools rewrite them, and a lockfile serves all machines anyway.
    """

    name: str
    versions: str = ""
    address: str = ""

    @property
    def wording(self) -> str:
        """What is asked of the package, in one line."""
        return f"@ {self.address}" if self.address else self.versions


def canonical(name: str) -> str:
    """The name as indexes compare it."""
    return _RUNS.sub("-", name).lower()


def take_apart(line: str) -> Requirement | None:
    """The requirement that a line states; None where it states none."""
    named = _NAME.match(line)
    if named is None:
        return None
    name, rest = canonical(named[1]), line[named.end() :].strip()
    if rest.startswith("@"):
        return Requirement(name=name, address=rest[1:].partition(" ;")[0].strip())
    versions = rest.partition(";")[0].strip().removeprefix("(").removesuffix(")")
    if versions and not re.match(r"[<>=!~]", versions):
        return None
    return Requirement(name=name, versions="".join(versions.split()))


def host_of(address: str) -> str:
    """Host and port of an address, without credentials; empty where it names none."""
    try:
        place = urlsplit(address).netloc
    except ValueError:
        return ""
    return place.rpartition("@")[2].lower()


def is_foreign(path: str) -> bool:
    """Whether a relative path leaves the folder that it is given in."""
    return path.startswith(("/", "\\", "~")) or ":" in path or ".." in re.split(r"[/\\]", path)
