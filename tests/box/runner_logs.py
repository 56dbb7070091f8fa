"""What act said, as GitHub's runner would have written it: the log, its steps and its annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .acting import Leg, Record
from .expressions import interpolate
from .runner_notes import Notes
from .runner_words import (
    BEFORE,
    END,
    HEAD,
    INNER,
    LEVELS,
    PRINTED,
    SETUP,
    SHELLS,
    WORKSPACE,
    fake_sha,
    is_checkout,
    stamp,
    step_name,
)
from .runs import Step


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the log's head and groups tell; `definition` is the job, `head` the workflow's document."""

    name: str
    repository: str
    definition: Mapping[str, Any]
    head: Mapping[str, Any]
    permissions: Mapping[str, str]
    contexts: Mapping[str, Any]
    begins: float


@dataclass(kw_only=True)
class Written:
    """A job as it stands on GitHub afterwards."""

    steps: list[Step] = field(default_factory=list)
    notes: Notes = field(default_factory=Notes)
    lines: list[str] = field(default_factory=list)
    conclusion: str = "success"
    seconds: float = 0

    @property
    def log(self) -> bytes:
        """The bytes that the log's address gives, beginning with a mark as GitHub's do."""
        return ("\ufeff" + "".join(f"{line}\n" for line in self.lines)).encode()


