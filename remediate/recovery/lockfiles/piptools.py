"""pip-tools: `requirements.txt` compiled from `requirements.in`, and other pairs of that kind."""

from __future__ import annotations

import os
from pathlib import Path

from remediate.recovery.lockfiles.abilities import join_wordings
from remediate.recovery.lockfiles.requirement import host_of, is_foreign
from remediate.recovery.lockfiles.requirements_txt import (
    Line,
    built,
    gather,
    header,
    options,
    python_of,
    read_lock,
    requirements,
)
from remediate.recovery.lockfiles.tool import Command, Lock, Unreadable
from remediate.recovery.lockfiles.version_ranges import satisfies

_WHEELS = "wheels-of-the-lock"
_PROOF = "proof-of-the-lock.txt"
_SETTINGS = ("pyproject.toml", ".pip-tools.toml")
_INDEXES = {"-i", "--index-url", "--extra-index-url"}
# Options of the noted command that are kept: they shape the file, and name nothing outside the folder.
_KEPT = {
    "--allow-unsafe",
    "--no-allow-unsafe",
    "--annotate",
    "--no-annotate",
    "--annotation-style",
    "--emit-index-url",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-options",
    "--no-emit-trusted-host",
    "--generate-hashes",
    "--header",
    "--no-header",
    "--newline",
    "--pre",
    "--resolver",
    "--strip-extras",
    "--no-strip-extras",
    "--unsafe-package",
}


class PipTools:
    """Keeps the pins of the file that it writes; wheels alone decide which versions are taken."""

    name = "pip-tools"
    lockfile = "requirements.txt"
    programs: tuple[str, ...] = ("pip-compile", "pip")
    hooks = ""
    settings: tuple[str, ...] = ("requirements.in",)

    def owns(self, folder: Path) -> bool:
        return bool(_pairs(folder))

    def lockfile_in(self, folder: Path) -> str:
        """Of several pairs the one in trouble; else the one written last, as after a repair."""
        pairs = _pairs(folder)
        troubled = [lock for lock, source in pairs.items() if _in_trouble(folder, lock, source)]
        latest = sorted(pairs, key=lambda lock: (folder / lock).stat().st_mtime, reverse=True)
        unlocked = (source.removesuffix(".in") + ".txt" for source in _sources(folder))
        return next(iter([*troubled, *latest, *unlocked]), self.lockfile)

    def hooks_in(self, folder: Path) -> str:
        """Told to take wheels alone, pip still builds what has an address of its own."""
        for name, lines in self._gathered(folder).items():
            found = built(lines)
            if found:
                return f"{found[:100]!r} in {name} is no wheel of an index: pip runs its build"
        return ""

    def inputs(self, folder: Path) -> tuple[str, ...]:
        return (*self._gathered(folder), *_SETTINGS)

    def wanted(self, folder: Path) -> dict[str, str]:
        """Constraints count too: a changed one explains a changed pin."""
        asked = [each for lines in self._gathered(folder).values() for each in requirements(lines)]
        return join_wordings([(each.name, each.wording) for each in asked])

    def read(self, text: bytes) -> Lock | Unreadable:
        return read_lock(text)

    def rounds(self, folder: Path, *, usable: bool) -> tuple[Command, ...]:
        """First without builds, which decides the versions; then as the file was made, from these pins.

        One round would not do: pip-compile notes in the file that only wheels were allowed. Before them, pip
        fails where it runs another Python than the file was made with: other requirements would hold there.
        """
        lock = self.lockfile_in(folder)
        call = _call(folder, lock, _source(folder, lock))
        kept = tuple(each for each in call if each != "--no-emit-options")
        afresh = () if usable else ("--upgrade",)
        return (
            *_same_python(folder, folder / lock),
            Command(
                arguments=("pip-compile", "--quiet", *afresh, "--no-emit-options", *kept),
                environment=_environment(folder, wheels=True),
            ),
            Command(
                arguments=("pip-compile", "--quiet", *call), environment=_environment(folder, wheels=False)
            ),
        )

    def check(self, folder: Path) -> tuple[Command, ...]:
        """Every pin is fetched and compared with its hashes; then the manifest must be met by these alone."""
        lock = self.lockfile_in(folder)
        environment = _environment(folder, wheels=True)
        hashed = ("--require-hashes",) if _is_hashed(folder / lock) else ()
        return (
            Command(
                arguments=("pip", "download", "--no-deps", *hashed, "-r", lock, "-d", _WHEELS),
                environment=environment,
            ),
            Command(
                # Not pip itself: it takes no constraints that have hashes beside requirements that have none.
                arguments=(
                    *("pip-compile", "--quiet", "--no-index", "--find-links", _WHEELS),
                    *("--output-file", _PROOF, _source(folder, lock)),
                ),
                # Nothing but the fetched files may answer, whatever the job's own settings add.
                environment={
                    **environment,
                    "PIP_FIND_LINKS": "",
                    "PIP_EXTRA_INDEX_URL": "",
                    "PIP_CONFIG_FILE": os.devnull,
                },
            ),
        )

    def satisfies(self, version: str, wording: str) -> bool | None:
        return satisfies(version, wording)

    def registries(self, folder: Path) -> frozenset[str]:
        gathered = gather(folder, self.settings[0])
        found = (pair for lines in gathered.values() for pair in options(lines))
        return frozenset(host_of(value) for option, value in found if option in _INDEXES) - {""}

    def ask_registry(self) -> Command:
        return Command(arguments=("pip", "config", "list"))

    def _gathered(self, folder: Path) -> dict[str, list[Line]]:
        """The lines of the chosen pair's source and of all that it includes."""
        return gather(folder, _source(folder, self.lockfile_in(folder)))


