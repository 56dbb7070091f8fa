"""What Cargo reads of a project: the manifests of all members, their targets, and the settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from remediate.recovery.lockfiles.project_files import files_below, is_inside
from remediate.recovery.lockfiles.requirement import host_of
from remediate.recovery.lockfiles.toml import Table, dig, read_table, table, tables, text, texts

MANIFEST = "Cargo.toml"
_KINDS = ("dependencies", "dev-dependencies", "build-dependencies")
_TOOLCHAINS = ("rust-toolchain.toml", "rust-toolchain")
_TARGETS = ("bin", "test", "bench", "example")
# Cargo takes no package without a target: it looks for these files.
_USUAL = (
    "src/lib.rs",
    "src/main.rs",
    "build.rs",
    *(
        f"{place}/{each}"
        for place in ("src/bin", "tests", "benches", "examples")
        for each in ("*.rs", "*/main.rs")
    ),
)


def inputs_of(folder: Path) -> tuple[str, ...]:
    """The manifests, the files that make their targets, and registries that lie in the project."""
    found: dict[str, None] = {}
    for manifest in files_below(folder, MANIFEST.__eq__):
        place = manifest.removesuffix(MANIFEST)
        found[manifest] = None
        found.update(dict.fromkeys(f"{place}{each}" for each in _targets(folder / place)))
    found.update(dict.fromkeys(_local_registries(folder)))
    return tuple(found)


def requirements_of(folder: Path) -> list[tuple[str, str]]:
    """Name and wording of all requirements of all members."""
    return [
        pair
        for manifest in files_below(folder, MANIFEST.__eq__)
        for pair in _requirements(read_table(folder / manifest))
    ]


def registries_of(folder: Path) -> frozenset[str]:
    """The hosts that the project's settings name, and folders that stand in a registry's place."""
    named: set[str] = set()
    for settings in _settings(folder):
        for kind in ("source", "registries"):
            for each in table(settings.get(kind)).values():
                named |= {
                    host_of(_address(text(table(each).get(key)))) for key in ("registry", "index", "git")
                }
                named |= {text(table(each).get(key)) for key in ("directory", "local-registry")}
    return frozenset(named - {""})


def programs_of(folder: Path) -> tuple[str, ...]:
    """The settings that name a program which Cargo starts for a registry, or another toolchain."""
    named = [text(dig(read_table(folder / each), "toolchain", "path")) for each in _TOOLCHAINS]
    found = ["toolchain.path"] if any(named) else []
    for settings in _settings(folder):
        for kind in ("registry", "registries", "source", "credential-alias"):
            found += _credential_programs(kind, settings.get(kind))
    return tuple(dict.fromkeys(found))


def _credential_programs(place: str, value: object) -> Iterator[str]:
    for key, each in table(value).items():
        inner = f"{place}.{key}"
        if key.endswith(("credential-provider", "credential-providers")) or place == "credential-alias":
            if not _is_own(each):
                yield inner
        elif isinstance(each, dict):
            yield from _credential_programs(inner, each)


def _is_own(value: object) -> bool:
    """Whether all providers are Cargo's own."""
    named = [value] if isinstance(value, str) else list(texts(value))
    return bool(named) and all(each.startswith("cargo:") and " " not in each for each in named)


def _address(text: str) -> str:
    """Without the protocol of the index, as in `sparse+https://`."""
    return text.partition("+")[2] if "+" in text.partition("://")[0] else text


def _settings(folder: Path) -> Iterator[Table]:
    for name in ("config.toml", "config"):
        yield read_table(folder / ".cargo" / name)


def _local_registries(folder: Path) -> Iterator[str]:
    for settings in _settings(folder):
        for each in table(settings.get("source")).values():
            for key in ("directory", "local-registry"):
                path = text(table(each).get(key))
                if is_inside(path):
                    yield path


def _targets(place: Path) -> Iterator[str]:
    manifest = read_table(place / MANIFEST)
    for pattern in _USUAL:
        yield from (each.relative_to(place).as_posix() for each in sorted(place.glob(pattern)))
    named = [text(dig(manifest, "lib", "path")), text(dig(manifest, "package", "build"))]
    named += [text(each.get("path")) for kind in _TARGETS for each in tables(manifest.get(kind))]
    yield from (each for each in named if is_inside(each))


def _requirements(manifest: Table) -> Iterator[tuple[str, str]]:
    scopes = [manifest, table(manifest.get("workspace")), *map(table, table(manifest.get("target")).values())]
    for scope in scopes:
        for kind in _KINDS:
            yield from _worded(table(scope.get(kind)))
    for each in table(manifest.get("patch")).values():
        yield from _worded(table(each))


def _worded(requirements: Table) -> Iterator[tuple[str, str]]:
    for name, wish in requirements.items():
        wishes = table(wish)
        if "workspace" not in wishes and ("path" not in wishes or "version" in wishes):
            yield text(wishes.get("package")) or name, _wording(wish)


def _wording(wish: object) -> str:
    if isinstance(wish, str):
        return wish
    found = table(wish)
    git = text(found.get("git"))
    pinned = "".join(f" {key} {text(found.get(key))}" for key in ("branch", "tag", "rev") if found.get(key))
    return f"{git}{pinned}" if git else text(found.get("version")) or "*"
