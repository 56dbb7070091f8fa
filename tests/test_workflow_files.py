"""The actions and the workflow of the six jobs: how they are written, and what they may do."""

from __future__ import annotations

import importlib
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from remediate.cli.group import COMMANDS
from remediate.stages import detect, repairing_apart
from remediate.stages.adopting.files import CHECKOUT, PERMISSIONS

ROOT = Path(__file__).resolve().parent.parent
HEAL = ROOT / ".github" / "workflows" / "heal.yml"
STAGES = ("initialize", "detect", "recover", "verify", "collect-metrics", "notify")
ACTIONS = [ROOT / "action.yml", *(ROOT / "actions" / name / "action.yml" for name in (*STAGES, "run"))]
LEVELS = {"none": 0, "read": 1, "write": 2}


def load(file: Path) -> Any:
    """YAML without its riddles: `on` is a word, every value a text."""
    return yaml.load(file.read_text(), yaml.BaseLoader)


def steps_of(file: Path) -> Iterator[dict[str, Any]]:
    document = load(file)
    if "runs" in document:
        yield from document["runs"]["steps"]
    for job in document.get("jobs", {}).values():
        yield from job.get("steps", ())


def jobs() -> dict[str, Any]:
    return dict(load(HEAL)["jobs"])


files = pytest.mark.parametrize("file", [*ACTIONS, HEAL], ids=lambda file: file.parent.name + "/" + file.name)
actions = pytest.mark.parametrize("file", ACTIONS, ids=lambda file: file.parent.name)


def test_every_action_is_looked_at() -> None:
    assert sorted([ROOT / "action.yml", *(ROOT / "actions").rglob("action.y*ml")]) == sorted(ACTIONS)


@files
def test_nothing_is_interpolated_into_a_script(file: Path) -> None:
    for step in steps_of(file):
        assert "${{" not in step.get("run", "")
        assert "run" not in step or step["shell"] == "bash"
        assert step.get("run", "").strip().count("\n") < 10


@files
def test_actions_are_named_by_hash_or_are_our_own(file: Path) -> None:
    for step in steps_of(file):
        uses = step.get("uses")
        if uses is None:
            continue
        if uses.startswith("$/"):
            assert (ROOT / uses[2:] / "action.yml").is_file()
        else:
            assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", uses)


@files
def test_hash_stands_beside_its_version(file: Path) -> None:
    for line in file.read_text().splitlines():
        if re.search(r"uses: [^$].*@[0-9a-f]{40}", line):
            assert re.search(r"# v\d+(\.\d+)*$", line)


@actions
def test_inputs_and_outputs(file: Path) -> None:
    document, text = load(file), file.read_text()
    for name, entry in {**document["inputs"], **document["outputs"]}.items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", name)
        assert entry["description"].strip()
    for name, entry in document["inputs"].items():
        assert f"${{{{ inputs.{name} }}}}" in text, f"{name} is not used"
        assert ("default" in entry) != (entry.get("required") == "true")
    ids = {step["id"] for step in document["runs"]["steps"] if "id" in step}
    for name, entry in document["outputs"].items():
        step, output = re.fullmatch(r"\$\{\{ steps\.(\w+)\.outputs\.([a-z-]+) \}\}", entry["value"]).groups()
        assert step in ids
        assert output == name


@actions
def test_options_that_an_action_gives_are_known(file: Path) -> None:
    name = "heal" if file.parent == ROOT else file.parent.name
    for script in (step.get("run", "") for step in steps_of(file)):
        called = re.search(r"bin/remediate\" ([a-z-]+)", script)
        if not called:
            continue
        assert called[1] in (name, "repair")
        command = importlib.import_module(COMMANDS[called[1]][0]).command
        known = {
            flag for option in command.params if isinstance(option, click.Option) for flag in option.opts
        }
        looped = re.search(r"for name in ([a-z -]+);", script)
        given = {f"--{word}" for word in looped[1].split()} if looped else set()
        given |= set(
            re.findall(r"(?<![\w$])(--[a-z]+(?:-[a-z]+)*)(?==| |\))", script.split("bash --noprofile")[0])
        )
        assert given <= known


def test_jobs_are_the_six_stages_in_their_order() -> None:
    found = jobs()
    assert tuple(found) == STAGES
    for name, job in found.items():
        assert f"$/actions/{name}" in [step["uses"] for step in job["steps"]]
        assert int(job["timeout-minutes"]) <= 60
    for before, after in itertools.pairwise(STAGES[:-1]):
        assert found[after]["needs"] == before


def test_document_of_each_job_goes_to_the_next() -> None:
    found = jobs()
    for before, after in itertools.pairwise(STAGES[:-1]):
        assert found[before]["outputs"]["document"] == "${{ steps.stage.outputs.document }}"
        given = [step["with"] for step in found[after]["steps"] if step["uses"].startswith("$/")]
        assert given[0]["document"] == f"${{{{ needs.{before}.outputs.document }}}}"
    asked = re.findall(r"needs\.([a-z-]+)\.outputs\.document", str(found["notify"]["steps"]))
    assert asked == list(reversed(STAGES[:-1]))


def test_nothing_is_permitted_but_to_the_jobs() -> None:
    assert load(HEAL)["permissions"] == {}
    for name, job in jobs().items():
        assert job["permissions"], name
        assert set(job["permissions"].values()) <= {"read", "write"}
    may_write = {name for name, job in jobs().items() if "write" in job["permissions"].values()}
    assert may_write == {"recover", "verify", "collect-metrics", "notify"}
    assert jobs()["initialize"]["permissions"].get("checks") is None
    assert jobs()["detect"]["permissions"] == {"actions": "read", "checks": "read"}