def _sources(folder: Path) -> list[str]:
    """Files to compile from; `MANIFEST.in` is something else."""
    places = (each for each in (folder, folder / "requirements") if each.is_dir())
    found = (path for place in places for path in sorted(place.glob("*.in")) if path.is_file())
    return [path.relative_to(folder).as_posix() for path in found if path.name != "MANIFEST.in"]


def _pairs(folder: Path) -> dict[str, str]:
    """The compiled files of the folder with the file that each is compiled from, the usual one first."""
    named = {source.removesuffix(".in") + ".txt": source for source in _sources(folder)}
    found = {lock: source for lock, source in named.items() if (folder / lock).is_file()}
    return dict(sorted(found.items(), key=lambda pair: pair[0] != PipTools.lockfile))


def _source(folder: Path, lock: str) -> str:
    return _pairs(folder).get(lock, lock.removesuffix(".txt") + ".in")


def _in_trouble(folder: Path, lock: str, source: str) -> bool:
    """Whether the files alone show that the lock does not answer its source."""
    found = read_lock((folder / lock).read_bytes())
    if isinstance(found, Unreadable):
        return True
    versions = {each.name: each.version for each in found.packages}
    asked = [each for lines in gather(folder, source).values() for each in requirements(lines)]
    return any(
        not each.address
        and (each.name not in versions or satisfies(versions[each.name], each.versions) is False)
        for each in asked
    )


def _is_hashed(lock: Path) -> bool:
    return lock.is_file() and b"--hash" in lock.read_bytes()


def _call(folder: Path, lock: str, source: str) -> tuple[str, ...]:
    """The arguments that made the file, as far as they may be repeated; those that fit it otherwise."""
    path = folder / lock
    words = header(path.read_text("utf-8", "replace")) if path.is_file() else ()
    kept = tuple(word for word in words if word.partition("=")[0] in _KEPT)
    if _is_hashed(path) and "--generate-hashes" not in kept:
        kept = (*kept, "--generate-hashes")
    named = [word for word in words if not word.startswith("-") and not is_foreign(word)]
    output = tuple(word for word in words if word.startswith("--output-file="))
    apart = output if output == (f"--output-file={lock}",) else ()
    return (*kept, *apart, *((source,) if named == [source] or source != "requirements.in" else ()))


def _same_python(folder: Path, lock: Path) -> tuple[Command, ...]:
    """A requirement that cannot be had, and that is wanted by every other Python alone."""
    made_with = python_of(lock.read_text("utf-8", "replace")) if lock.is_file() else ""
    if not made_with:
        return ()
    wanted = f"the-lockfile-was-made-with-another-python ; python_version != '{made_with}'"
    return (
        Command(
            arguments=("pip", "install", "--dry-run", "--no-deps", "--no-index", wanted),
            environment=_environment(folder, wheels=True),
        ),
    )


def _environment(folder: Path, *, wheels: bool) -> dict[str, str]:
    """A cache of its own, so that nothing poisoned is taken; builds asked for by the job are forbidden."""
    cache = str(folder.parent / "cache")
    own = {"PIP_CACHE_DIR": cache, "PIP_TOOLS_CACHE_DIR": cache, "PIP_NO_BINARY": "", "PIP_NO_INPUT": "1"}
    return {**own, "PIP_ONLY_BINARY": ":all:" if wheels else ""}
