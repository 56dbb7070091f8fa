"""The six jobs as a runner runs them: `act` plays what `init` writes, the command has a stand-in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from remediate.stages.adopting.files import WORKFLOW, workflow
from remediate.stages.adopting.wish import Wish

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "machine"))

from tools import find, want  # noqa: E402 - beside the tests of other folders

HEAL = ROOT / ".github" / "workflows" / "heal.yml"
REVISION = "0123456789abcdef0123456789abcdef01234567"

# Plays `remediate`: says what it saw, and gives outputs as a stage does.
STAND_IN = """\
#!{python}
import json, os, sys
stage = sys.argv[1]
document = os.environ.get("REMEDIATE_DOCUMENT", "")
obeyed = [name for name in ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_PATH") if name in os.environ]
tokens = [name for name, value in os.environ.items() if "ghs_stand_in" in value]
seen = {{"stage": stage, "words": sys.argv[2:], "document": document, "obeyed": obeyed, "tokens": tokens}}
open(os.environ["SEEN"], "a").write(json.dumps(seen) + "\\n")
if stage == os.environ.get("FAILS"):
    sys.exit(4)
if "GITHUB_OUTPUT" in os.environ:
    with open(os.environ["GITHUB_OUTPUT"], "a") as outputs:
        outputs.write(f"document={{(document + ' ' + stage).strip()}}\\n")
        if os.environ.get("COUNT") != "dropped":
            outputs.write(f"count={{os.environ.get('COUNT', '1')}}\\n")
        outputs.write("repairs=1\\n")
        outputs.write("healed=1\\npending=0\\nescalated=0\\nrefused=0\\nignored=0\\n")
"""
SETUP = """\
#!/bin/sh
cd "$(dirname "$0")/.." && mkdir -p .work/run/bin && cp stand-in .work/run/bin/remediate
"""
APP = "name: none\\nruns: {using: composite, steps: []}\\n".replace("\\n", "\n")


class House:
    """Our repository as act takes it for a remote one, and one of a user beside it."""

    def __init__(self, folder: Path, **wish: Any) -> None:
        self.folder, self.seen = folder, folder / "seen"
        house = folder / "house"
        shutil.copytree(ROOT / "actions", house / "actions")
        shutil.copy(ROOT / "action.yml", house)
        self._write(house / "stand-in", STAND_IN.format(python=sys.executable))
        self._write(house / "scripts" / "setup", SETUP)
        self._write(house / ".github" / "workflows" / "heal.yml", for_act(HEAL.read_text()))
        self._write(folder / "app" / "action.yml", APP)
        self.project = folder / "project"
        text = workflow(Wish(revision=REVISION, **wish), ("ci",))
        self._write(self.project / WORKFLOW, for_act(text))
        git = ("git", "-c", "user.name=Ann", "-c", "user.email=ann@mail.example")
        for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "A project")):
            subprocess.run([*git, *words], cwd=self.project, check=True)

    def play(
        self, event: str, payload: dict[str, Any], **variables: str
    ) -> tuple[int, list[dict[str, Any]], str]:
        want("act")
        (self.folder / "event.json").write_text(json.dumps(payload))
        named = {"SEEN": str(self.seen), **variables}
        app = re.search(r"actions/create-github-app-token@[0-9a-f]{40}", HEAL.read_text())
        assert app
        done = subprocess.run(
            [
                *(str(find("act")), event, "-e", str(self.folder / "event.json")),
                *("-P", "ubuntu-latest=-self-hosted", "-s", "GITHUB_TOKEN=ghs_stand_in"),
                *(word for name, value in named.items() for word in ("--env", f"{name}={value}")),
                *("--local-repository", f"remediate/remediate@{REVISION}={self.folder / 'house'}"),
                *("--local-repository", f"{app[0]}={self.folder / 'app'}"),
            ],
            cwd=self.project,
            env={**os.environ, "HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=240,
            check=False,
        )
        lines = self.seen.read_text().splitlines() if self.seen.exists() else []
        return done.returncode, [json.loads(line) for line in lines], done.stdout

    def _write(self, file: Path, text: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)


def for_act(text: str) -> str:
    """Without what act 0.2 does not know yet."""
    text = text.replace("  queue: max\n", "")
    return re.sub(r"uses: \$/(\S+)", rf"uses: remediate/remediate/\1@{REVISION}", text)


FAILED = {"workflow_run": {"conclusion": "failure", "run_attempt": 1, "head_branch": "main"}}
posix = pytest.mark.skipif(sys.platform == "win32", reason="by nature: actions are scripts of Bash")


@posix
def test_six_jobs_pass_the_document_on(tmp_path: Path) -> None:
    code, seen, said = House(tmp_path).play("workflow_run", FAILED)
    assert code == 0, said
    assert [each["stage"] for each in seen] == [
        *("initialize", "detect", "recover", "repair", "recover", "verify", "collect-metrics", "notify")
    ]
    by_words = {(each["stage"], *each["words"][:1]): each for each in seen}
    assert by_words["detect",]["document"] == "initialize"
    assert by_words["verify",]["document"] == "initialize detect recover recover"
    assert seen[-1]["document"] == "initialize detect recover recover verify collect-metrics"
    assert seen[-1]["words"] == [
        "--results=initialize=success detect=success recover=success verify=success collect-metrics=success"
    ]
    assert [each["stage"] for each in seen if not each["tokens"]] == ["repair"]
    assert next(each for each in seen if each["stage"] == "repair")["obeyed"] == []


@posix
def test_failed_stage_is_told(tmp_path: Path) -> None:
    code, seen, said = House(tmp_path).play("workflow_run", FAILED, FAILS="verify")
    assert code != 0, said
    assert [each["stage"] for each in seen][-2:] == ["verify", "notify"]
    assert seen[-1]["document"] == "initialize detect recover recover"
    assert "verify=failure" in seen[-1]["words"][0]


@posix
def test_where_nothing_is_to_be_done_one_job_runs(tmp_path: Path) -> None:
    code, seen, said = House(tmp_path).play("schedule", {}, COUNT="0")
    assert code == 0, said
    assert [each["stage"] for each in seen] == ["initialize"]


@posix
def test_a_count_that_the_runner_drops_passes_no_failure_over(tmp_path: Path) -> None:
    """GitHub drops an output in which a secret stands, and a secret may be a single digit."""
    code, seen, said = House(tmp_path).play("schedule", {}, COUNT="dropped")
    assert code == 0, said
    assert [each["stage"] for each in seen][1:] == [
        *("detect", "recover", "repair", "recover", "verify", "collect-metrics", "notify")
    ]


@posix
def test_dispatch_hands_its_wishes_on(tmp_path: Path) -> None:
    inputs = {"mode": "suggest", "dry-run": "true", "run-id": "77"}
    code, seen, said = House(tmp_path).play("workflow_dispatch", {"inputs": inputs})
    assert code == 0, said
    assert seen[0]["words"] == ["--mode=suggest", "--run-id=77", "--dry-run"]


@posix
@pytest.mark.parametrize(
    ("event", "payload", "runs"),
    [
        ("issue_comment", {"comment": {"body": "/remediate approve 5d0c9f3a1b7e2648"}}, True),
        ("issue_comment", {"comment": {"body": "what does /remediate do?"}}, False),
        ("workflow_run", {"workflow_run": {**FAILED["workflow_run"], "conclusion": "success"}}, False),
        ("workflow_run", {"workflow_run": {**FAILED["workflow_run"], "conclusion": "timed_out"}}, True),
        (
            "workflow_run",
            {"workflow_run": {"conclusion": "success", "run_attempt": 2, "head_branch": "main"}},
            True,
        ),
    ],
)
@pytest.mark.parametrize("one_job", [False, True])
def test_events_that_it_runs_for(
    tmp_path: Path, event: str, payload: dict[str, Any], runs: bool, one_job: bool
) -> None:
    code, seen, said = House(tmp_path, one_job=one_job).play(event, payload, COUNT="0")
    assert code == 0, said
    assert [each["stage"] for each in seen] == ([("heal" if one_job else "initialize")] if runs else [])
