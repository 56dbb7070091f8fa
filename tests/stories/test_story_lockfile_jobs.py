"""The six jobs repair a lockfile: npm runs where no token is, and the pull request proves itself."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from house import WATCHING
from npm_registry import NpmRegistry
from played import Story, ci
from test_story_lockfiles import NPM, ON, files_of, npm_out_of_step
from tools import find

Begin = Callable[..., Story]
AS_THE_APP = f"""\
{WATCHING}\
      app-client-id: Iv23shop
    secrets:
      app-private-key: ${{{{ secrets.APP_KEY }}}}
"""
# Stands before npm: writes down all that it could learn of its job's processes, itself included.
WITNESS = """\
#!{python}
import json, os, sys, psutil
def told(process):
    try:
        return [*process.cmdline(), *(f"{{name}}={{value}}" for name, value in process.environ().items())]
    except psutil.Error:
        return []
above = psutil.Process().parents()
(runner,) = [process for process in above if process.name() == "act"][:1]
seen = [told(process) for process in runner.children(recursive=True)]
with open("{diary}", "a") as diary:
    diary.write(json.dumps({{"words": sys.argv[1:], "own": dict(os.environ), "seen": seen}}) + "\\n")
os.execv("{npm}", ["npm", *sys.argv[1:]])
"""


def _witnessed(shop: Story) -> Callable[[], list[dict[str, Any]]]:
    """From now on the jobs find the witness for npm; what it has seen of npm's work on lockfiles."""
    diary, place = shop.folder / "diary", shop.folder / "witness"
    place.mkdir()
    npm = place / "npm"
    npm.write_text(WITNESS.format(python=sys.executable, diary=diary, npm=find("npm")))
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    shop.box.life.path = os.pathsep.join([str(place), shop.box.life.path])

    def read() -> list[dict[str, Any]]:
        entries = [json.loads(line) for line in diary.read_text().splitlines()]
        return [entry for entry in entries if "--package-lock-only" in entry["words"]]

    return read


def test_a_lockfile_is_repaired_by_the_six_jobs(
    story: Begin, npm_packages: NpmRegistry, tmp_path: Path
) -> None:
    shop = story(files={".github/workflows/remediate.yml": AS_THE_APP})
    rights = dict.fromkeys(("actions", "contents", "pull-requests"), "write")
    app = shop.box.token(shop.repo, "healer[bot]", {**rights, "checks": "read"}, "app")
    shop.box.life.secrets[shop.repo.full_name] = {"APP_KEY": app}
    repairs = _witnessed(shop)
    project = npm_out_of_step(tmp_path / "npm", npm_packages)
    shop.push({**files_of(project.workspace), ".github/workflows/ci.yml": ci(NPM, on=ON)})
    shop.goes_on()
    run, proof = shop.runs()
    first, second = shop.healers
    assert run.conclusion == "failure", shop.log(run)
    assert {job.conclusion for job in first.jobs} == {"success"}, shop.log(first)
    # What was repaired is one file, in a pull request of the App's, whose run is green.
    (pull,) = [one for one in shop.repo.issues.values() if one.pull]
    assert (pull.user, pull.state) == ("healer[bot]", "open")
    changed = shop.repo.git.run("diff", "--name-only", "main", pull.pull.head).decode().split()
    assert changed == ["package-lock.json"]
    assert (proof.event, proof.conclusion) == ("pull_request", "success"), shop.log(proof)
    assert not project.canary.exists()
    # The end of that run has started the six jobs again.
    assert {job.conclusion for job in second.jobs} == {"success"}, shop.log(second)
    assert shop.standing(run) == "healed", shop.case(run)
    assert not [seen.path for seen in shop.box.requests if seen.status == 403]
    # No process of the job of npm, npm included, had any token.
    tokens = list(shop.box.tokens.held)
    assert app in tokens
    assert repairs()
    for repair in repairs():
        told = json.dumps(repair)
        assert "REMEDIATE_REPAIR_FOLDER=" in told, "it sees its neighbours"
        assert not [one for one in tokens if one in told], told
        assert not [name for name in repair["own"] if name.startswith(("GITHUB_", "ACTIONS_", "INPUT_"))]
