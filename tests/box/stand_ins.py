"""Actions of others that cannot be fetched here: stand-ins that do the same work on this machine."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .workflow_file import BadWorkflow, Workflow, read_workflow

if TYPE_CHECKING:
    from .github import Box
    from .life import Life
    from .occasions import Script

HERE = Path(__file__).resolve().parent / "actions"
USES = re.compile(r"""uses["']?:\s*['"]?([\w.-]+/[\w.-]+)((?:/[^@\s'"]*)?)@([^\s'"#,}]+)""")
KNOWN = {place.name for place in HERE.iterdir()} - {"setup"}
UNKNOWN = """\
name: unknown
description: Nobody knows here what it does
runs: {using: composite, steps: [{shell: bash, run: 'echo "::error::NAME has no stand-in here"; exit 1'}]}
"""


def uses_in(text: str) -> set[tuple[str, str]]:
    """The repositories of actions and workflows that a text uses, each with its ref."""
    return {(found[1], found[3]) for found in USES.finditer(text)}


def paths_in(text: str, name: str) -> set[str]:
    """Where in a repository the actions are that a text uses."""
    return {found[2].strip("/") for found in USES.finditer(text) if found[1] == name}


def actions_for(box: Box, folder: Path, text: str, registered: Mapping[str, Path]) -> dict[str, Path]:
    """A folder for each `owner/name@ref` that a workflow's text leads to."""
    found: dict[str, Path] = {}
    waiting = sorted(uses_in(text))
    while waiting:
        name, ref = waiting.pop()
        key = f"{name}@{ref}"
        if key not in found:
            found[key] = place_of(box, folder, name, ref, registered) or unknown(folder, name, text)
            waiting += sorted(used_by(found[key]))
    return found


def called_workflow(life: Life, script: Script, uses: str) -> Workflow:
    """The workflow that a job calls: of its own commit, or of another repository."""
    where, _, ref = uses.partition("@")
    if where.startswith("./"):
        path = where.removeprefix("./")
        repo, commit = script.repo, script.occasion.code
        return read_workflow(path, repo.git.read(commit, path) or b"", f"{repo.full_name}@{commit}")
    owner, name, path = where.split("/", 2)
    mapped = actions_for(life.box, life.folder, f"uses: {owner}/{name}@{ref}", life.actions)
    file = mapped[f"{owner}/{name}@{ref}"] / path
    if not file.is_file():
        raise BadWorkflow(f"error parsing called workflow: {uses}: workflow was not found.")
    return read_workflow(path, file.read_bytes(), f"{owner}/{name}@{ref}")


def used_by(place: Path) -> Iterator[tuple[str, str]]:
    """What the actions of a repository use themselves."""
    for file in (*place.glob("action.y*ml"), *place.glob("*/action.y*ml"), *place.glob("*/*/action.y*ml")):
        yield from uses_in(file.read_text(encoding="utf-8"))


def place_of(box: Box, folder: Path, name: str, ref: str, registered: Mapping[str, Path]) -> Path | None:
    """Where one is: a registered folder, a commit of a repository of the box, or a stand-in."""
    for key in (f"{name}@{ref}", name):
        if key in registered:
            return registered[key]
    repo = box.find_repository(name)
    commit = repo.git.commit_of(ref) if repo else None
    if repo and commit:
        return exported(repo.path, folder / "exported" / name.replace("/", "-") / commit, commit)
    if name.startswith("actions/") and name.partition("/")[2] in KNOWN:
        return HERE / name.partition("/")[2]
    if name.startswith("actions/setup-"):
        return HERE / "setup"
    return None


def unknown(folder: Path, name: str, text: str) -> Path:
    """An action that fails when it is run, and only then."""
    place = folder / "unknown" / name.replace("/", "-")
    for path in paths_in(text, name) | {""}:
        (place / path).mkdir(parents=True, exist_ok=True)
        (place / path / "action.yml").write_text(UNKNOWN.replace("NAME", name))
    return place


def exported(repository: Path, place: Path, commit: str) -> Path:
    """The files of a commit in a folder."""
    if not place.is_dir():
        place.mkdir(parents=True)
        tree = subprocess.run(
            ["git", "-C", str(repository), "archive", commit], check=True, stdout=subprocess.PIPE
        )
        subprocess.run(["tar", "-x", "-C", str(place)], check=True, input=tree.stdout)
    return place
