"""`remediate doctor` against a GitHub on this machine: what it finds, its ways out, its exit codes."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import ROOT, Done, remediate

from remediate.stages.adopting.files import PERMISSIONS, WORKFLOW, workflow
from remediate.stages.adopting.wish import Wish

sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT / "tests" / "platforms"))

from box import Box
from served import serving

OURS = workflow(Wish(revision="0" * 40), ("ci",))
HELD = {name: level for name, (level, _) in PERMISSIONS.items()}
MARK = '{"schema":"remediate/state/1"}'


class Clinic:
    """A repository of the box, and doctor's visits to it."""

    def __init__(self, box: Box, folder: Path) -> None:
        self.box, self.folder = box, folder
        self.repo = box.repository("octo/shop", private=True, files={"README.md": "#", WORKFLOW: OURS})
        box.clock.advance(time.time() - box.clock.now())
        box.person("ada", self.repo, permission="admin")

    @property
    def host(self) -> str:
        return self.box.address.partition("//")[2]

    def clone(self, origin: str) -> None:
        """Where doctor is called, a clone of this address."""
        for words in (("init", "-q"), ("remote", "add", "origin", origin)):
            subprocess.run(["git", *words], cwd=self.folder, check=True)

    def visit(self, *words: str, token: str | None = None, **variables: str) -> Done:
        token = self.app() if token is None else token
        given = {
            "GITHUB_TOKEN": token,
            "GITHUB_REPOSITORY": "octo/shop",
            "GITHUB_API_URL": self.box.api,
            "GITHUB_SERVER_URL": self.box.address,
        }
        return remediate("doctor", *words, cwd=self.folder, **{**given, **variables})

    def found(self, *words: str, **given: Any) -> tuple[int, dict[str, tuple[str, str]]]:
        """The exit code, and level and text of each finding."""
        done = self.visit("--format", "json", *words, **given)
        assert done.out, done.err
        return done.code, {one["id"]: (one["level"], one["text"]) for one in done.json["findings"]}

    def app(self, **less: str) -> str:
        permissions = {**HELD, "administration": "read", **less}
        return str(self.box.token(self.repo, actor="healer[bot]", permissions=permissions, kind="app"))


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    (tmp_path / "here").mkdir()
    with Box(tmp_path / "box") as box:
        yield Clinic(box, tmp_path / "here")


def test_all_is_well(clinic: Clinic) -> None:
    done = clinic.visit()
    assert done.code == 0, done.out + done.err
    assert "Nothing stands in the way." in done.out
    assert "✗" not in done.out


def test_it_only_reads(clinic: Clinic) -> None:
    before = clinic.repo.git.refs()
    clinic.visit()
    assert {seen.method for seen in clinic.box.requests} == {"GET"}
    assert len(clinic.box.requests) < 30
    assert clinic.repo.git.refs() == before


def test_workflows_own_token_starts_no_run(clinic: Clinic) -> None:
    token = clinic.box.token(clinic.repo, permissions=HELD, kind="installation")
    code, found = clinic.found(token=token, GITHUB_ACTIONS="true")
    assert code == 0
    assert found["token-workflow"][0] == "remark"
    assert "starts no run" in found["token-workflow"][1]
    assert found["actions-settings"][0] == "remark"


@pytest.mark.parametrize("names", [("actions",), ("checks",), ("contents",), ("issues", "pull-requests")])
def test_permission_that_is_missing_is_named(clinic: Clinic, names: tuple[str, ...]) -> None:
    code, found = clinic.found(token=clinic.app(**dict.fromkeys(names, "none")))
    assert code == 10
    assert [one for one in found if one.startswith("permission-")] == [f"permission-{name}" for name in names]
    assert all(found[f"permission-{name}"][0] == "trouble" for name in names)
    assert found["state"][0] == ("remark" if "contents" in names else "good")


def test_permission_that_is_configured_for(clinic: Clinic) -> None:
    (clinic.folder / ".git").mkdir()
    (clinic.folder / ".github").mkdir()
    (clinic.folder / ".github" / "remediate.yml").write_text("runner-variable: RUNNER\n")
    code, found = clinic.found()
    assert (code, found["permission-variables"][0]) == (10, "trouble")
    code, found = clinic.found(token=clinic.app(variables="write"))
    assert "permission-variables" not in found


