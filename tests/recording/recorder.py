"""Plays one scenario inside its sandbox and writes down what the runner would have kept."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from . import names, packages, sandbox, server
from .certificates import make_certificates
from .frame import ABRUPT, Frame
from .header import Recording, write
from .hygiene import clean, find_dirt
from .scenario import Scenario


class RecordingError(Exception):
    """The play went otherwise than the scenario says."""


def install(scenario: Scenario) -> None:
    """Inside a sandbox that still has the network: fetch the tool by its ordinary client."""
    folder = sandbox.tool_folder(scenario.tool, scenario.install)
    folder.mkdir(parents=True, exist_ok=True)
    sandbox.furnish(folder, folder, network=True)
    path = f"{sandbox.PYTHON}/bin:{os.environ['PATH']}"
    environment = {**os.environ, "HOME": str(sandbox.HOME), "PATH": path}
    subprocess.run(["bash", "-e", "-c", scenario.install], cwd=sandbox.TOOL, env=environment, check=True)
    (sandbox.TOOL / ".installed").touch()


def record(scenario: Scenario, target: Path) -> None:
    certificates = sandbox.hold(make_certificates(sandbox.cache_folder() / "certificates"))
    target.parent.mkdir(parents=True, exist_ok=True)
    target = sandbox.hold(target.parent) / target.name
    tool = sandbox.tool_folder(scenario.tool, scenario.install)
    tool.mkdir(parents=True, exist_ok=True)
    sandbox.furnish(tool, certificates, network=False)
    _set_stage(scenario)
    names.start_names(scenario.dns)
    server.start_web(scenario.serve, sandbox.SITE, certificates)
    names.GUESTS.append(names.fill_backlog())
    _run_quietly(scenario, scenario.prepare)
    version = _run_quietly(scenario, scenario.version).decode().strip().splitlines()[0]
    frame, failed = _play(scenario)
    _keep(scenario, target, version, frame, failed)


def _set_stage(scenario: Scenario) -> None:
    packages.build_site(scenario.packages, sandbox.SITE)
    for name, text in scenario.files.items():
        path = sandbox.WORK / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755 if text.startswith("#!") else 0o644)
    if scenario.modules:
        (sandbox.WORK / "node_modules").mkdir()
        sandbox.mount("--bind", str(sandbox.TOOL / "node_modules"), str(sandbox.WORK / "node_modules"))
    subprocess.run(["chown", "-R", f"{sandbox.USER}:{sandbox.USER}", str(sandbox.WORK)], check=True)


def _run_quietly(scenario: Scenario, command: str) -> bytes:
    """As root, for a stage is set by its owner; what it makes in the work folder is the runner's."""
    environment = sandbox.environment(scenario.env)
    done = subprocess.run(
        ["bash", "-e", "-c", command],
        cwd=sandbox.WORK,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        raise RecordingError(f"{command!r} failed:\n{done.stdout.decode(errors='replace')[-3000:]}")
    hand_over = ["find", str(sandbox.HOME), "-xdev", "-user", "0"]
    hand_over += ["-exec", "chown", "-h", f"{sandbox.USER}:{sandbox.USER}", "{}", "+"]
    subprocess.run(hand_over, check=False, stderr=subprocess.DEVNULL)  # a stage may be read-only
    return done.stdout


def _play(scenario: Scenario) -> tuple[Frame, bool]:
    frame = Frame(scenario.id, scenario.job)
    frame.open()
    failed = False
    for step in scenario.steps:
        if failed and not step.get("always"):
            continue
        frame.open_step(step)
        output, code = _run_step(scenario, step)
        if output:
            frame.say_output(clean(output))
        frame.close_step(step, code)
        failed = failed or (bool(code) and not step.get("continue-on-error"))
        if step.get("end") in ABRUPT:
            return frame, True
    frame.close()
    return frame, failed


def _run_step(scenario: Scenario, step: dict[str, Any]) -> tuple[bytes, int]:
    script = sandbox.TEMP / "step.sh"
    script.write_text(str(step.get("exec", step.get("run"))))
    shown = {key: str(value) for key, value in step.get("env", {}).items()}
    inputs = {f"INPUT_{key.upper()}": str(value) for key, value in step.get("with", {}).items()}
    process = subprocess.Popen(
        [*sandbox.user_prefix(step.get("user", scenario.user)), "bash", "-e", str(script)],
        cwd=sandbox.WORK / step.get("in", "."),
        env=sandbox.environment({**scenario.env, **inputs, **shown}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    return _listen(process, step, scenario.patience)


def _listen(process: subprocess.Popen[bytes], step: dict[str, Any], patience: int) -> tuple[bytes, int]:
    """Collect the output until it ends, or until the scenario's moment to pull the plug."""
    assert process.stdout
    limit = time.monotonic() + step.get("kill-after", patience)
    heard = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while time.monotonic() < limit and not _is_cue(heard, step):
            if selector.select(timeout=0.2):
                part = os.read(process.stdout.fileno(), 65536)
                if not part:
                    return heard, _code(process.wait())
                heard += part
    if "end" not in step:
        _stop(process)
        raise RecordingError(f"no end after {patience} s:\n{heard[-3000:].decode(errors='replace')}")
    return heard + _stop(process), 143


def _is_cue(heard: bytes, step: dict[str, Any]) -> bool:
    return "kill-at" in step and str(step["kill-at"]).encode() in heard


def _stop(process: subprocess.Popen[bytes]) -> bytes:
    """Interrupt, then terminate, then kill, as a runner does."""
    rest = b""
    for number, send in ((signal.SIGINT, os.kill), (signal.SIGTERM, os.kill), (signal.SIGKILL, os.killpg)):
        try:
            send(process.pid, number)  # the first two reach the shell alone, as on a runner
            rest = process.communicate(timeout=1)[0]
            break
        except (subprocess.TimeoutExpired, ProcessLookupError):
            continue
    return rest or b""


def _code(status: int) -> int:
    return 128 - status if status < 0 else status


def _keep(scenario: Scenario, target: Path, version: str, frame: Frame, failed: bool) -> None:
    log = frame.text()
    proof = _find_lines(log, scenario.decisive)
    problems = {
        "it did not fail": scenario.kind != "success" and not failed,
        "it failed": scenario.kind == "success" and failed,
        "its decisive line is missing": scenario.decisive and not proof,
        f"it holds {', '.join(find_dirt(log))}": find_dirt(log),
    }
    wrong = [problem for problem, found in problems.items() if found]
    if wrong:
        output = log.decode(errors="replace").partition("log -1 --format=%H")[2]
        raise RecordingError(f"{'; '.join(wrong)}:\n{output[-6000:]}")
    truth = {
        "scenario": scenario.id,
        "tool": version,
        "kind": scenario.kind,
        "cause": scenario.cause,
        "recovery": scenario.recovery or "none",
    }
    truth |= {"also": scenario.also} if scenario.also else {}
    truth |= {"about": scenario.about} if scenario.about else {}
    truth |= {"evidence": " ".join(map(str, proof))} if proof else {}
    write(Recording(path=target, truth=truth, log=log))


def _find_lines(log: bytes, marks: tuple[str, ...]) -> list[int]:
    lines = log.split(b"\n")
    wanted = [mark.encode() for mark in marks]
    # the command's own echo, in cyan, is not its output
    return [
        number
        for number, line in enumerate(lines, 1)
        if any(mark in line for mark in wanted) and b"\x1b[36;1m" not in line and b"##[group]Run " not in line
    ]


if __name__ == "__main__":
    sys.exit("run scripts/record")
