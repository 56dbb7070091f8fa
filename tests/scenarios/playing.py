"""Plays a scenario: makes its stage in a temporary folder, runs it there, and gathers the facts."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from machine import resolver
from machine.fault_port import FaultPort
from machine.faults import Faults, read_fault
from machine.tools import ROOT, find, search_path
from recording.certificates import make_certificates
from running import COMMAND, WHEEL
from scenarios.inside import NOT_PREPARED
from scenarios.registries import Registries
from scenarios.scenario import Scenario

from remediate.system.cache import cache_folder

HERE = Path(__file__).resolve().parent
WORK = ROOT / ".work" / "scenarios"
PYTHON_TOOLS = ROOT / ".work" / "tools" / "python" / "bin"
TOKEN = re.compile(r"@([a-z-]+)@")
PAST_THE_RESOLVER = ("composer",)
"""PHP binds its libraries to the C library's own resolver."""
DNS_FAULTS = {"dns-down": "down", "dns-gone": "gone"}


class Facts(NamedTuple):
    """What really happened."""

    code: int
    codes: tuple[int, ...]
    output: str
    report: Any
    touched: tuple[str, ...]
    requests: Mapping[str, list[str]]

    @property
    def tries(self) -> int:
        return len(self.codes)


class NotPrepared(Exception):
    """The scenario's own preparation failed: a bug of the scenario."""


def why_not(scenario: Scenario) -> str:
    """Why this machine cannot play it; empty where it can."""
    for program in scenario.needs:
        if not (find(program) or (PYTHON_TOOLS / program).exists()):
            return f"{program} is not installed"
    if scenario.given.disk and not _may_mount():
        return "by nature: no file system can be mounted here"
    return resolver.why_not()


def _may_mount() -> bool:
    probe = [*_alone(), "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return (
        bool(shutil.which("unshare"))
        and not subprocess.run(probe, capture_output=True, check=False).returncode
    )


def _alone() -> list[str]:
    return ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


