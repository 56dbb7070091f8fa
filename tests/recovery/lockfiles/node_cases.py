"""What is expected of npm, pnpm and both Yarns beside what is expected of all."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

from registry_cases import NEW, OLD, healed, newer
from registry_project import Project

from remediate.model.outcome import Done
from remediate.model.preview import Preview, Unfit


def merge_left_unfinished(project: Project) -> None:
    """As git leaves it: only the lines that differ stand between markers."""
    texts = {
        "base": project.lock(alpha=OLD),
        "theirs": project.lock(alpha=OLD, delta=OLD),
        "ours": project.lock(alpha=OLD, gamma=OLD),
    }
    newer(project)
    for name, text in texts.items():
        (project.folder / name).write_bytes(text)
    command = ("git", "merge-file", "-p", "-L", "HEAD", "-L", "base", "-L", "topic", "ours", "base", "theirs")
    merged = subprocess.run(command, cwd=project.folder, stdout=subprocess.PIPE, check=False).stdout
    assert b"<<<<<<< HEAD" in merged
    project.want(alpha=OLD, gamma=OLD, delta=OLD)
    project.lockfile.write_bytes(merged)
    found = healed(project)
    assert found.pop("delta") in {OLD, NEW}
    assert found == {"alpha": OLD, "gamma": OLD}


def members_of_a_workspace(project: Project) -> None:
    project.lock(alpha=OLD)
    newer(project)
    root = project.workspace / "package.json"
    manifest = json.loads(root.read_text())
    member = project.workspace / "parts" / "one"
    member.mkdir(parents=True)
    wishes = {project.dialect.name("beta"): "^1.0.0"}
    own = {"name": "one", "version": "1.0.0", "license": "MIT", "dependencies": wishes}
    (member / "package.json").write_text(json.dumps(own))
    root.write_text(json.dumps({**manifest, "workspaces": ["parts/*"]}, indent=2) + "\n")
    if project.dialect.tool == "pnpm":
        (project.workspace / "pnpm-workspace.yaml").write_text("packages:\n  - parts/*\n")
    found = healed(project)
    assert found["alpha"] == found["beta"] == OLD


def manifest_in_conflict(project: Project) -> None:
    """What a person wrote a person must settle."""
    before = project.lock(alpha=OLD)
    root = project.workspace / "package.json"
    text = root.read_text()
    root.write_text(f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> topic\n")
    assert isinstance(project.preview(), Unfit)
    assert project.lockfile.read_bytes() == before


def requirement_from_git(project: Project) -> None:
    project.lock(alpha=OLD)
    root = project.workspace / "package.json"
    manifest = json.loads(root.read_text())
    manifest["dependencies"]["made"] = "git+ssh://git.example/made.git"
    root.write_text(json.dumps(manifest))
    offer = project.preview()
    assert isinstance(offer, Preview)
    assert "made comes from git" in offer.asks


def line_endings_and_mode(project: Project) -> None:
    project.lock(alpha=OLD)
    project.lockfile.write_bytes(project.lockfile.read_bytes().replace(b"\n", b"\r\n"))
    project.lockfile.chmod(0o640)
    project.want(alpha=OLD, gamma=OLD)
    assert isinstance(project.repair(), Done)
    text = project.lockfile.read_bytes()
    assert text.count(b"\r\n") == text.count(b"\n") > 0
    assert project.lockfile.stat().st_mode & 0o777 == 0o640


def applied_twice(project: Project) -> None:
    """As after a kill behind the effect."""
    project.lock(alpha=OLD)
    project.want(alpha=OLD, gamma=OLD)
    assert isinstance(project.repair(), Done)
    text = project.lockfile.read_bytes()
    assert isinstance(project.repair(), Done)
    assert project.lockfile.read_bytes() == text
    assert isinstance(project.verify(), Done)


NODE_CASES: tuple[Callable[[Project], None], ...] = (
    merge_left_unfinished,
    members_of_a_workspace,
    manifest_in_conflict,
    requirement_from_git,
    line_endings_and_mode,
    applied_twice,
)
