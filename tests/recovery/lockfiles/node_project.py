"""Projects of npm, pnpm and both Yarns: every one with a scope of its own in one registry."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from npm_registry import NpmRegistry
from registry_project import Dialect, Project, Wishes
from tools import search_path, want

_SCOPES = itertools.count()


class Scope:
    """One project's share of the registry; `canary` would be written by the scripts of a package."""

    def __init__(self, registry: NpmRegistry) -> None:
        self.registry, self.address = registry, registry.address

    def add(self, name: str, version: str, needs: Mapping[str, str] = {}, canary: Path | None = None) -> None:
        kinds = ("preinstall", "install", "postinstall", "prepare")
        scripts = dict.fromkeys(kinds, f"touch {canary}") if canary else {}
        self.registry.publish(name, version, needs, scripts)

    def clear(self) -> None:
        """Nobody else looks into this scope."""


def make_project(
    folder: Path, registry: NpmRegistry, tool: str, settings: Callable[[str], Mapping[str, str]], program: str
) -> Project:
    """An empty project whose scripts, too, would write the canary."""
    want(program, "node", "git")
    scope = f"@made{next(_SCOPES)}"
    programs = folder / "bin"
    programs.mkdir(parents=True)
    if program == "yarn-berry":
        (programs / "yarn").write_text('#!/bin/sh\nexec yarn-berry "$@"\n')
        (programs / "yarn").chmod(0o755)

    def write(wishes: Wishes, address: str) -> dict[str, str]:
        manifest = {
            "name": "app",
            "version": "1.0.0",
            "private": True,
            "license": "MIT",
            "scripts": dict.fromkeys(("preinstall", "postinstall", "prepare"), f"touch {folder}/canary"),
            "dependencies": {f"{scope}/{name}": f"^{wish}" for name, wish in wishes.items()},
        }
        return {"package.json": json.dumps(manifest, indent=2) + "\n", **settings(address)}

    dialect = Dialect(
        tool=tool,
        programs=(program,),
        write=write,
        name=lambda name: f"{scope}/{name}",
        wish=lambda version: f"^{version}",
        environment=lambda address, home: {
            "PATH": f"{programs}:{search_path()}",
            "YARN_UNSAFE_HTTP_WHITELIST": "127.0.0.1",
            "YARN_NPM_MINIMAL_AGE_GATE": "0",
            "YARN_ENABLE_SCRIPTS": "0",
            "npm_config_fetch_retries": "0",
        },
    )
    return Project(folder, dialect, Scope(registry))


def npmrc(address: str) -> dict[str, str]:
    return {".npmrc": f"registry={address}/\n"}


def yarnrc(address: str) -> dict[str, str]:
    return {".yarnrc.yml": f"npmRegistryServer: {address}\nenableGlobalCache: true\n"}
