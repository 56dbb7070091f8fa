"""Which lines of a lockfile or a package manager's settings name a registry that they did not name before."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from remediate.safety.edits import Edit, added_lines

_ADDRESS = (
    r"(?i)\b(https?|ssh|git|ftp)(?:\+\w{1,9})?://(?:[^\s/@\"'<>]{1,200}@)?"
    r"([\w.-]{1,253}(?::\d{1,5})?)([^\s\"'<>]{0,500})"
)
# Words of a line whose address is where a package comes from; other addresses are a home page or a sponsor.
_SOURCE = (
    r"(?i)\b(?:resolved|resolution|registry|index|index-url|index_url|extra-index-url|find-links|source"
    r"|tarball|remote|repository|proxy|mirror|npmRegistryServer|dist)\b"
)
_ARCHIVE = r"(?i)\.(?:tgz|tar|tar\.gz|tar\.bz2|tar\.xz|zip|whl|gem|crate|jar|git)(?:[#?].*)?$"
_SETTINGS = (".npmrc", ".yarnrc", ".yarnrc.yml", "pip.conf", "pip.ini", "uv.toml", "config.toml", ".condarc")


def foreign_hosts(edit: Edit, known: Collection[str]) -> Iterator[tuple[str, int]]:
    """Each registry, with the line that first names it, that neither the file nor `known` has named.

    One that was asked over TLS and now is not counts as another.
    """
    seen = {*known, *(host for _, host in _named(edit.path, enumerate(_before(edit), 1)))}
    for line, host in _named(edit.path, added_lines(edit)):
        if host not in seen and host.removeprefix("http://") not in known:
            seen.add(host)
            yield host, line


def registries_of(path: str, text: str) -> frozenset[str]:
    """Every registry that the text of this file names."""
    return frozenset(host for _, host in _named(path, enumerate(text.split("\n"), 1)))


def _before(edit: Edit) -> list[str]:
    return (edit.before or "").split("\n")


def _named(path: str, lines: Iterator[tuple[int, str]] | enumerate[str]) -> Iterator[tuple[int, str]]:
    settings = path.rpartition("/")[2] in _SETTINGS
    for number, line in lines:
        if "://" not in line:
            continue
        source = settings or re.search(_SOURCE, line)
        for match in re.finditer(_ADDRESS, line):
            scheme, host, rest = match.groups()
            if source or re.search(_ARCHIVE, rest):
                yield number, f"http://{host.lower()}" if scheme.lower() == "http" else host.lower()
