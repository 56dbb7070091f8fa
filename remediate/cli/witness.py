"""What `remediate run` says: a few words on standard error, a report, and what GitHub's runner reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from remediate.cli.formats.text import shown
from remediate.cli.terminal import say, style
from remediate.logs.redaction import Redactor
from remediate.model.outcome import Failed, StepResult
from remediate.model.plan import Refusal
from remediate.model.run import Run, Try
from remediate.notify.job import annotation, outputs
from remediate.notify.run_summary import named, summary, told
from remediate.stages.at_hand.trying import Healing
from remediate.system.documents import add_to, write_whole

_LONGEST = 500


class Witness:
    """Says little, and nothing when told to be quiet; what it cannot write never changes an exit code."""

    def __init__(self, redactor: Redactor, *, quiet: bool, report: str = "") -> None:
        self._redactor = redactor
        self._quiet = quiet
        self._report = report
        self._begin = ""

    def healing(self, one: Try, healing: Healing) -> None:
        """A failure that could be healed, and what came of it."""
        again = f"; try {one.number + 1} in {healing.wait:.1f} s" if healing.wait > 0 else ""
        self.say(f"try {one.number} failed: {named(one.diagnosis)}; {told(healing.ending)}{again}")
        if isinstance(healing.ending, Refusal) and healing.ending.hint:
            self.say(f"  way out: {healing.ending.hint}")
        for line in healing.told:
            self.say(line)

    def begin_line(self) -> None:
        """What was printed last has no end of line: our words shall begin one all the same."""
        self._begin = "\n"

    def timed_out(self, seconds: float) -> None:
        """A try was ended by us."""
        self.say(f"ended after {seconds:g} s, as --timeout says")

    def playbook(self, result: StepResult) -> None:
        """The step of the user's that follows a failure."""
        self.say(f"--on-failure {result.reason if isinstance(result, Failed) else result.summary}")
        if isinstance(result, Failed) and result.evidence:
            for line in result.evidence.splitlines()[-_LONGEST // 50 :]:
                self.say(f"  {line}")

    def whole(self, run: Run, environment: Mapping[str, str]) -> None:
        """All of it, where it was asked for."""
        if self._report:
            self._write(self._report, run)
        if environment.get("GITHUB_ACTIONS") == "true":
            self._tell_runner(run, environment)

    def say(self, text: str) -> None:
        """A line on standard error, without secrets, that no terminal and no runner obeys."""
        if not self._quiet:
            self._print(style("remediate: ", bold=True) + shown(self._redactor.redact(text)))

    def _print(self, line: str) -> None:
        say(self._begin + line, err=True)
        self._begin = ""

    def _write(self, file: str, run: Run) -> None:
        clean = _redacted(msgspec.to_builtins(run), self._redactor.redact)
        document = msgspec.json.format(msgspec.json.encode(clean), indent=2) + b"\n"
        try:
            write_whole(Path(file), document)
        except OSError as error:
            self.say(f"--report {file}: {error.strerror}")

    def _tell_runner(self, run: Run, environment: Mapping[str, str]) -> None:
        note = annotation(run, self._redactor.redact)
        if note:
            self._print(note)
        for name, text in (
            ("GITHUB_STEP_SUMMARY", "" if run.outcome == "passed" else summary(run, self._redactor.redact)),
            ("GITHUB_OUTPUT", outputs(run, f"remediate_{os.urandom(16).hex()}")),
        ):
            try:
                if environment.get(name) and text:
                    add_to(Path(environment[name]), text)
            except OSError as error:
                self.say(f"{name}: {error.strerror}")


def _redacted(value: object, redact: Callable[[str], str]) -> object:
    """Each text by itself: in the JSON of all of them a secret may be escaped, or end what is no string."""
    match value:
        case str():
            return redact(value)
        case list() | tuple():
            return [_redacted(one, redact) for one in value]
        case dict():
            return {name: _redacted(one, redact) for name, one in value.items()}
    return value
