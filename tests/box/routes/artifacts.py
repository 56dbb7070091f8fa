"""Artifacts of runs."""

from __future__ import annotations

from .. import render
from ..calls import Answer, Call, Refused, not_found, route
from ..runs import Artifact
from .runs import find_run


def _find(call: Call) -> Artifact:
    number = call.number("artifact_id")
    for run in call.repo.runs.values():
        for artifact in run.artifacts:
            if artifact.id == number:
                return artifact
    raise not_found()


def _listed(call: Call, held: list[Artifact]) -> Answer:
    named = [one for one in held if call.query.get("name") in (None, one.name)]
    named.sort(key=lambda one: one.id, reverse=call.query.get("direction", "desc") == "desc")
    return call.page(named, lambda one: render.artifact(call.repo, one), "artifacts")


@route("GET", "~/actions/artifacts", "actions")
def list_artifacts(call: Call) -> Answer:
    return _listed(call, [one for run in call.repo.runs.values() for one in run.artifacts])


@route("GET", "~/actions/runs/{run_id}/artifacts", "actions")
def list_artifacts_of_run(call: Call) -> Answer:
    return _listed(call, find_run(call).artifacts)


@route("GET", "~/actions/artifacts/{artifact_id}", "actions")
def get_artifact(call: Call) -> Answer:
    return Answer(200, render.artifact(call.repo, _find(call)))


@route("DELETE", "~/actions/artifacts/{artifact_id}", "actions")
def delete_artifact(call: Call) -> Answer:
    held = _find(call)
    held.run.artifacts.remove(held)
    return Answer(204)


@route("GET", "~/actions/artifacts/{artifact_id}/{archive_format}", "actions")
def download_artifact(call: Call) -> Answer:
    held = _find(call)
    if call.params["archive_format"] != "zip":
        raise not_found()
    if call.now > held.expires_at:
        raise Refused(410, "Artifact has expired")
    return call.box.downloads.redirect("artifacts", f"{held.id}.zip", held.content, "application/zip")
