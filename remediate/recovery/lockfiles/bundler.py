"""Bundler: `Gemfile.lock`."""

from __future__ import annotations

import re
from pathlib import Path

from remediate.recovery.lockfiles.abilities import join_wordings
from remediate.recovery.lockfiles.bundler_lock import read_lock
from remediate.recovery.lockfiles.bundler_settings import hosts_of, kept_settings
from remediate.recovery.lockfiles.project_files import files_below, read_text
from remediate.recovery.lockfiles.tool import Command, Lock, Unreadable

_GEM = re.compile(r"""^\s*gem[\s(]+["']([^"']+)["']((?:\s*,\s*["'][^"']+["'])*)""", re.MULTILINE)
_QUOTED = re.compile(r"""["']([^"']+)["']""")
_SOURCE = re.compile(r"""\bsource:?[\s(=>]+["']([^"']+)["']""")
_READ_BY_GEMFILES = re.compile(
    r"(?:Gemfile|.*\.gemspec|version\.rb|.*\.gemfile|\.ruby-version|\.tool-versions)"
)
# What the failed command's environment may say, and must not say here.
_SET = {
    "BUNDLE_DEPLOYMENT": "false",
    "BUNDLE_WITHOUT": "",
    "BUNDLE_ONLY": "",
    "BUNDLE_PLUGINS": "false",  # a plugin that the Gemfile names would be installed and run
    "BUNDLE_VERSION": "system",  # nor is another Bundler fetched because the lockfile names it
    "BUNDLE_SILENCE_ROOT_WARNING": "true",
    "RUBYOPT": "",
}


class Bundler:
    """Resolves and downloads without installing, so no extension is built; a Gemfile is a program itself."""

    name = "bundler"
    lockfile = "Gemfile.lock"
    programs: tuple[str, ...] = ("bundle", "ruby")
    hooks = (
        "the Gemfile and the gemspecs of the project and of git sources are Ruby programs, "
        "which Bundler runs to read them"
    )
    settings: tuple[str, ...] = ("Gemfile", ".bundle/config")

    def owns(self, folder: Path) -> bool:
        return (folder / self.lockfile).is_file() and (folder / "Gemfile").is_file()

    def inputs(self, folder: Path) -> tuple[str, ...]:
        read = files_below(folder, lambda name: _READ_BY_GEMFILES.fullmatch(name) is not None)
        return (*read, ".bundle/config")

    def wanted(self, folder: Path) -> dict[str, str]:
        """As far as it stands there in plain words: no Ruby is run for it."""
        found = _GEM.findall(read_text(folder / "Gemfile"))
        return join_wordings([(name, _wording(_QUOTED.findall(rest))) for name, rest in found])

    def read(self, text: bytes) -> Lock | Unreadable:
        return read_lock(text)

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        """Without `--update`, Bundler lets go of the versions alone that the Gemfile forbids now."""
        return (Command(arguments=("bundle", "lock"), environment=_environment(folder, frozen=False)),)

    def check(self, folder: Path) -> tuple[Command, ...]:
        """Frozen, it refuses a lockfile that does not answer the Gemfile; it downloads and builds nothing."""
        environment = _environment(folder, frozen=True)
        return (Command(arguments=("bundle", "cache", "--no-install"), environment=environment),)

    def registries(self, folder: Path) -> frozenset[str]:
        named = [*_SOURCE.findall(read_text(folder / "Gemfile")), *kept_settings(folder).values()]
        return hosts_of(named)

    def ask_registry(self) -> Command:
        return Command(arguments=("bundle", "config", "list"))


def _wording(requirements: list[str]) -> str:
    """As the lockfile has it: sorted, and `=` before a bare version."""
    parts = (each.strip() for text in requirements for each in text.split(","))
    return ", ".join(sorted(each if not each[:1].isdigit() else f"= {each}" for each in parts if each))


def _environment(folder: Path, *, frozen: bool) -> dict[str, str]:
    """Bundler works on this copy, whichever Gemfile and settings the job had; gems go beside it."""
    return {
        **kept_settings(folder),
        **_SET,
        "BUNDLE_GEMFILE": str(folder / "Gemfile"),
        "BUNDLE_APP_CONFIG": str(folder.parent / "settings"),
        "BUNDLE_PATH": str(folder.parent / "gems"),
        "BUNDLE_CACHE_PATH": str(folder.parent / "archives"),
        "BUNDLE_FROZEN": "true" if frozen else "false",
    }
