"""Runs a job of a workflow with the real `act`, on this machine, and reads what it says."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from .play_script import CALLER, PROBE, Known, Part, Result, labels_of, read_probe, write_script

Record = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / ".work" / "tools" / "bin"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the job finds around it. `actions` are folders that stand in for `owner/name@ref`."""

    event: str
    payload: Mapping[str, Any]
    environment: Mapping[str, str]
    secrets: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, Path] = field(default_factory=dict)
    matrix: Sequence[str] = ()
    actor: str = "ada"
    path: str = ""
    timeout: float = 300
    stop: Callable[[], bool] | None = None


@dataclass(frozen=True, kw_only=True)
class Leg:
    """What one job said: one of several where there is a matrix."""

    name: str
    matrix: Mapping[str, Any]
    records: Sequence[Record]


@dataclass(frozen=True, kw_only=True)
class Played:
    """How it went; `caller` is the end of the calling job; `refusal` says why act did not take it on."""

    legs: Sequence[Leg]
    result: Result
    caller: Result
    home: Path
    refusal: str = ""


def find_act() -> Path | None:
    """The pinned act, or the one of this machine."""
    found = shutil.which("act", path=os.pathsep.join([str(TOOLS), os.environ.get("PATH", os.defpath)]))
    return Path(found) if found else None


def play(folder: Path, part: Part, known: Known, around: Surroundings) -> Played:
    """Runs act in an empty folder, which is the caller's to remove."""
    folder.mkdir(parents=True)
    home = folder / "home"
    home.mkdir()
    write_script(folder, part, known, around.event)
    (folder / "event.json").write_text(json.dumps(around.payload))
    said, errors = run_act(folder, command(folder, part, around), around)
    skipped = Result(result="skipped")
    outer = read_probe(folder / "outer.json", part.key)
    inner = read_probe(folder / "inner.json", part.inner) if part.inner else outer
    refusal = "" if outer else errors.strip() or "act ended before the job"
    if part.inner and inner and outer:  # a call whose probe ran was no skipped one, whatever act says
        outer = Result(result="success" if outer.result == "skipped" else outer.result, outputs=outer.outputs)
    return Played(
        legs=legs_of(said, part), result=inner or skipped, caller=outer or skipped, home=home, refusal=refusal
    )


def command(folder: Path, part: Part, around: Surroundings) -> list[str]:
    """The command line of act."""
    act = find_act()
    assert act, "act is not installed"
    pairs = (
        *(("-P", f"{label}=-self-hosted") for label in labels_of(part, [*around.variables.values()])),
        *(("--env", f"{name}={value}") for name, value in around.environment.items()),
        *(("-s", f"{name}={value}") for name, value in around.secrets.items()),
        *(("--var", f"{name}={value}") for name, value in around.variables.items()),
        *(("--local-repository", f"{name}={place}") for name, place in around.actions.items()),
        *(("--matrix", row) for row in around.matrix),
    )
    fixed = (
        "--json",
        "--no-cache-server",
        "--no-skip-checkout",
        "--pull=false",
        "--rm",
        "--actor",
        around.actor,
    )
    workflow = folder / ".github" / "workflows" / CALLER
    where = ("-C", str(folder), "-W", str(workflow), "-e", str(folder / "event.json"))
    return [str(act), around.event, *where, *fixed, *(word for pair in pairs for word in pair)]


def run_act(folder: Path, words: Sequence[str], around: Surroundings) -> tuple[list[Record], str]:
    """What act said and complained of; out of time or told to stop, it is killed with all its steps."""
    home = folder / "home"
    environment = {
        "PATH": around.path or os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "XDG_CACHE_HOME": str(home / ".cache"),
    }
    act = subprocess.Popen(
        words,
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    output, errors = wait_for(act, around)
    lines = output.decode("utf-8", "replace").split("\n")
    return [json.loads(line) for line in lines if line.startswith("{")], errors.decode("utf-8", "replace")


def wait_for(act: subprocess.Popen[bytes], around: Surroundings) -> tuple[bytes, bytes]:
    """Both outputs of act, when it has ended."""
    end = time.monotonic() + around.timeout
    while True:
        try:
            return act.communicate(timeout=0.02 if around.stop else around.timeout)
        except subprocess.TimeoutExpired:
            if time.monotonic() >= end or (around.stop and around.stop()):
                kill_tree(act.pid)
                return act.communicate()


def kill_tree(root: int) -> None:
    """Kills a process and all that came of it: act gives each step a session of its own."""
    try:
        top = psutil.Process(root)
        for process in (top, *top.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
    except psutil.NoSuchProcess:
        pass


def legs_of(records: Sequence[Record], part: Part) -> list[Leg]:
    """The records of the job itself, by the combination of its matrix, in the order of their beginning."""
    wanted = part.inner or part.key
    by_leg: dict[str, list[Record]] = {}
    for record in records:
        name = str(record.get("job", ""))
        if record.get("jobID") == wanted and name.count("/") >= (2 if part.inner else 1):
            by_leg.setdefault(json.dumps(record.get("matrix") or {}, sort_keys=True), []).append(record)
    return [
        Leg(name=leg_name(str(rows[0]["job"]), part, many=len(by_leg)), matrix=json.loads(key), records=rows)
        for key, rows in by_leg.items()
        if wanted != PROBE
    ]


def leg_name(told: str, part: Part, *, many: int) -> str:
    """The job's name: what act prefixes and numbers is taken off."""
    name = told.strip().partition(f"{part.workflow.name}/")[2]
    head, _, number = name.rpartition("-")
    return head if many > 1 and number.isdigit() else name
