"""A story: a project in the box with our workflow in it, what people do to it, and what became of it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from box import Box, Job, Repository, Run, Step
from house import WATCHING, move_in
from running import COMMAND
from running import environment as running

from remediate.model.case import Case, Closing
from remediate.state.cases import Day, Open

BRANCH = "remediate-state"
# A process of ours that takes longer hangs, on however slow a machine.
PATIENCE = 600
RIGHTS = ("actions", "checks", "contents", "issues", "pull-requests")
CALM = "health: {cpu: [1, 1, 1], memory: [1, 1, 1], disk: [1, 1, 1]}\nbackoff-first: 0s\nbackoff-most: 0s\n"


def ci(*scripts: str, name: str = "CI", on: str = "push", more: str = "") -> str:
    """A workflow of one job whose steps run these scripts, on the files of the commit."""
    rows = "".join(f"      - run: |\n{_indented(script)}" for script in scripts)
    head = f"name: {name}\non: {on}\npermissions: {{contents: read}}\n{more}"
    job = "  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"
    return f"{head}jobs:\n{job}{rows}"


def _indented(script: str) -> str:
    return "".join(f"          {line}\n" for line in script.splitlines())


class Story:
    """One repository, `octo/shop`, in a box of its own."""

    def __init__(
        self, box: Box, folder: Path, *, config: str = CALM, files: dict[str, str] | None = None
    ) -> None:
        self.box = box
        self.folder = folder
        move_in(box, folder)
        box.life.environment["COUNTED"] = str(folder / "counted")
        self.repo: Repository = box.repository(
            "octo/shop",
            files={
                "README.md": "A shop.\n",
                ".github/workflows/remediate.yml": WATCHING,
                ".github/remediate.yml": config,
                **(files or {}),
            },
        )
        box.person("ada", self.repo, permission="write")
        self.config = config
        self.healed = 0
        self.token = box.token(self.repo, permissions=dict.fromkeys(RIGHTS, "write"))

    # What people do.

    def push(self, files: dict[str, str | None], branch: str = "main", message: str = "Change") -> str:
        """A push by ada; its workflows are queued."""
        return self.repo.commit(files, branch=branch, message=message, fire=True)

    def goes_on(self, *pauses: float) -> None:
        """Everything that is due happens; after each pause, what is due then."""
        self.box.settle()
        for pause in pauses:
            self.box.tick(pause)
            self.box.settle()

    def fails(
        self, log: bytes | None, *, attempt: Callable[[Run], list[Job]] | None = None, **more: Any
    ) -> Run:
        """A run that failed a moment ago, without a runner; `attempt` gives the jobs of later attempts."""
        words = {
            "workflow": ".github/workflows/ci.yml",
            "name": "CI",
            "branch": "main",
            "sha": more.pop("sha", None) or self.repo.git.head("main"),
            "event": "push",
            "actor": "ada",
            **more,
        }
        job = Job(
            name="build", conclusion="failure", log=log, steps=[Step(name="Run npm ci", conclusion="failure")]
        )
        words.setdefault("jobs", [job])
        if attempt is not None:
            self.repo.on_rerun = attempt
        return self.repo.add_run(conclusion="failure", status="completed", **words)

    def heal(self, *options: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        """`remediate heal` as a step of a job has it: a token, the repository, its checkout."""
        self.healed += 1
        return self.command("heal", "--output", str(self.folder / "told.json"), *options, check=check, **more)

    def command(self, *words: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        """Our command beside a token, in the folder of the checkout."""
        process = self.begin(*words, **more)
        said, complained = process.communicate(timeout=PATIENCE)
        done = subprocess.CompletedProcess(words, process.returncode, said, complained)
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def begin(self, *words: str, **more: str) -> subprocess.Popen[str]:
        """The same, which goes on while the story does; it leads a group of its own."""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": running()["PYTHONPATH"],
            "HOME": str(self.folder),
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
            "GITHUB_TOKEN": self.token,
            "GITHUB_REPOSITORY": self.repo.full_name,
            "GITHUB_SERVER_URL": self.box.address,
            "GITHUB_API_URL": self.box.api,
            "GITHUB_RUN_ID": str(9000 + self.healed),
            **more,
        }
        return subprocess.Popen(
            [*COMMAND, *words],
            cwd=self._desk(),
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def furnish(self, files: dict[str, str]) -> None:
        """What else the checkout holds that the first stage reads."""
        for name, text in files.items():
            (self._desk() / name).write_text(text)

    def _desk(self) -> Path:
        desk = self.folder / "desk"
        if not desk.exists():
            (desk / ".git").mkdir(parents=True)
            place = desk / ".github" / "remediate.yml"
            place.parent.mkdir()
            place.write_text(self.config)
        return desk

    @property
    def told(self) -> str:
        """The summary that the last `heal` wrote."""
        return str(json.loads((self.folder / "told.json").read_text())["summary"])

    # What became of it.

    def runs(self, name: str = "CI") -> list[Run]:
        return [run for run in self.repo.runs.values() if run.name == name]

    @property
    def healers(self) -> list[Run]:
        return self.runs("Remediate")

    def document(self, name: str) -> Any:
        """A document of the state branch; None where there is none."""
        head = self.repo.git.head(BRANCH)
        data = self.repo.git.read(head, name) if head else None
        return json.loads(data) if data else None

    def case(self, run: Run, attempt: int = 1) -> Case | Closing | None:
        """The attempt as the state knows it."""
        key = f"{run.id}-{attempt}"
        head = self.repo.git.head(BRANCH)
        if head is None:
            return None
        for name in sorted({*self.names("cases/")} - {"cases/untold.json"}):
            data = self.repo.git.read(head, name)
            if name == "cases/open.json":
                found: list[Case | Closing] = list(msgspec.json.decode(data, type=Open).cases)
            else:
                found = list(msgspec.json.decode(data, type=Day).closings)
            for one in found:
                if one.key == key:
                    return one
        return None

    def standing(self, run: Run, attempt: int = 1) -> str:
        case = self.case(run, attempt)
        return case.standing if case else "unknown"

    def names(self, below: str = "") -> list[str]:
        """The documents on the state branch."""
        head = self.repo.git.head(BRANCH)
        if head is None:
            return []
        listed = self.repo.git.run("ls-tree", "-r", "--name-only", head).decode().split()
        return [name for name in listed if name.startswith(below)]

    def summary(self, healer: Run | None = None) -> str:
        """What the last run of ours wrote into its summary."""
        run = healer or self.healers[-1]
        return "\n".join(text for (number, _, _), text in self.box.life.summaries.items() if number == run.id)

    def writes(self) -> list[str]:
        """Every request that changed something, as `METHOD path`."""
        return [
            f"{seen.method} {seen.path}"
            for seen in self.box.requests
            if seen.method not in ("GET", "HEAD") and not seen.path.endswith("/git-upload-pack")
        ]

    def log(self, run: Run) -> str:
        """All logs of a run's last attempt, for a person who wonders."""
        return "\n".join(
            f"== {job.name}: {job.conclusion}\n" + (job.log or b"").decode("utf-8", "replace")
            for job in run.attempt.jobs
        )
