"""Runs a command in our place, diagnoses each failed try, and has healed what can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from msgspec.structs import replace

from remediate.diagnosis.diagnose import Knowledge, diagnose
from remediate.diagnosis.moving import moved
from remediate.logs.archives import LogPart
from remediate.logs.cutting import cut
from remediate.logs.formats import FORMATS
from remediate.logs.redaction import Redactor
from remediate.logs.visible import for_terminal
from remediate.model.diagnosis import Diagnosis
from remediate.model.run import Run, Try
from remediate.model.subject import Subject
from remediate.ports import Clock
from remediate.stages.at_hand.framing import Framed, script_of
from remediate.stages.at_hand.trying import Heal, Healing, Learn, Limits, Trial, outcome_of, tries_of
from remediate.stages.at_hand.waiting import retry_after
from remediate.system.passing import Passage

_END_LINES = 2
_LONGEST_NAME = 80


class Finish(msgspec.Struct, frozen=True, kw_only=True):
    """A try as it went: when it began, how long it took, how it ended."""

    started: float
    seconds: float
    passage: Passage


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be run, and within what limits."""

    command: tuple[str, ...]
    subject: Subject
    limits: Limits
    timeout: float | None = None


class Doors(msgspec.Struct, frozen=True, kw_only=True):
    """What a run needs of others; `know` loads the rules, which nothing but a failure needs."""

    go: Callable[[], Finish]
    know: Callable[[], Knowledge]
    heal: Heal
    learn: Learn
    tell: Callable[[Try, Healing], None]
    say: Callable[[str], None]
    redactor: Redactor
    clock: Clock


def run_command(first: Finish, order: Order, doors: Doors) -> Run:
    """What became of the command, whose first try is over."""
    trial = Trial(
        run=_Attempts(first, order, doors),
        heal=doors.heal,
        learn=doors.learn,
        tell=doors.tell,
        say=doors.say,
        subject=order.subject,
        limits=order.limits,
        clock=doors.clock,
    )
    tries = tuple(tries_of(trial))
    words = tuple(doors.redactor.redact(word) for word in order.command)
    name = _name(order.command, doors.redactor)
    return Run(name=name, command=words, code=tries[-1].code, outcome=outcome_of(tries), tries=tries)


class _Attempts:
    def __init__(self, first: Finish, order: Order, doors: Doors) -> None:
        self._first = first
        self._order = order
        self._doors = doors
        self._knowledge: Knowledge | None = None

    def __call__(self, number: int) -> tuple[Try, float | None]:
        finish = self._first if number == 1 else self._doors.go()
        passage = finish.passage
        note = _why_undiagnosed(passage)
        found = None if note or passage.code == 0 else self._examine(passage)
        asked = None
        if found is not None and found.recovery is not None:
            asked = retry_after(passage.spool.open(), self._doors.clock.now())
        passage.spool.close()
        one = Try(
            number=number,
            started=finish.started,
            seconds=finish.seconds,
            code=passage.code,
            timed_out=passage.timed_out,
            interrupted=passage.interrupted,
            diagnosis=found,
            note=note,
        )
        return one, asked

    def _examine(self, passage: Passage) -> Diagnosis:
        if self._knowledge is None:
            self._knowledge = self._doors.know()
        command, redactor = self._order.command, self._doors.redactor
        timeout = self._order.timeout if passage.timed_out else None
        log = Framed(passage.spool.open(), command, passage.code, timeout)
        part = LogPart(name=_name(command, redactor), stream=log)
        found = diagnose(part, self._knowledge, redactor, form=FORMATS["github"])
        # Places are those of the output: nobody sees the frame.
        found = moved(found, lines=-log.head_lines, offset=-log.head_bytes)
        lines = max(0, found.lines - log.head_lines - _END_LINES)
        step = found.step and replace(found.step, first_line=1, last_line=max(1, lines))
        seen = tuple(one for one in found.evidence if 1 <= one.line <= lines)
        return replace(found, lines=lines, step=step, evidence=seen)


def _why_undiagnosed(passage: Passage) -> str:
    """Why a failure is not looked at; empty where it can be, or where there is none."""
    if passage.code == 0:
        return ""
    if passage.problem:
        return passage.problem
    if passage.interrupted:
        return "interrupted"
    if passage.spool.lost:
        return "more was printed than could be kept: half a log tells half the truth"
    if passage.reader_gone:
        return "whoever read the output has gone, and the command was told so"
    return ""


def _name(command: Sequence[str], redactor: Redactor) -> str:
    return cut(for_terminal(redactor.redact(script_of(command).split("\n")[0])), _LONGEST_NAME)