class Stage:
    """The folders, ports and programs of one scenario."""

    def __init__(self, scenario: Scenario, folder: Path, registries: Registries) -> None:
        self.scenario = scenario
        self.folder = folder
        self.registries = registries
        self.home, self.project = folder / "home", folder / "project"
        self.tries_file, self.resolver_file = folder / "tries", folder / "resolver"
        self.tokens = {"home": str(self.home), "project": str(self.project), "site": str(folder / "site")}
        self.tokens["state"], self.tokens["gocache"] = str(folder / "state"), str(WORK / "go-build")
        for each in (self.home, self.project, folder / "shims", folder / "tmp", folder / "site"):
            each.mkdir(parents=True)
        self.tries_file.touch()

    def tries(self) -> int:
        return self.tries_file.stat().st_size // len("begun\n")

    def fill(self, text: str) -> str:
        """Tokens as `@npm@` become addresses and folders."""
        return TOKEN.sub(lambda found: self.tokens.get(found[1], found[0]), text)

    def open_ports(self, stack: ExitStack) -> dict[str, Faults]:
        """One port for each registry that the scenario speaks of."""
        given, opened = self.scenario.given, {}
        text = json.dumps([given.files, given.env, given.prepare, given.policy, self.scenario.run])
        text += json.dumps(self.scenario.faults)
        certificates = _certificates() if given.tls else None
        for token in sorted(set(TOKEN.findall(text)) - self.tokens.keys()):
            kind = token.removeprefix("mirror-")
            orders = [fault for fault in self.scenario.faults if fault.get("at") == token]
            faults = Faults(tuple(map(read_fault, orders)), self.tries)
            upstream: Any = lambda *request, at=token: self._upstreams[at](*request)  # noqa: E731
            port = stack.enter_context(FaultPort(upstream, faults, certificates)).port
            host = "mirror.example" if token != kind else "registry.example"
            host = "127.0.0.1" if kind in PAST_THE_RESOLVER else host
            self.tokens[token] = f"http{'s' if certificates else ''}://{host}:{port}"
            self.tokens[f"{token}-port"] = str(port)
            opened[token] = faults
        self._upstreams = {
            token: self.registries.upstream(
                token.removeprefix("mirror-"),
                given.packages.get(token.removeprefix("mirror-"), []),
                self._site(token.removeprefix("mirror-")),
                self.tokens[token],
            )
            for token in opened
        }
        return opened

    def _site(self, kind: str) -> Path:
        folder = self.folder / "site" / kind
        folder.mkdir(exist_ok=True)
        return folder

    def write(self) -> None:
        """The project, its web files, and the configuration of Remediate."""
        for name, text in self.scenario.given.files.items():
            _put(self.project / self.fill(name), self.fill(text))
        for name, text in self.scenario.given.web.items():
            _put(self.folder / "site" / "web" / name, self.fill(text))
        policy = {
            "backoff-first": 0.05,
            "backoff-most": 3.0,
            "state": self.tokens["state"],
            **self.scenario.given.policy,
        }
        self.policy = self.folder / "remediate.yml"
        self.policy.write_text(self.fill(yaml.safe_dump(policy)))

    def environment(self) -> dict[str, str]:
        own = {name: self.fill(str(value)) for name, value in self.scenario.given.env.items()}
        path = [str(self.folder / "shims"), search_path()]
        if PYTHON_TOOLS.is_dir():
            path.insert(1, str(PYTHON_TOOLS))
        passed = {
            name: os.environ[name]
            for name in ("RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "JAVA_HOME")
            if name in os.environ
        }
        rustup = Path.home() / ".rustup"
        if rustup.is_dir():
            passed.setdefault("RUSTUP_HOME", str(rustup))
        return {
            **passed,
            "PATH": os.pathsep.join(path),
            "HOME": str(self.home),
            "TMPDIR": str(self.folder / "tmp"),
            "LANG": "C.UTF-8",
            "CI": "true",
            "LD_PRELOAD": str(resolver.build(WORK)),
            "REMEDIATE_RESOLVER": str(self.resolver_file),
            "REMEDIATE_STATE": self.tokens["state"],
            "PYTHONPATH": "" if WHEEL else str(ROOT),
            **own,
        }

    def shim(self) -> list[str]:
        """The command, whose program is now one that counts its calls."""
        program, *arguments = shlex.split(self.fill(self.scenario.run))
        wanted = self.scenario.programs.get(program, program)
        real = PYTHON_TOOLS / wanted if (PYTHON_TOOLS / wanted).exists() else find(wanted)
        resolving = [DNS_FAULTS[str(f["do"])] for f in self.scenario.faults if f["do"] in DNS_FAULTS]
        told = {
            "program": str(real),
            "arguments": arguments,
            "folder": str(self.project.resolve()),
            "tries": str(self.tries_file),
            "refusing": list(self._refusing()),
            "resolver": [str(self.resolver_file), resolving[0]] if resolving else None,
            "memory": _bytes(self.scenario.given.memory),
            "facts": str(self.folder / "facts"),
            **self.watched(),
        }
        config = self.folder / "shim.json"
        config.write_text(json.dumps(told))
        shim = self.folder / "shims" / program
        shim.write_text(f'#!/bin/sh\nexec {sys.executable} -IS {HERE}/counted.py {config} "$@"\n')
        shim.chmod(0o755)
        return [program, *arguments]

    def _refusing(self) -> Iterator[tuple[str, int | None]]:
        """The ports at which nobody listens, and for how many tries; None for all."""
        for order in self.scenario.faults:
            if order["do"] == "refuse":
                yield self.tokens[f"{order['at']}-port"], read_fault(order).tries

    def watched(self) -> dict[str, Any]:
        """What may not be touched, and what is not looked at: Remediate's own compiled rules."""
        armed = str(self.folder / "armed")
        return {
            "armed": armed,
            "roots": [str(self.home), str(self.project)],
            "apart": [str(self.home / ".cache/remediate")],
        }


def _certificates() -> Path:
    """Made once; several tests may come first."""
    target = WORK / "certificates"
    if not target.is_dir():
        WORK.mkdir(parents=True, exist_ok=True)
        made = make_certificates(Path(tempfile.mkdtemp(dir=WORK)))
        with contextlib.suppress(OSError):  # another was first
            made.rename(target)
    return target


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if text.startswith("#!"):
        path.chmod(0o755)


def _bytes(size: str) -> int:
    return int(size[:-1]) * {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}[size[-1]] if size else 0


Wrap = Callable[[Stage, list[str]], list[str]]


def under_remediate(stage: Stage, command: list[str]) -> list[str]:
    """As a user runs it."""
    options = ["--config", str(stage.policy), "--report", str(stage.folder / "report.json")]
    return [*COMMAND, "run", *options, "--", *command]


def plainly(stage: Stage, command: list[str]) -> list[str]:
    """Without Remediate, to see what the tool says."""
    return command


def play(scenario: Scenario, folder: Path, registries: Registries, wrap: Wrap = under_remediate) -> Facts:
    """Everything from an empty folder to the facts."""
    stage = Stage(scenario, folder, registries)
    with ExitStack() as stack:
        ports = stage.open_ports(stack)
        stage.write()
        _run(stage, wrap(stage, stage.shim()))
        return _gather(stage, {token: faults.requests for token, faults in ports.items()})


def _run(stage: Stage, command: list[str]) -> None:
    environment = stage.environment()
    _share_rules(stage.home)
    given = stage.scenario.given
    told = {
        "folder": str(stage.project),
        "disk": [stage.fill(given.disk.at), given.disk.size] if given.disk else None,
        "prepare": stage.fill(given.prepare),
        "prepared": str(stage.folder / "prepared.log"),
        "command": command,
        "output": str(stage.folder / "output.log"),
        "facts": str(stage.folder / "facts"),
        **stage.watched(),
    }
    config = stage.folder / "inside.json"
    config.write_text(json.dumps(told))
    alone = _alone() if given.disk else []
    whole = [*alone, sys.executable, "-IS", str(HERE / "inside.py"), str(config)]
    done = subprocess.run(whole, env=environment, timeout=120, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (stage.folder / "prepared.log").read_text() if done.returncode == NOT_PREPARED else done.stderr
        raise NotPrepared(f"{stage.scenario.id}: {said}")


def _share_rules(home: Path) -> None:
    """A source tree compiles its rules once for the user, not once for each home."""
    shared = cache_folder(os.environ, sys.platform)
    if shared and not WHEEL:
        (home / ".cache").mkdir(exist_ok=True)
        Path(shared).mkdir(parents=True, exist_ok=True)
        (home / ".cache/remediate").symlink_to(shared)


def _gather(stage: Stage, requests: Mapping[str, list[str]]) -> Facts:
    end = json.loads((stage.folder / "facts-end.json").read_text())
    tries = [json.loads((stage.folder / f"facts-{n}.json").read_text()) for n in range(1, stage.tries() + 1)]
    # What changes while the command runs is its own doing; what changes in between is ours.
    lasts = [end["before"], *(one["tree"] for one in tries)]
    nexts = [*(one["begun"] for one in tries), end["tree"]]
    changed = {
        path
        for last, after in zip(lasts, nexts, strict=True)
        for path in last.keys() | after.keys()
        if last.get(path) != after.get(path)
    }
    report = stage.folder / "report.json"
    return Facts(
        code=end["code"],
        codes=tuple(one["code"] for one in tries),
        output=(stage.folder / "output.log").read_text(errors="replace"),
        report=json.loads(report.read_text()) if report.exists() else None,
        touched=tuple(sorted(os.path.relpath(path, stage.folder) for path in changed)),
        requests=requests,
    )
