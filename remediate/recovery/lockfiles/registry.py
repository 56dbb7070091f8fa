"""The tools whose lockfiles can be mended: one line each."""

from __future__ import annotations

from remediate.recovery.lockfiles.bundler import Bundler
from remediate.recovery.lockfiles.cargo import Cargo
from remediate.recovery.lockfiles.composer import Composer
from remediate.recovery.lockfiles.golang import Go
from remediate.recovery.lockfiles.npm import Npm
from remediate.recovery.lockfiles.pdm import Pdm
from remediate.recovery.lockfiles.piptools import PipTools
from remediate.recovery.lockfiles.pnpm import Pnpm
from remediate.recovery.lockfiles.poetry import Poetry
from remediate.recovery.lockfiles.tool import LockTool
from remediate.recovery.lockfiles.uv import Uv
from remediate.recovery.lockfiles.yarn_berry import YarnBerry
from remediate.recovery.lockfiles.yarn_classic import YarnClassic

TOOLS: dict[str, LockTool] = {
    "bundler": Bundler(),
    "cargo": Cargo(),
    "composer": Composer(),
    "go": Go(),
    "npm": Npm(),
    "pdm": Pdm(),
    "pip-tools": PipTools(),
    "pnpm": Pnpm(),
    "poetry": Poetry(),
    "uv": Uv(),
    "yarn": YarnClassic(),
    "yarn-berry": YarnBerry(),
}

# Tools that would lock the same manifest: of these, one lockfile may stand in a folder.
FAMILIES: dict[str, tuple[str, ...]] = {
    "javascript": ("npm", "pnpm", "yarn", "yarn-berry"),
    "python": ("poetry", "uv", "pdm", "pip-tools"),
    "rust": ("cargo",),
    "ruby": ("bundler",),
    "php": ("composer",),
    "go": ("go",),
}

# How the ids of a tool's rules begin, where not with the tool's name.
RULES: dict[str, str] = {
    "yarn": "javascript",
    "pip": "python",
    "pdm": "python",
    "bundle": "ruby",
    "gem": "ruby",
}

# The word of a command that tells the family.
WORDS: dict[str, str] = {
    **{name: family for family, names in FAMILIES.items() for name in names},
    "npx": "javascript",
    "yarnpkg": "javascript",
    "pip": "python",
    "pip-compile": "python",
    "pip-sync": "python",
    "bundle": "ruby",
}


def family_of(tool: str) -> str:
    """The family that the tool belongs to."""
    return next(family for family, names in FAMILIES.items() if tool in names)