class Writer:
    """Writes one job; each step takes a second of the box's time, its lines spread over it."""

    def __init__(self, facts: Facts, leg: Leg) -> None:
        self.facts, self.leg = facts, leg
        self.written = Written()
        self.contexts = {**facts.contexts, "matrix": leg.matrix}
        self.short = facts.repository.partition("/")[2]

    def write(self) -> Written:
        """The whole job."""
        defined = self.facts.definition.get("steps") or []
        by_step: dict[str, list[Record]] = {}
        for record in self.leg.records:
            key = "/".join(
                ("Post", *record["stepID"][:1])
                if record.get("stage") == "Post"
                else record.get("stepID", ())[:1]
            )
            by_step.setdefault(key, []).append(record)
        self._section(SETUP, list(self._head()), "success")
        for index, step in enumerate(defined):
            self._step(step, by_step.get(str(step.get("id") or index), []))
        ended = [str(record["jobResult"]) for record in self.leg.records if "jobResult" in record]
        if ended[-1:] == ["failure"] and not any(
            record.get("stepResult") for key, rows in by_step.items() for record in rows if key
        ):
            self.written.conclusion = "failure"
        for index, step in reversed(list(enumerate(defined))):
            self._post(step, by_step.get(f"Post/{step.get('id') or index}", []))
        self._section(END, ["Cleaning up orphan processes"], "success")
        self.written.seconds = float(len(self.written.steps))
        return self.written

    def _section(self, name: str, lines: Sequence[str], conclusion: str) -> None:
        begins = self.facts.begins + len(self.written.steps)
        stamped = [
            f"{stamp(begins + (at + 1) / (len(lines) + 1))} {part}"
            for at, line in enumerate(lines)
            for part in self._clean(line).split("\n")
        ]
        self.written.lines += stamped
        step = Step(
            name,
            conclusion,
            number=len(self.written.steps) + 1,
            log=("".join(f"{line}\n" for line in stamped)).encode(),
            started_at=begins,
            completed_at=begins + 1,
        )
        self.written.steps.append(step)

    def _step(self, step: Mapping[str, Any], records: Sequence[Record]) -> None:
        name = step_name(step, self.contexts)
        self.written.notes.next_step()
        if not any(record.get("stepResult") for record in records):
            return self._section(name, [], "skipped")
        results = [r["stepResult"] for r in records if r.get("stepResult") and len(r["stepID"]) == 1]
        failed = bool(results) and results[-1] == "failure"
        forgiven = interpolate(step.get("continue-on-error", False), self.contexts) == "true"
        self._section(
            name, list(self._told(step, records)), "failure" if failed and not forgiven else "success"
        )
        if failed and not forgiven:
            self.written.conclusion = "failure"
        return None

    def _post(self, step: Mapping[str, Any], records: Sequence[Record]) -> None:
        said = [str(record["msg"]).rstrip("\r\n") for record in records if record.get("raw_output")]
        name = f"Post {step_name(step, self.contexts)}"
        if is_checkout(step):
            self._section(name, self._cleanup(), "success")
        elif said:
            self._section(name, ["Post job cleanup.", *said], "success")

    def _told(self, step: Mapping[str, Any], records: Sequence[Record]) -> Iterator[str]:
        for record in records:
            message, depth = str(record.get("msg", "")), len(record["stepID"])
            if record.get("stage") == "Pre":
                continue
            if BEFORE.match(message):
                if depth == 1 or not is_checkout(step):  # the stand-in's own steps are no business of the log
                    yield from self._opening(step if depth == 1 else None, BEFORE.sub("", message))
            elif "command" in record:
                yield from self._command(record)
            elif record.get("raw_output"):
                yield message.rstrip("\r\n")
            elif record.get("level") == "error" and "stepResult" not in record:
                yield from self._error(message.strip(), records, depth)

    def _opening(self, step: Mapping[str, Any] | None, text: str) -> Iterator[str]:
        script = str(step["run"]).rstrip("\n") if step and text == "add-mask command" else text.rstrip("\n")
        yield f"##[group]Run {script.split(chr(10))[0]}"
        if step and "uses" in step:
            yield from self._rows("with", step.get("with") or {})
        else:
            yield from (f"\x1b[36;1m{line}\x1b[0m" for line in script.split("\n"))
            shell = str((step or {"shell": "bash"}).get("shell", self._default_shell()))
            yield f"shell: {SHELLS.get(shell, shell)}"
        yield from self._rows("env", self._environment(step or {}))
        yield "##[endgroup]"

    def _default_shell(self) -> str:
        for place in (self.facts.definition, self.facts.head):
            found = ((place.get("defaults") or {}).get("run") or {}).get("shell")
            if found:
                return str(found)
        return ""

    def _environment(self, step: Mapping[str, Any]) -> dict[str, Any]:
        merged: dict[str, Any] = {}
        for place in (self.facts.head, self.facts.definition, step):
            merged.update(place.get("env") or {})
        return merged

    def _rows(self, title: str, rows: Mapping[str, Any]) -> Iterator[str]:
        if rows:
            yield f"{title}:"
        for name, value in rows.items():
            yield f"  {name}: {interpolate(value, self.contexts)}".rstrip("\n")

    def _command(self, record: Record) -> Iterator[str]:
        name, said = record["command"], str(record.get("arg", ""))
        if name == "summary":
            self.written.notes.summarize(str(record.get("content", "")))
        elif name == "endgroup":
            yield "##[endgroup]"
        elif name in PRINTED:
            yield f"{PRINTED[name]}{said}"
        if name in LEVELS:
            self.written.notes.annotate(LEVELS[name], said, record.get("kvPairs") or {})

    def _error(self, message: str, records: Sequence[Record], depth: int) -> Iterator[str]:
        if any(len(record["stepID"]) > depth and record.get("stepResult") == "failure" for record in records):
            return  # a composite action: its inner step has told already
        exited = re.fullmatch(r"(?:exit status |exitcode '?)(\d+).*", message)
        words = f"Process completed with exit code {exited[1]}." if exited else message
        yield f"##[error]{words}"
        self.written.notes.annotate("failure", words, {})

    def _clean(self, text: str) -> str:
        place = f"/home/runner/work/{self.short}/{self.short}"
        return INNER.sub("/home/runner/work/_temp/", WORKSPACE.sub(place, text))

    def _head(self) -> Iterator[str]:
        yield from HEAD
        yield "##[group]GITHUB_TOKEN Permissions"
        for scope, level in sorted({**self.facts.permissions, "metadata": "read"}.items()):
            if level != "none":
                yield f"{scope.title().replace('_', '')}: {level}"
        yield from ("##[endgroup]", "Secret source: Actions", "Prepare workflow directory")
        actions = [str(step["uses"]) for step in self.facts.definition.get("steps") or [] if "uses" in step]
        if actions:
            yield from ("Prepare all required actions", "Getting action download info")
        for uses in dict.fromkeys(each for each in actions if not each.startswith("./")):
            yield f"Download action repository '{uses}' (SHA:{fake_sha(uses)})"
        yield f"Complete job name: {self.facts.name}"

    def _cleanup(self) -> list[str]:
        return ["Post job cleanup.", "[command]/usr/bin/git version", "git version 2.51.0"]


def write_log(facts: Facts, leg: Leg) -> Written:
    """Writes what a leg said."""
    return Writer(facts, leg).write()
