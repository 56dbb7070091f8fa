"""What stands in a `Gemfile.lock`: sections of indented lines."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from remediate.recovery.lockfiles.bundler_settings import host_of
from remediate.recovery.lockfiles.tool import Lock, Locked, Unreadable

_HEADING = re.compile(r"[A-Z][A-Z ]*")
_PLACE = re.compile(r"  (remote|revision|branch|ref|tag|glob|submodules|type|specs):(?: (.*))?")
_GEM = re.compile(r"    (\S+) \(([^()\s]+)\)")
_NEED = re.compile(r"      (\S+?)(?: \([^()]*\))?!?")
_ROOT = re.compile(r"  (\S+?)(?: \(([^()]*)\))?!?")
_CHECKSUM = re.compile(r"  (\S+) \(([^()\s]+)\)(?: (\S+))?")
_WANTED = ("PLATFORMS", "DEPENDENCIES")

Pair = tuple[str, str]


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and the lines below it."""

    heading: str
    lines: tuple[str, ...]


class Broken(ValueError):
    """A line that Bundler would not have written."""


def read_lock(text: bytes) -> Lock | Unreadable:
    """The gems that come from a registry or from git; those of the project itself are not locked."""
    try:
        sections = _sections(text.decode())
        missing = [name for name in _WANTED if not any(each.heading == name for each in sections)]
        if missing:
            return Unreadable(reason=f"it has no section {missing[0]}: it was cut off")
        checksums = dict(_checksums(sections))
        gems = [gem for each in sections if each.heading in {"GEM", "GIT"} for gem in _gems(each, checksums)]
        roots = dict(_roots(sections))
    except UnicodeDecodeError:
        return Unreadable(reason="it is not UTF-8 text")
    except Broken as problem:
        return Unreadable(reason=f"it has a line that Bundler does not write: {str(problem)[:80]}")
    return Lock(packages=tuple(gems), roots=roots)


def _sections(text: str) -> tuple[Section, ...]:
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if _HEADING.fullmatch(line):
            found.append((line, []))
        elif line.strip():
            if not found or not line.startswith("  "):
                raise Broken(line)
            found[-1][1].append(line)
    return tuple(Section(heading=heading, lines=tuple(lines)) for heading, lines in found)


def _gems(section: Section, checksums: dict[Pair, tuple[str, ...]]) -> Iterator[Locked]:
    remotes: list[str] = []
    revision = ""
    gems: list[tuple[Pair, list[str]]] = []
    for line in section.lines:
        place, gem, need = _PLACE.fullmatch(line), _GEM.fullmatch(line), _NEED.fullmatch(line)
        if place:
            remotes += [host_of(place[2] or "")] if place[1] == "remote" else []
            revision = place[2] if place[1] == "revision" and place[2] else revision
        elif gem:
            gems.append(((gem[1], gem[2]), []))
        elif need and gems:
            gems[-1][1].append(need[1])
        else:
            raise Broken(line)
    host = ",".join(sorted({each for each in remotes if each}))
    commit = (f"git:{revision}",) if revision else ()
    for pair, needs in gems:
        hashes = checksums.get(pair, ()) or commit
        yield Locked(
            name=pair[0], version=pair[1], host=host, hashes=hashes, needs=tuple(dict.fromkeys(needs))
        )


def _checksums(sections: tuple[Section, ...]) -> Iterator[tuple[Pair, tuple[str, ...]]]:
    for line in (line for each in sections if each.heading == "CHECKSUMS" for line in each.lines):
        found = _CHECKSUM.fullmatch(line)
        if found is None:
            raise Broken(line)
        digests = found[3].split(",") if found[3] else []
        yield (found[1], found[2]), tuple(each.replace("=", ":", 1) for each in digests)


def _roots(sections: tuple[Section, ...]) -> Iterator[Pair]:
    for line in (line for each in sections if each.heading == "DEPENDENCIES" for line in each.lines):
        found = _ROOT.fullmatch(line)
        if found is None:
            raise Broken(line)
        yield found[1], ", ".join(sorted((found[2] or "").split(", "))) if found[2] else ""
