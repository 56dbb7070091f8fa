"""What `pyproject.toml` says: requirements, members, and whether a build has to tell more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from remediate.recovery.lockfiles.requirement import is_foreign, take_apart
from remediate.recovery.lockfiles.toml import Table, dig, read_table, table, tables, text, texts

MANIFEST = "pyproject.toml"
_COMPUTED = {"dependencies", "optional-dependencies"}
_NOT_SOURCES = {
    ".git",
    ".hg",
    ".venv",
    "venv",
    ".tox",
    ".nox",
    "__pycache__",
    "node_modules",
    "dist",
    "build",
}


def manifest(folder: Path) -> Table:
    """The project's manifest; empty where there is none that can be read."""
    return read_table(folder / MANIFEST)


def standard_lines(project: Table) -> Iterator[str]:
    """The requirements that every tool understands: of the project, its extras and its groups."""
    yield from texts(dig(project, "project", "dependencies"))
    for lines in table(dig(project, "project", "optional-dependencies")).values():
        yield from texts(lines)
    for lines in table(project.get("dependency-groups")).values():
        yield from texts(lines)


def worded(lines: Iterator[str]) -> list[tuple[str, str]]:
    """Names and wordings of the lines that state a requirement."""
    found = (take_apart(line) for line in lines)
    return [(each.name, each.wording) for each in found if each is not None]


def computed(project: Table, *more: str) -> bool:
    """Whether only a build can tell what the project needs, or `more` of its metadata."""
    told = _COMPUTED | set(more)
    return not isinstance(project.get("project"), dict) or bool(
        told & set(texts(dig(project, "project", "dynamic")))
    )


def readmes(project: Table) -> tuple[str, ...]:
    """The files that the metadata point to, as far as they lie in the folder."""
    named = project.get("project", {})
    found = [dig(named, "readme"), dig(named, "readme", "file"), dig(named, "license", "file")]
    own = dig(project, "tool", "poetry", "readme")
    found += [own, *texts(own)]
    return tuple(dict.fromkeys(each for each in map(text, found) if each and not is_foreign(each)))


def local_folders(sources: object) -> Iterator[str]:
    """Folders inside the project that requirements point to by `path`."""
    for value in table(sources).values():
        for each in (table(value), *tables(value)):
            path = text(each.get("path"))
            if path and not is_foreign(path):
                yield path


def members(folder: Path, patterns: tuple[str, ...], excluded: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The member folders that the patterns of a workspace name, relative and sorted."""
    left_out = {path for each in excluded for path in _matches(folder, each)}
    found = {path for each in patterns for path in _matches(folder, each)} - left_out
    return tuple(sorted(found - {"."}))


def _matches(folder: Path, pattern: str) -> Iterator[str]:
    if is_foreign(pattern) or not pattern.strip("./"):
        return
    try:
        for each in folder.glob(pattern):
            if (each / MANIFEST).is_file():
                yield each.relative_to(folder).as_posix()
    except (ValueError, NotImplementedError):
        return


def sources_of(folder: Path) -> tuple[str, ...]:
    """Everything at the top of the folder that a build might read."""
    return tuple(sorted(each.name for each in folder.iterdir() if each.name not in _NOT_SOURCES))
