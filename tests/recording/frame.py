"""The lines that a runner writes around a job's commands, on a clock that a seed decides."""

from __future__ import annotations

import datetime
import random
import re

OPENING = """\
Current runner version: '2.332.0'
##[group]Runner Image Provisioner
Hosted Compute Agent
Version: 20260212.511
Commit: 5b2d1f0c9e7a4833b6d0a1c2e3f405162738495a
Build Date: 2026-02-12T09:41:07Z
##[endgroup]
##[group]Operating System
Debian GNU/Linux
12
bookworm
##[endgroup]
##[group]Runner Image
Image: demo-debian-12
Version: 20260301.48.1
##[endgroup]
##[group]GITHUB_TOKEN Permissions
Contents: read
Metadata: read
##[endgroup]
Secret source: Actions
Prepare workflow directory
Prepare all required actions
Getting action download info
Download action repository 'actions/checkout@v5' (SHA:1f0e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c)
Complete job name: {job}
##[group]Run actions/checkout@v5
with:
  repository: demo/demo
  token: ***
  ssh-strict: true
  ssh-user: git
  persist-credentials: true
  clean: true
  fetch-depth: 1
  show-progress: true
  lfs: false
  submodules: false
  set-safe-directory: true
##[endgroup]
Syncing repository: demo/demo
##[group]Getting Git version info
Working directory is '/home/runner/work/demo/demo'
[command]/usr/bin/git version
git version 2.39.5
##[endgroup]
Temporarily overriding HOME='/home/runner/work/_temp/{uuid}' before making global git config changes
Adding repository directory to the temporary git global config as a safe directory
[command]/usr/bin/git config --global --add safe.directory /home/runner/work/demo/demo
##[group]Initializing the repository
[command]/usr/bin/git init /home/runner/work/demo/demo
Initialized empty Git repository in /home/runner/work/demo/demo/.git/
[command]/usr/bin/git remote add origin https://github.com/demo/demo
##[endgroup]
##[group]Disabling automatic garbage collection
[command]/usr/bin/git config --local gc.auto 0
##[endgroup]
##[group]Setting up auth
[command]/usr/bin/git config --local --name-only --get-regexp core\\.sshCommand
[command]/usr/bin/git config --local http.https://github.com/.extraheader AUTHORIZATION: basic ***
##[endgroup]
##[group]Fetching the repository
[command]/usr/bin/git -c protocol.version=2 fetch --no-tags --depth=1 origin +{sha}:refs/remotes/origin/main
From https://github.com/demo/demo
 * [new ref]         {sha} -> origin/main
##[endgroup]
##[group]Determining the checkout info
##[endgroup]
##[group]Checking out the ref
[command]/usr/bin/git checkout --progress --force -B main refs/remotes/origin/main
branch 'main' set up to track 'origin/main'.
Switched to a new branch 'main'
##[endgroup]
[command]/usr/bin/git log -1 --format=%H
{sha}
"""

CLOSING = """\
Post job cleanup.
[command]/usr/bin/git version
git version 2.39.5
Temporarily overriding HOME='/home/runner/work/_temp/{uuid}' before making global git config changes
Adding repository directory to the temporary git global config as a safe directory
[command]/usr/bin/git config --global --add safe.directory /home/runner/work/demo/demo
[command]/usr/bin/git config --local --name-only --get-regexp core\\.sshCommand
[command]/usr/bin/git config --local --get-regexp http\\.https\\:\\/\\/github\\.com\\/\\.extraheader
http.https://github.com/.extraheader
[command]/usr/bin/git config --local --unset-all http.https://github.com/.extraheader
"""

SHUTDOWN = (
    "##[error]The runner has received a shutdown signal. This can happen when the runner service is "
    "stopped, or a manually started runner is canceled."
)
LOST = (
    "##[error]The hosted runner: GitHub Actions {number} lost communication with the server. Anything in "
    "your workflow that terminates the runner process, starves it for CPU/Memory, or blocks its network "
    "access can cause this error."
)
CANCELED = "##[error]The operation was canceled."