def test_caller_is_asked_for_what_the_jobs_have_together() -> None:
    together: dict[str, str] = {}
    for job in jobs().values():
        for name, level in job["permissions"].items():
            together[name] = max(level, together.get(name, "none"), key=LEVELS.__getitem__)
    assert together == {name: level for name, (level, _) in PERMISSIONS.items()}


def test_permissions_stand_in_the_docs() -> None:
    rows = re.findall(
        r"(?m)^\| `([a-z-]+)` \| `([a-z-]+): (read|write)` \|", (ROOT / "docs/tokens.md").read_text()
    )
    held = [
        (name, permission, level)
        for name, job in jobs().items()
        for permission, level in job["permissions"].items()
    ]
    assert rows == held


def test_inputs_stand_in_the_docs() -> None:
    said = (ROOT / "docs/workflow.md").read_text()
    call = load(HEAL)["on"]["workflow_call"]
    for name in (*call["inputs"], *call["secrets"], *call["outputs"]):
        assert f"| `{name}` |" in said


def test_every_permission_has_its_reason() -> None:
    for line in HEAL.read_text().splitlines():
        if re.match(r"      [a-z-]+: (read|write)\b", line):
            assert re.search(r"# \w", line), line


def test_checkouts_keep_no_credentials() -> None:
    checkouts = [step for step in steps_of(HEAL) if "actions/checkout" in step.get("uses", "")]
    assert len(checkouts) == 1
    assert checkouts[0]["with"]["persist-credentials"] == "false"
    assert CHECKOUT.partition(" ")[0] == checkouts[0]["uses"]


def test_secrets_reach_two_jobs_and_no_script() -> None:
    for name, job in jobs().items():
        assert ("secrets." in json.dumps(job)) == (name in ("recover", "verify"))
        assert "env" not in job
    assert "env" not in load(HEAL)


def test_calls_and_dispatches_take_the_same() -> None:
    on = load(HEAL)["on"]
    assert set(on["workflow_call"]["inputs"]) == set(on["workflow_dispatch"]["inputs"])
    used = set(re.findall(r"inputs\.([a-z-]+)", HEAL.read_text()))
    assert used == set(on["workflow_call"]["inputs"])
    assert set(on) == {"workflow_call", "workflow_dispatch", "workflow_run", "schedule", "issue_comment"}


def test_schedule_is_every_quarter_off_the_full_hour() -> None:
    (entry,) = load(HEAL)["on"]["schedule"]
    minutes = [int(minute) for minute in entry["cron"].split()[0].split(",")]
    assert entry["cron"].endswith(" * * * *")
    assert 0 not in minutes
    assert {after - before for before, after in itertools.pairwise(minutes)} == {15}


def test_no_failure_is_lost_in_the_queue() -> None:
    assert load(HEAL)["concurrency"] == {
        "group": "remediate-heal",
        "cancel-in-progress": "false",
        "queue": "max",
    }


def test_repair_sees_no_token() -> None:
    steps = load(ROOT / "actions" / "recover" / "action.yml")["runs"]["steps"]
    (repair,) = [step for step in steps if 'bin/remediate" repair' in step.get("run", "")]
    assert "inputs.token" not in json.dumps(repair)
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT"):
        assert name in repair["run"].partition("\n")[0]


def test_what_was_decided_passes_the_repair_in_no_file() -> None:
    """Whoever got to run code in the step without a token could have written into one."""
    steps = list(steps_of(ROOT / "actions" / "recover" / "action.yml"))
    (prepare,) = [step for step in steps if "--phase=prepare" in step["run"]]
    (publish,) = [step for step in steps if "--phase=publish" in step["run"]]
    assert publish["env"]["REMEDIATE_DOCUMENT"] == f"${{{{ steps.{prepare['id']}.outputs.document }}}}"
    for step in (prepare, publish):
        assert not re.search(r"--(in|out)put", step["run"])


@pytest.mark.parametrize(
    ("job", "seconds"), [("recover", repairing_apart.MOST_SECONDS), ("detect", detect.MOST_SECONDS)]
)
def test_a_job_has_time_left_when_what_takes_long_has_taken_its_time(job: str, seconds: float) -> None:
    """Enough for what was begun a moment before: a repair, or the logs of a run."""
    assert int(jobs()[job]["timeout-minutes"]) * 60 >= seconds + 600


def test_security_model_points_to_what_is_there() -> None:
    said = (ROOT / "docs/security-model.md").read_text()
    rows = re.findall(r"(?m)^\| .+ \| .+ \| `([^`]+)` \| `([^`]+)` \|$", said)
    assert len(rows) > 20
    for code, shown in rows:
        assert (ROOT / code).is_file(), code
        file, _, name = shown.partition("::")
        assert f"def {name}(" in (ROOT / file).read_text() if name else (ROOT / file).is_file(), shown


@pytest.mark.parametrize("page", ["workflow", "tokens", "security-model", "runbook", "getting-started"])
def test_commands_and_options_in_the_docs_exist(page: str) -> None:
    for line in re.findall(r"(?m)^\$ (?:.* )?remediate (.+)$", (ROOT / f"docs/{page}.md").read_text()):
        words = re.split(r"  +#?|[|>]", line)[0].split()
        command: Any = importlib.import_module(COMMANDS[words[0]][0]).command
        if isinstance(command, click.Group):
            command = command.commands[words[1]]
        known = {
            flag for option in command.params if isinstance(option, click.Option) for flag in option.opts
        }
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, line