@pytest.mark.parametrize(
    ("scopes", "code", "level"),
    [("repo, workflow", 0, "remark"), ("gist", 10, "trouble"), ("", 10, "trouble")],
)
def test_classic_token(clinic: Clinic, scopes: str, code: int, level: str) -> None:
    _, found = clinic.found(token=clinic.box.person_token("ada", scopes=scopes))
    assert found["token-classic"][0] == level


def test_fine_grained_token(clinic: Clinic) -> None:
    token = clinic.box.person_token("ada", permissions={**HELD, "administration": "read"})
    code, found = clinic.found(token=token)
    assert code == 0
    assert found["token-person"][0] == "remark"


def test_token_that_is_wrong(clinic: Clinic) -> None:
    code, found = clinic.found(token="ghs_expired")
    assert code == 10
    assert found["token"] == ("trouble", "the token is wrong or has expired")


def test_no_token(clinic: Clinic) -> None:
    code, found = clinic.found(token="", GH_TOKEN="")
    assert (code, found["token"]) == (10, ("trouble", f"there is no token for {clinic.host}"))
    assert "config" in found


def test_a_token_goes_to_its_own_server_alone(clinic: Clinic) -> None:
    seen: list[dict[str, str]] = []
    with serving(b"{}", {"Content-Type": "application/json"}, seen=seen) as address:
        clinic.clone(f"{address.removesuffix('/log')}/octo/shop.git")
        unset = dict.fromkeys(("GITHUB_REPOSITORY", "GITHUB_API_URL", "GITHUB_SERVER_URL", "GH_HOST"), "")
        code, found = clinic.found(token="ghs_ours", **unset)
        assert (code, found["token"][0]) == (10, "trouble")
        assert not seen
        host = address.partition("//")[2].removesuffix("/log")
        clinic.found(token="ghs_ours", **{**unset, "GH_HOST": host, "GH_ENTERPRISE_TOKEN": "ghs_theirs"})
    basic = base64.b64encode(b"x-access-token:ghs_theirs").decode()
    assert {one["authorization"] for one in seen} <= {"token ghs_theirs", f"Basic {basic}"}
    assert seen


@pytest.mark.parametrize("origin", ["", "file:///srv/shop.git"])
def test_clone_that_tells_no_repository(clinic: Clinic, origin: str) -> None:
    if origin:
        clinic.clone(origin)
    code, found = clinic.found(GITHUB_REPOSITORY="")
    assert (code, found["repository"][0]) == (10, "trouble")
    assert "token" not in found


def test_repository_that_is_named(clinic: Clinic) -> None:
    code, found = clinic.found("--repository", "octo/shop", GITHUB_REPOSITORY="")
    assert (code, found["repository"][0]) == (0, "good")
    assert clinic.found("--repository", "shop", GITHUB_REPOSITORY="")[1]["repository"][0] == "trouble"


def test_platform_that_does_not_answer(clinic: Clinic) -> None:
    code, found = clinic.found(GITHUB_API_URL="http://127.0.0.1:9/api/v3")
    assert (code, found["platform"][0]) == (4, "trouble")


def test_repository_that_cannot_be_seen(clinic: Clinic) -> None:
    code, found = clinic.found("--repository", "octo/none")
    assert (code, found["repository"][0]) == (10, "trouble")


def test_archived_and_without_issues(clinic: Clinic) -> None:
    clinic.repo.settings.archived = True
    clinic.repo.settings.has_issues = False
    code, found = clinic.found()
    assert (code, found["issues"][0]) == (10, "trouble")
    assert "archived" in found["repository"][1]


@pytest.mark.parametrize(
    ("setting", "value", "finding"),
    [
        ("actions_enabled", False, "actions-settings"),
        ("allowed_actions", "local_only", "allowed-actions"),
        ("allowed_actions", "selected", "allowed-actions"),
        ("can_approve_pull_request_reviews", False, "pull-requests"),
        ("retention_days", 2, "log-retention"),
    ],
)
def test_settings_of_actions(clinic: Clinic, setting: str, value: object, finding: str) -> None:
    setattr(clinic.repo.settings, setting, value)
    code, found = clinic.found()
    assert (code, found[finding][0]) == (10, "trouble")


