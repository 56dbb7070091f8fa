"""What we read of GitHub's answers is what its description names, and may be null where that says so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from box import description

from remediate.errors import Unreachable
from remediate.platforms.github import forge_shapes, run_shapes, shapes
from remediate.platforms.github.wire import Reply

READ = {
    "workflow-run": run_shapes.RunShape,
    "job": run_shapes.JobShape,
    "check-annotation": run_shapes.AnnotationShape,
    "artifact": run_shapes.ArtifactShape,
    "actions-cache-list": run_shapes.CachePage,
    "actions-variable": run_shapes.VariableShape,
    "content-file": forge_shapes.FileShape,
    "deployment-status": forge_shapes.StatusShape,
    "deployment": forge_shapes.DeploymentShape,
    "git-ref": forge_shapes.RefShape,
    "pull-request": forge_shapes.PullShape,
    "pull-request-simple": forge_shapes.PullShape,
    "check-run": forge_shapes.CheckShape,
    "issue": forge_shapes.IssueShape,
    "issue-comment": forge_shapes.CommentShape,
    "repository-collaborator-permission": forge_shapes.PermissionShape,
    "full-repository": shapes.RepositoryShape,
}


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    place = description.place()
    if place is None:
        pytest.skip("GitHub's description is not installed")
    held: dict[str, Any] = json.loads(place.read_bytes())["components"]["schemas"]
    return held


@pytest.mark.parametrize("name", list(READ))
def test_a_shape_fits_the_description(schemas: dict[str, Any], name: str) -> None:
    assert list(differences(READ[name], schemas[name], schemas, name)) == []


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ('"2026-11-02T09:00:00Z"', 1793610000.0),
        ('"2026-11-02T11:00:00.5+02:00"', 1793610000.5),
        ('"2026-11-02T09:00:00"', 1793610000.0),
        ('"0001-01-01T00:00:00Z"', 0.0),
        ("null", 0.0),
    ],
)
def test_a_moment_is_read_in_any_zone(written: str, moment: float) -> None:
    body = f'{{"id": 1, "completed_at": {written}}}'.encode()
    assert shapes.parsed(answered(body), run_shapes.JobShape, "job").model().completed == moment


def test_what_is_null_of_a_run_is_empty() -> None:
    names = [name for name in run_shapes.RunShape.__struct_fields__ if name not in ("id", "run_attempt")]
    hints = get_type_hints(run_shapes.RunShape)
    empty = {name: None for name in names if type(None) in get_args(hints[name])}
    run = shapes.parsed(answered(json.dumps({"id": 1, **empty}).encode()), run_shapes.RunShape, "run")
    model = run.model("octo/shop")
    assert (model.home, model.actor, model.conclusion, model.branch, model.pulls) == ("", "", "", "", ())
    assert not model.ended


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b'{"id": 1', b'{"id": "x"}', b"<html>", b"\xff", b'{"id":1,"a":' + b"[" * 10**5],
)
def test_an_answer_of_another_shape_is_named(body: bytes) -> None:
    with pytest.raises(Unreachable) as raised:
        shapes.parsed(answered(body), run_shapes.RunShape, "GET /x")
    assert raised.value.message.startswith("GET /x: the answer is not what GitHub sends")
    assert "GITHUB_API_URL" in raised.value.hint


def answered(body: bytes) -> Reply:
    return Reply(status=200, headers={}, body=body)


def differences(kind: Any, schema: Any, schemas: dict[str, Any], place: str) -> Iterator[str]:
    """The fields that are not described, or may be null without our knowing."""
    schema = resolved(schema, schemas)
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if "properties" in resolved(part, schemas):
            yield from differences(kind, part, schemas, place)
    known = schema.get("properties")
    for name, hint in get_type_hints(kind).items() if known else ():
        if name not in known:
            # One shape stands for a repository wherever it is told of, with more or with less.
            yield from [f"{place}.{name}: not described"] if kind is READ.get(place) else []
            continue
        told = resolved(known[name], schemas)
        if nullable(told, schemas) and type(None) not in get_args(hint) and hint is not Any:
            yield f"{place}.{name}: may be null"
        for inner in structs(hint):
            yield from differences(inner, told.get("items", told), schemas, f"{place}.{name}")


def resolved(schema: Any, schemas: dict[str, Any]) -> Any:
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    return schema


def nullable(schema: Any, schemas: dict[str, Any]) -> bool:
    parts = (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ()))
    return any(one.get("nullable") for one in (schema, *(resolved(part, schemas) for part in parts)))


def structs(hint: Any) -> Iterator[Any]:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for part in get_args(hint):
        yield from structs(part)
