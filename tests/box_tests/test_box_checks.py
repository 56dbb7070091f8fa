"""The check of requests and answers against GitHub's description bites, and a leaving box tells."""

from __future__ import annotations

from pathlib import Path

import pytest
from box import Box, Job, Repository, description
from box.calls import OPERATIONS, Answer
from box.checking import translate
from box.github import BoxFaults
from box_client import app_client


def fault(box: Box) -> str:
    box.expect_faults()
    assert len(box.faults) == 1, box.faults
    return box.faults.pop()


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("GET", "actions/runs?perpage=3", None, "no such query parameter: perpage"),
        ("GET", "actions/runs?per_page=many", None, "query parameter per_page"),
        ("GET", "actions/runs?status=broken", None, "query parameter status"),
        ("DELETE", "actions/caches", None, "the query parameter key is missing"),
        ("POST", "issues", {"title": "a", "text": "b"}, "'text'"),
        ("POST", "issues", {"body": "b"}, '"title" is a required property'),
        ("POST", "deployments/1/statuses", {"state": "fine"}, "state"),
        ("POST", "issues/1/comments", None, "the body is missing"),
        ("POST", "actions/runs/1/rerun", {"why": "so"}, '"why":"so"'),
        ("POST", "actions/runs/1/cancel", {"why": "so"}, "a body where none is described"),
        ("GET", "actions/walks", None, "GitHub has no such operation"),
        ("GET", "stargazers", None, "the box does not have this operation"),
    ],
)
def test_finds_a_wrong_request(  # noqa: PLR0917 - what pytest gives
    box: Box, repo: Repository, method: str, path: str, body: object, told: str
) -> None:
    app_client(box, repo)(method, path, body)
    assert told in fault(box)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(200, {"rate": {"limit": 1}}), "is a required property"),
        (Answer(200, {"rate": 1, "resources": {}}), "/rate"),
        (Answer(201, {}), "a status that is not described"),
        (Answer(418, {"message": "no"}), "a status that is not described"),
        (Answer(500, {}), "an error without a message"),
    ],
)
def test_finds_a_wrong_answer(
    box: Box, repo: Repository, monkeypatch: pytest.MonkeyPatch, answer: Answer, told: str
) -> None:
    monkeypatch.setitem(OPERATIONS, ("GET", "/rate_limit"), (lambda _: answer, "metadata", "read"))
    app_client(box, repo)("GET", "/rate_limit")
    assert told in " ".join(box.faults)
    box.expect_faults()


def test_finds_a_redirect_without_its_place_and_a_body_too_many(
    box: Box, repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ("GET", "/repos/{owner}/{repo}/actions/jobs/{job_id}/logs")
    monkeypatch.setitem(OPERATIONS, key, (lambda _: Answer(302, b""), "actions", "read"))
    app_client(box, repo)("GET", "actions/jobs/1/logs")
    assert "without the header Location" in fault(box)
    key = ("DELETE", "/repos/{owner}/{repo}/actions/caches/{cache_id}")
    monkeypatch.setitem(OPERATIONS, key, (lambda _: Answer(204, {"a": 1}), "actions", "write"))
    app_client(box, repo)("DELETE", "actions/caches/1")
    assert "a body where none is described" in fault(box)


def test_a_token_behind_a_redirect_is_a_fault(box: Box, repo: Repository) -> None:
    ask = app_client(box, repo)
    run = repo.add_run(jobs=[Job("build", "failure", log=b"no\n")])
    place = ask("GET", f"actions/jobs/{run.job('build').id}/logs").headers["Location"]
    assert place.startswith("http://localhost:")
    assert ask("GET", place, Authorization=f"Bearer {ask.token}").status == 200
    assert "a token was sent to the storage" in fault(box)


def test_leaving_raises_for_faults_only_when_nobody_expected_them(tmp_path: Path) -> None:
    if description.place() is None:
        pytest.skip("GitHub's OpenAPI description is not installed")
    with pytest.raises(BoxFaults, match="no such operation"), Box(tmp_path / "a") as box:
        app_client(box, box.repository("octo/shop"))("GET", "nothing/here")
    with Box(tmp_path / "b") as box:
        box.expect_faults()
        app_client(box, box.repository("octo/shop"))("GET", "nothing/here")


def test_without_the_description_the_box_answers_unchecked(tmp_path: Path) -> None:
    with Box(tmp_path, checked=False) as box:
        repo = box.repository("octo/shop")
        repo.add_run()
        ask = app_client(box, repo)
        assert ask("GET", "actions/runs?whatever=1").json["total_count"] == 1
        assert ask("GET", "contents/README.md").status == 200
        assert ask("GET", "git/ref/heads/main").status == 200


def test_nullable_becomes_null_also_beside_an_enumeration() -> None:
    told = {"type": "object", "properties": {"a": {"type": "string", "nullable": True, "enum": ["x"]}}}
    made = translate(told, closed=True)
    assert made["properties"]["a"] == {"anyOf": [{"type": "string", "enum": ["x"]}, {"type": "null"}]}
    assert made["additionalProperties"] is False


def test_what_the_box_itself_does_wrong_is_a_fault(
    box: Box, repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Answer:
        raise KeyError("oops")

    monkeypatch.setitem(OPERATIONS, ("GET", "/rate_limit"), (broken, "metadata", "read"))
    assert app_client(box, repo)("GET", "/rate_limit").status == 500
    assert "oops" in fault(box)