def test_our_actions_are_allowed_by_name(clinic: Clinic) -> None:
    clinic.repo.settings.allowed_actions = "selected"
    clinic.repo.settings.selected_patterns = ("remediate/remediate/*", "remediate/remediate@*")
    code, found = clinic.found()
    assert (code, found["allowed-actions"][0]) == (0, "good")


def test_workflow_that_is_not_there(clinic: Clinic) -> None:
    clinic.repo.git.commit({WORKFLOW: None}, branch="main", message="Without")
    code, found = clinic.found()
    assert (code, found["workflow"][0]) == (10, "trouble")
    assert "default branch" in found["workflow"][1]


def test_workflow_that_is_switched_off(clinic: Clinic) -> None:
    clinic.repo.disabled_workflows.add(WORKFLOW)
    code, found = clinic.found()
    assert (code, found["workflow"][0]) == (10, "trouble")


def test_workflow_that_is_given_too_little(clinic: Clinic) -> None:
    less = re.sub(r"      issues: write.*\n", "", OURS)
    clinic.repo.git.commit({WORKFLOW: less}, branch="main", message="Less")
    code, found = clinic.found()
    assert code == 10
    assert "issues: write" in found["workflow-permissions"][1]


def test_state_branch_that_is_there(clinic: Clinic) -> None:
    clinic.repo.git.commit({".state.json": MARK}, branch="remediate-state", message="State")
    code, found = clinic.found()
    assert code == 0
    assert "is ours and can be read" in found["state"][1]


def test_state_branch_of_somebody_else(clinic: Clinic) -> None:
    clinic.repo.git.commit({"index.html": "hello"}, branch="remediate-state", message="A page")
    code, found = clinic.found()
    assert (code, found["state-unreachable"][0]) == (4, "trouble")
    assert "not made by Remediate" in found["state-unreachable"][1]


@pytest.mark.parametrize("via", ["branch", "ruleset"])
def test_state_branch_that_is_protected(clinic: Clinic, via: str) -> None:
    clinic.repo.git.commit({".state.json": MARK}, branch="remediate-state", message="State")
    clinic.repo.rules.protect("remediate-*", via=via)
    code, found = clinic.found()
    assert (code, found["state-protected"][0]) == (10, "trouble")


def test_configuration_that_is_wrong(clinic: Clinic) -> None:
    (clinic.folder / "wrong.yml").write_text("mode: hael\n")
    code, found = clinic.found("--config", "wrong.yml")
    assert (code, found["config"][0]) == (3, "trouble")
    assert "wrong.yml:1" in found["config"][1]


def test_switched_off_by_configuration(clinic: Clinic) -> None:
    (clinic.folder / "calm.yml").write_text("mode: suggest\nkill-switch: true\n")
    code, found = clinic.found("--config", "calm.yml")
    assert code == 0
    assert {found["mode"][0], found["kill-switch"][0]} == {"remark"}


def test_clocks_that_differ(clinic: Clinic) -> None:
    clinic.box.clock.advance(7000)
    _, found = clinic.found()
    assert found["clock"][0] == "remark"
    assert "behind" in found["clock"][1]


def test_markdown_and_text_say_the_same(clinic: Clinic) -> None:
    clinic.repo.disabled_workflows.add(WORKFLOW)
    for form in ("text", "markdown"):
        done = clinic.visit("--format", form)
        assert done.code == 10
        assert "gh workflow enable" in done.out
        assert "1 thing to be put right." in done.out


def test_token_is_never_shown(clinic: Clinic) -> None:
    token = clinic.app(issues="none")
    done = clinic.visit(token=token)
    assert token not in done.out + done.err


def test_findings_as_json(clinic: Clinic) -> None:
    told = json.loads(clinic.visit("--format", "json").out)
    assert told["schema"] == "remediate/doctor/1"
    assert told["repository"] == "octo/shop"
    assert {one["level"] for one in told["findings"]} <= {"good", "remark", "trouble"}
