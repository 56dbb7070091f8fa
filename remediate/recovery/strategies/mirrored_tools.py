"""The tools that can be sent to a mirror for one command: through which settings, and when that is safe."""

# ruff: noqa: ARG001 - the objections are asked alike

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import msgspec

from remediate.recovery.lockfiles.registry import TOOLS
from remediate.recovery.lockfiles.tool import Lock, Locked, Unreadable

_NAMES_A_REGISTRY = re.compile(r"--(?:registry|index-url|extra-index-url|find-links)(?:=|$)|-[if]$")
_INDEX_LINE = re.compile(rb"(?m)^\s*(?:-i|-f|--index-url|--extra-index-url|--find-links)\b")


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How a tool is sent to a mirror.

    `settings` are variables that win over every file of the tool and make it insist on the lockfile.
    `asked` is an address that any mirror with this package answers.
    """

    kind: str
    tool: str
    settings: Callable[[str], dict[str, str]]
    asked: Callable[[str, Locked], str]
    objection: Callable[[Sequence[str], Mapping[str, str]], str]


def find_way(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> Way | str:
    """The way of the command's program, or why there is none."""
    words = [word.rpartition("/")[2] for word in command[:3]]
    program = words[0] if words else ""
    if re.fullmatch(r"python[\d.]*", program) and words[1:] == ["-m", "pip"]:
        return find_way(("pip", *command[3:]), environment, folder)
    if program == "yarn":
        program = "yarn-berry" if TOOLS.get("yarn-berry") and TOOLS["yarn-berry"].owns(folder) else "yarn"
    if program in NO_WAY:
        return NO_WAY[program]
    if program not in WAYS:
        return f"`{program}` is no tool that is known to take a mirror for one command"
    way = WAYS[program]
    if any(_NAMES_A_REGISTRY.match(word) for word in command[1:]):
        return "the command itself names its registry"
    return way.objection(command, environment) or way


def read_locks(way: Way, command: Sequence[str], folder: Path) -> tuple[Lock, ...] | str:
    """What the command will install, or why that is not known."""
    locks = []
    for name in _lockfiles(way, command):
        try:
            text = (folder / name).read_bytes()
        except OSError as error:
            return f"{name} cannot be read: {error.strerror}"
        if way.tool == "pip-tools" and _INDEX_LINE.search(text):
            return f"{name} itself names its index"
        lock = TOOLS[way.tool].read(text)
        if isinstance(lock, Unreadable):
            return f"{name} cannot be read: {lock.reason}"
        locks.append(lock)
    return tuple(locks) or "the command names no file of pinned packages"


def _lockfiles(way: Way, command: Sequence[str]) -> list[str]:
    if way.tool != "pip-tools":
        return [TOOLS[way.tool].lockfile]
    return [name for flag, name in pairwise(command) if flag in ("-r", "--requirement")]


def _operands(command: Sequence[str]) -> list[str]:
    return [word for word in command[1:] if not word.startswith("-")]


def _object_to_npm(command: Sequence[str], environment: Mapping[str, str]) -> str:
    verbs = _operands(command)
    if verbs not in (["ci"], ["clean-install"]):
        return "only `npm ci` takes nothing but what the lockfile has the hash of"
    return ""


def _object_to_install(command: Sequence[str], environment: Mapping[str, str]) -> str:
    if _operands(command) not in ([], ["install"], ["i"]) or "--no-frozen-lockfile" in command:
        return "only an install of what is locked may come from a mirror"
    return ""


def _object_to_pip(command: Sequence[str], environment: Mapping[str, str]) -> str:
    if list(command[1:2]) != ["install"]:
        return "only `pip install` with files of pinned packages may use a mirror"
    rest = iter(command[2:])
    named = [word for word in rest if not (word in _WITH_VALUE and next(rest, ""))]
    if any(not word.startswith("-") for word in named) or {"-e", "--editable"} & set(command):
        return "the command installs more than the pinned packages of its files"
    return ""


def _object_to_go(command: Sequence[str], environment: Mapping[str, str]) -> str:
    verbs = _operands(command)
    if verbs[:1] not in (["build"], ["test"], ["vet"], ["run"]) and verbs != ["mod", "download"]:
        return "only commands that build from what go.sum has the hash of may use a mirror"
    if "-mod=mod" in (*command, *environment.get("GOFLAGS", "").split()) or any(
        "@" in word for word in verbs
    ):
        return "the command may take modules that go.sum does not know"
    return ""


_WITH_VALUE = frozenset({"-r", "--requirement", "-c", "--constraint", "-t", "--target", "--prefix", "--root"})


def _npm_settings(address: str) -> dict[str, str]:
    # Without the second, npm goes on fetching from the addresses in its lockfile.
    return {"npm_config_registry": address, "npm_config_replace_registry_host": "always"}


def _pnpm_settings(address: str) -> dict[str, str]:
    return {"npm_config_registry": address, "npm_config_frozen_lockfile": "true"}


def _berry_settings(address: str) -> dict[str, str]:
    return {"YARN_NPM_REGISTRY_SERVER": address, "YARN_ENABLE_IMMUTABLE_INSTALLS": "true"}


def _pip_settings(address: str) -> dict[str, str]:
    return {"PIP_INDEX_URL": address, "PIP_REQUIRE_HASHES": "1"}


def _go_settings(address: str) -> dict[str, str]:
    return {"GOPROXY": address}


def _npm_asked(address: str, package: Locked) -> str:
    return f"{address.rstrip('/')}/{quote(package.name, safe='@')}"


def _pip_asked(address: str, package: Locked) -> str:
    return f"{address.rstrip('/')}/{quote(re.sub('[-_.]+', '-', package.name).lower())}/"


def _go_asked(address: str, package: Locked) -> str:
    # A capital letter is written as its small one behind an exclamation mark.
    module = re.sub("[A-Z]", lambda found: "!" + found[0].lower(), package.name)
    version = package.version.removesuffix("/go.mod")
    return f"{address.rstrip('/')}/{quote(module, safe='/!')}/@v/{quote(version)}.mod"


WAYS: dict[str, Way] = {
    "npm": Way(kind="npm", tool="npm", settings=_npm_settings, asked=_npm_asked, objection=_object_to_npm),
    "pnpm": Way(
        kind="npm", tool="pnpm", settings=_pnpm_settings, asked=_npm_asked, objection=_object_to_install
    ),
    "yarn-berry": Way(
        kind="npm",
        tool="yarn-berry",
        settings=_berry_settings,
        asked=_npm_asked,
        objection=_object_to_install,
    ),
    "pip": Way(
        kind="pypi", tool="pip-tools", settings=_pip_settings, asked=_pip_asked, objection=_object_to_pip
    ),
    "go": Way(kind="go", tool="go", settings=_go_settings, asked=_go_asked, objection=_object_to_go),
}

_FIXED = "fetches from the addresses that stand in its lockfile; a mirror would need another lockfile"
NO_WAY: dict[str, str] = {
    "yarn": f"yarn 1 {_FIXED}",
    "uv": f"uv {_FIXED}",
    "poetry": f"Poetry {_FIXED}",
    "mvn": "Maven keeps no lockfile with hashes, so what a mirror gives could not be checked",
    "mvnw": "Maven keeps no lockfile with hashes, so what a mirror gives could not be checked",
    "docker": "an image's mirror is a setting of the Docker daemon, which a job does not own",
    "apt": "the sources of apt belong to the system and take effect for every program",
    "apt-get": "the sources of apt belong to the system and take effect for every program",
}
