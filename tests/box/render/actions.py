"""Workflows, artifacts, caches and variables."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from ..clock import iso
from ..runs import Artifact
from ..talk import Cache, Variable
from .places import node, page_of, url_of

if TYPE_CHECKING:
    from ..repository import Repository

_NAME = re.compile(rb"^name:[ \t]*(.+?)[ \t]*$", re.MULTILINE)


def workflow_id(repo: Repository, path: str) -> int:
    """The number of a workflow: the same for the same file."""
    return 100_000 + int(hashlib.sha256(f"{repo.full_name}:{path}".encode()).hexdigest()[:6], 16)


def workflow(repo: Repository, path: str) -> dict[str, Any]:
    number, born = workflow_id(repo, path), iso(repo.created_at)
    file = path.rsplit("/", 1)[-1]
    return {
        "id": number,
        "node_id": node("W", number),
        "name": _name(repo, path),
        "path": path,
        "state": "disabled_manually" if path in repo.disabled_workflows else "active",
        "created_at": born,
        "updated_at": born,
        "url": url_of(repo, "actions/workflows", number),
        "html_url": page_of(repo, "blob", repo.default_branch, path),
        "badge_url": page_of(repo, "actions/workflows", file, "badge.svg"),
    }


def _name(repo: Repository, path: str) -> str:
    text = repo.git.read(f"refs/heads/{repo.default_branch}", path)
    found = _NAME.search(text or b"")
    if found:
        return found[1].decode(errors="replace").strip("'\"")
    return next((run.name for run in repo.runs.values() if run.workflow == path), path)


def artifact(repo: Repository, held: Artifact) -> dict[str, Any]:
    here, born = url_of(repo, "actions/artifacts", held.id), iso(held.created_at)
    return {
        "id": held.id,
        "node_id": node("AR", held.id),
        "name": held.name,
        "size_in_bytes": len(held.content),
        "url": here,
        "archive_download_url": f"{here}/zip",
        "expired": repo.box.clock.now() > held.expires_at,
        "created_at": born,
        "updated_at": born,
        "expires_at": iso(held.expires_at),
        "digest": "sha256:" + hashlib.sha256(held.content).hexdigest(),
        "workflow_run": {
            "id": held.run.id,
            "repository_id": repo.id,
            "head_repository_id": repo.id,
            "head_branch": held.run.branch,
            "head_sha": held.run.sha,
        },
    }


def cache(held: Cache) -> dict[str, Any]:
    return {
        "id": held.id,
        "ref": held.ref,
        "key": held.key,
        "version": held.version,
        "last_accessed_at": iso(held.last_accessed_at),
        "created_at": iso(held.created_at),
        "size_in_bytes": held.size,
    }


def variable(held: Variable) -> dict[str, Any]:
    born, changed = iso(held.created_at), iso(held.updated_at)
    return {"name": held.name, "value": held.value, "created_at": born, "updated_at": changed}
