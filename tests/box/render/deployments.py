"""Deployments and their statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..clock import iso
from ..talk import Deployment, DeploymentStatus
from .accounts import user
from .places import node, url_of

if TYPE_CHECKING:
    from ..repository import Repository


def deployment(repo: Repository, held: Deployment) -> dict[str, Any]:
    here = url_of(repo, "deployments", held.id)
    changed = held.statuses[-1].created_at if held.statuses else held.created_at
    return {
        "url": here,
        "id": held.id,
        "node_id": node("DE", held.id),
        "sha": held.sha,
        "ref": held.ref,
        "task": held.task,
        "payload": held.payload,
        "original_environment": held.environment,
        "environment": held.environment,
        "description": held.description,
        "creator": user(repo.box, held.creator),
        "created_at": iso(held.created_at),
        "updated_at": iso(changed),
        "statuses_url": f"{here}/statuses",
        "repository_url": url_of(repo),
        "transient_environment": held.transient,
        "production_environment": held.production,
        "performed_via_github_app": None,
    }


def deployment_status(repo: Repository, held: Deployment, status: DeploymentStatus) -> dict[str, Any]:
    here = url_of(repo, "deployments", held.id)
    moment = iso(status.created_at)
    return {
        "url": f"{here}/statuses/{status.id}",
        "id": status.id,
        "node_id": node("DES", status.id),
        "state": status.state,
        "creator": user(repo.box, status.creator),
        "description": status.description,
        "environment": status.environment,
        "target_url": status.log_url,
        "created_at": moment,
        "updated_at": moment,
        "deployment_url": here,
        "repository_url": url_of(repo),
        "environment_url": status.environment_url,
        "log_url": status.log_url,
        "performed_via_github_app": None,
    }