# How a step that does not end by itself ends, in the runner's words.
ENDINGS = {
    "shutdown": (SHUTDOWN, "##[error]Process completed with exit code 143."),
    "shutdown-canceled": (SHUTDOWN, CANCELED),
    "lost": (LOST,),
    "canceled": (CANCELED,),
    "step-timeout": ("##[error]The action '{step}' has timed out after {minutes} minutes.",),
    "job-timeout": (
        "##[error]The job has exceeded the maximum execution time of {minutes}m0s",
        CANCELED,
    ),
    "cut": (),  # the log just stops, as after a power cut
}
ABRUPT = ("lost", "cut")

COMMAND = re.compile(rb"^\s*::(error|warning|notice|debug|group|endgroup)( [^:]*)?::(.*)$")


class Frame:
    """A job's log in the making."""

    def __init__(self, seed: str, job: str) -> None:
        self.random = random.Random(seed)
        day = datetime.timedelta(minutes=self.random.randrange(60 * 24 * 80))
        self.now = datetime.datetime(2026, 1, 5, 6, 0) + day
        self.ticks = 0
        self.lines: list[bytes] = []
        self.facts = {"job": job, "number": str(self.random.randrange(2, 900))}
        self.facts["sha"] = f"{self.random.getrandbits(160):040x}"

    def open(self) -> None:
        self._say_template(OPENING)

    def open_step(self, step: dict[str, object]) -> None:
        if "uses" in step:
            self.say(f"##[group]Run {step['uses']}")
            self._say_map("with", step.get("with"))
        else:
            command = str(step["run"]).rstrip("\n").split("\n")
            self.say(f"##[group]Run {command[0]}")
            for line in command:
                self.say(f"\x1b[36;1m{line}\x1b[0m")
            self.say("shell: /usr/bin/bash -e {0}")
        self._say_map("env", step.get("env"))
        self.say("##[endgroup]")

    def close_step(self, step: dict[str, object], code: int) -> None:
        ending = str(step.get("end", ""))
        if ending:
            facts = {**self.facts, "step": step.get("name", "Run tests"), "minutes": step.get("minutes", 30)}
            for line in ENDINGS[ending]:
                self.say(line.format(**facts))
        elif code and "uses" not in step:
            self.say(f"##[error]Process completed with exit code {code}.")

    def close(self) -> None:
        self._say_template(CLOSING)
        self.say("Cleaning up orphan processes")

    def say_output(self, output: bytes) -> None:
        for line in re.split(rb"\r\n|\n|\r", output.removesuffix(b"\n")):
            for shown in _translate(line):
                self._add(shown)

    def say(self, line: str) -> None:
        self._add(line.encode())

    def text(self) -> bytes:
        return b"\xef\xbb\xbf" + b"".join(self.lines)

    def _say_template(self, template: str) -> None:
        number = self.random.getrandbits(128)
        digits = f"{number:032x}"
        uuid = "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "9" + digits[17:20], digits[20:]))
        for line in template.format(**self.facts, uuid=uuid).splitlines():
            self.say(line)

    def _say_map(self, title: str, values: object) -> None:
        if isinstance(values, dict):
            self.say(f"{title}:")
            for key, value in values.items():
                self.say(f"  {key}: {value}")

    def _add(self, line: bytes) -> None:
        self.ticks += self.random.randrange(400, 2_500_000)
        moment = self.now + datetime.timedelta(microseconds=self.ticks // 10)
        stamp = f"{moment:%Y-%m-%dT%H:%M:%S.%f}{self.ticks % 10}Z "
        self.lines.append(stamp.encode() + line + b"\n")


def _translate(line: bytes) -> list[bytes]:
    """Show a workflow command as the runner shows it; its debug lines it keeps to itself."""
    found = COMMAND.match(line)
    if not found:
        return [line]
    text = found[3].replace(b"%0D", b"").replace(b"%0A", b"\n").replace(b"%25", b"%")
    return [] if found[1] == b"debug" else (b"##[" + found[1] + b"]" + text).split(b"\n")
