"""Cargo: `Cargo.lock`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from remediate.recovery.lockfiles.abilities import join_wordings
from remediate.recovery.lockfiles.cargo_manifest import inputs_of, programs_of, registries_of, requirements_of
from remediate.recovery.lockfiles.node_ranges import satisfies
from remediate.recovery.lockfiles.requirement import host_of
from remediate.recovery.lockfiles.toml import Table, is_tables, parse, table, tables, text, texts
from remediate.recovery.lockfiles.tool import Command, Lock, Locked, Unreadable

_OLD_CHECKSUM = re.compile(r"checksum (\S+) (\S+) \(.*\)")
# Settings of the project could name a program to be started in the compiler's place; the environment wins
# over them. Rustup would fetch a toolchain that the project asks for.
_SET = {
    "RUSTC": "rustc",
    "RUSTC_WRAPPER": "",
    "RUSTC_WORKSPACE_WRAPPER": "",
    "RUSTUP_AUTO_INSTALL": "0",
    "CARGO_TERM_COLOR": "never",
    "CARGO_TERM_PROGRESS_WHEN": "never",
}


class Cargo:
    """Resolves without building: a package's `build.rs` is compiled by `cargo build` alone."""

    name = "cargo"
    lockfile = "Cargo.lock"
    programs: tuple[str, ...] = ("cargo", "rustc")
    hooks = ""
    settings: tuple[str, ...] = (".cargo/config.toml", ".cargo/config")

    def owns(self, folder: Path) -> bool:
        return (folder / self.lockfile).is_file() and (folder / "Cargo.toml").is_file()

    def hooks_in(self, folder: Path) -> str:
        """Programs that the project's settings have Cargo start, other than the compiler."""
        named = ", ".join(programs_of(folder))
        return f"the project's settings have Cargo start programs of theirs: {named}" if named else ""

    def inputs(self, folder: Path) -> tuple[str, ...]:
        return (*inputs_of(folder), *self.settings, "rust-toolchain", "rust-toolchain.toml")

    def wanted(self, folder: Path) -> dict[str, str]:
        return join_wordings(requirements_of(folder))

    def read(self, text: bytes) -> Lock | Unreadable:
        document = parse(text)
        if isinstance(document, Unreadable):
            return document
        packages = document.get("package")
        if not is_tables(packages) or not packages:
            return Unreadable(reason="it lists no packages")
        if not all(_whole(each) for each in tables(packages)):
            return Unreadable(reason="it holds a package without a name or a version")
        old = dict(_old_checksums(table(document.get("metadata"))))
        return Lock(packages=tuple(_locked(each, old) for each in tables(packages) if _source(each)))

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        """`update --workspace` locks what the members newly require and leaves every other version."""
        return (Command(arguments=("cargo", "update", "--workspace"), environment=_SET),)

    def check(self, folder: Path) -> tuple[Command, ...]:
        """Resolves without writing, then downloads all packages and compares their checksums."""
        quiet = ("--locked", "--quiet")
        return (Command(arguments=("cargo", "fetch", *quiet), environment=_SET),)

    def satisfies(self, version: str, wording: str) -> bool | None:
        return satisfies(version, _as_ranges(wording))

    def registries(self, folder: Path) -> frozenset[str]:
        return registries_of(folder)

    def ask_registry(self) -> Command:
        """Only an unstable Cargo tells; the others fail, and then no host counts as configured."""
        return Command(arguments=("cargo", "config", "get", "source"), environment=_SET)


def _whole(found: Table) -> bool:
    return bool(text(found.get("name")) and text(found.get("version")))


def _source(found: Table) -> str:
    """Where it comes from; the workspace's own packages and those required by path have no source."""
    return text(found.get("source"))


def _locked(found: Table, old: dict[tuple[str, str], str]) -> Locked:
    name, version, source = text(found["name"]), text(found["version"]), _source(found)
    kind, _, address = source.partition("+")
    commit = (f"git:{address.rpartition('#')[2]}",) if kind == "git" and "#" in address else ()
    checksum = text(found.get("checksum")) or old.get((name, version), "")
    return Locked(
        name=name,
        version=version,
        host=host_of(address),
        hashes=(f"sha256:{checksum}",) if checksum else commit,
        needs=tuple(dict.fromkeys(each.partition(" ")[0] for each in texts(found.get("dependencies")))),
    )


def _old_checksums(metadata: Table) -> Iterator[tuple[tuple[str, str], str]]:
    """Before 2019 the checksums stood in a table of their own."""
    for key, value in metadata.items():
        found = _OLD_CHECKSUM.fullmatch(key)
        if found and text(value):
            yield (found[1], found[2]), text(value)


def _as_ranges(wording: str) -> str:
    """Cargo's wording in npm's: a bare version means what `^` means, and commas join."""
    parts = [each.strip() for each in wording.split(",") if each.strip()]
    return " ".join(f"^{each}" if re.fullmatch(r"\d[^*]*", each) else each for each in parts)
