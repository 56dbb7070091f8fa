"""uv: `uv.lock`."""

from __future__ import annotations

from pathlib import Path

from remediate.recovery.lockfiles.abilities import join_wordings
from remediate.recovery.lockfiles.pyproject import (
    MANIFEST,
    computed,
    local_folders,
    manifest,
    members,
    sources_of,
    standard_lines,
    worded,
)
from remediate.recovery.lockfiles.requirement import canonical, host_of
from remediate.recovery.lockfiles.toml import (
    Table,
    dig,
    is_tables,
    parse,
    read_table,
    table,
    tables,
    text,
    texts,
)
from remediate.recovery.lockfiles.tool import Command, Lock, Locked, Unreadable
from remediate.recovery.lockfiles.version_ranges import satisfies

_OWN = ("editable", "virtual", "directory")
# A job's own settings may point uv at another project, at the environment in use, or forbid it to write.
_SET = {
    "UV_PYTHON_DOWNLOADS": "never",
    "UV_PROJECT_ENVIRONMENT": ".venv",
    "UV_FROZEN": "false",
    "UV_LOCKED": "false",
    "UV_NO_PROGRESS": "1",
}
_HERE = ("--project", ".", "--directory", ".")


class Uv:
    """Keeps locked versions by itself; builds nothing but projects whose metadata are computed."""

    name = "uv"
    lockfile = "uv.lock"
    programs: tuple[str, ...] = ("uv",)
    hooks = ""
    settings: tuple[str, ...] = (MANIFEST, "uv.toml")

    def owns(self, folder: Path) -> bool:
        return (folder / self.lockfile).is_file() and (folder / MANIFEST).is_file()

    def hooks_in(self, folder: Path) -> str:
        """Although builds are forbidden, uv builds projects of its own workspace for their metadata."""
        for place in _places(folder):
            project = manifest(folder / place)
            bare = place == "." and "project" not in project  # the root of a workspace may be nothing else
            if not bare and computed(project, "version"):
                where = MANIFEST if place == "." else f"{place}/{MANIFEST}"
                return f"{where} leaves its version or dependencies to its build, and uv runs its code"
        return ""

    def inputs(self, folder: Path) -> tuple[str, ...]:
        if self.hooks_in(folder):
            return sources_of(folder)
        named = [place if place == "." else f"{place}/" for place in _places(folder)]
        return (*(each.removeprefix(".") + MANIFEST for each in named), "uv.toml", ".python-version")

    def wanted(self, folder: Path) -> dict[str, str]:
        found: list[tuple[str, str]] = []
        for place in _places(folder):
            project = manifest(folder / place)
            found += worded(standard_lines(project))
            found += worded(iter(texts(dig(project, "tool", "uv", "dev-dependencies"))))
        return join_wordings(found)

    def read(self, text: bytes) -> Lock | Unreadable:
        document = parse(text)
        if isinstance(document, Unreadable):
            return document
        if not isinstance(document.get("version"), int) or not is_tables(document.get("package", [])):
            return Unreadable(reason="it is not what uv writes: no version of its format, or no packages")
        packages = tables(document.get("package"))
        if not all(text_of(each, "name") and isinstance(each.get("source"), dict) for each in packages):
            return Unreadable(reason="it holds a package without a name or a source")
        return Lock(packages=tuple(map(_locked, packages)), roots=_roots(packages))

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        return (_call(folder, "lock", "--no-build"),)

    def check(self, folder: Path) -> tuple[Command, ...]:
        extras = () if dig(manifest(folder), "tool", "uv", "conflicts") else ("--all-groups", "--all-extras")
        return (
            _call(folder, "lock", "--check", "--no-build"),
            _call(
                folder, "sync", "--frozen", "--no-build", "--no-install-workspace", "--all-packages", *extras
            ),
        )

    def registries(self, folder: Path) -> frozenset[str]:
        found: set[str] = set()
        for own in (dig(manifest(folder), "tool", "uv"), read_table(folder / "uv.toml")):
            addresses = [text(dig(own, "index-url")), *texts(dig(own, "extra-index-url"))]
            addresses += [text_of(each, "url") for each in tables(dig(own, "index"))]
            found |= {host_of(each) for each in addresses}
        return frozenset(found - {""})

    def ask_registry(self) -> Command:
        """uv has no call for this; what it would do names every index that it asks."""
        return Command(
            arguments=("uv", "lock", *_HERE, "--no-build", "--dry-run", "--upgrade", "-v"), environment=_SET
        )

    def satisfies(self, version: str, wording: str) -> bool | None:
        return satisfies(version, wording)


def _call(folder: Path, verb: str, *arguments: str) -> Command:
    environment = {**_SET, "UV_CACHE_DIR": str(folder.parent / "cache")}
    return Command(arguments=("uv", verb, *_HERE, *arguments), environment=environment)


def _places(folder: Path) -> tuple[str, ...]:
    """The projects that are locked together: the folder, its workspace, and folders required by path."""
    project = manifest(folder)
    workspace = dig(project, "tool", "uv", "workspace")
    named = members(folder, texts(dig(workspace, "members")), texts(dig(workspace, "exclude")))
    required = (
        path.removeprefix("./").rstrip("/") for path in local_folders(dig(project, "tool", "uv", "sources"))
    )
    held = (path for path in required if (folder / path / MANIFEST).is_file())
    return tuple(dict.fromkeys((".", *named, *held)))


def text_of(found: Table, key: str) -> str:
    """The text below the key, or none."""
    return text(found.get(key))


def _locked(found: Table) -> Locked:
    source = table(found.get("source"))
    files = [*tables(found.get("wheels")), table(found.get("sdist"))]
    address = next((text_of(source, key) for key in ("registry", "git", "url") if text_of(source, key)), "")
    return Locked(
        name=canonical(text_of(found, "name")),
        version=text_of(found, "version"),
        host=host_of(address),
        hashes=tuple(text_of(each, "hash") for each in files if text_of(each, "hash")),
        needs=_needs(found),
    )


def _needs(found: Table) -> tuple[str, ...]:
    lists = [found.get("dependencies")]
    for key in ("optional-dependencies", "dev-dependencies"):
        lists += table(found.get(key)).values()
    names = (canonical(text_of(each, "name")) for each_list in lists for each in tables(each_list))
    return tuple(dict.fromkeys(name for name in names if name))


def _roots(packages: tuple[Table, ...]) -> dict[str, str]:
    """What uv noted of the manifests when it locked."""
    found: list[tuple[str, str]] = []
    for each in packages:
        if any(key in table(each.get("source")) for key in _OWN):
            noted = table(each.get("metadata"))
            lists = [noted.get("requires-dist"), *table(noted.get("requires-dev")).values()]
            found += [_noted(entry) for each_list in lists for entry in tables(each_list)]
    return join_wordings(found)


def _noted(entry: Table) -> tuple[str, str]:
    address = text_of(entry, "url")
    return canonical(text_of(entry, "name")), f"@ {address}" if address else text_of(entry, "specifier")
