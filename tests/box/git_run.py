"""Git as the host itself runs it: nobody's settings, nobody's identity."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

ROUND = {
    "core.fsync": "none",
    "gc.auto": "0",
    "http.receivepack": "true",
    "receive.autogc": "false",
    "receive.advertisePushOptions": "true",
    "receive.hideRefs": "refs/pull",
    "uploadpack.allowAnySHA1InWant": "true",
    "uploadpack.allowFilter": "true",
}
NOBODY = {"NAME": "GitHub", "EMAIL": "noreply@box.example"}


def git(repository: Path, *words: str, data: bytes | None = None, check: bool = True) -> str:
    """Runs git in a bare repository of the host."""
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in NOBODY.items()}
    done = subprocess.run(
        ["git", *words],
        cwd=repository,
        input=data,
        capture_output=True,
        env={**clean_environment(), **who},
        check=False,
    )
    if check and done.returncode:
        raise RuntimeError(f"git {' '.join(words)}: {done.stderr.decode(errors='replace')}")
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def clean_environment() -> dict[str, str]:
    """The environment without git's own variables and settings of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C"}


def as_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Git's settings as variables of the environment."""
    numbered = {"GIT_CONFIG_COUNT": str(len(settings))}
    for index, (name, value) in enumerate(settings.items()):
        numbered |= {f"GIT_CONFIG_KEY_{index}": name, f"GIT_CONFIG_VALUE_{index}": value}
    return numbered
