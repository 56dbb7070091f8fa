"""A recovery on a platform on its way: the case as it is now, kept durably around each effect."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from remediate.model.case import Case, Deed
from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Plan, Step
from remediate.recovery.remote_strategy import Place, RemoteStrategy

Keep = Callable[[Case], None]
Named = Callable[[str], RemoteStrategy]

# In a deed's trace: why it is being taken back. No strategy writes a key of this name.
UNDOING = "undoing"


class RemoteCourse:
    """The journal of one recovery, which is the case itself."""

    def __init__(self, place: Place, keep: Keep, named: Named) -> None:
        self.case = place.case
        self._place = place
        self._keep = keep
        self._named = named

    @property
    def plan(self) -> Plan:
        """The plan of the case; that one has none is a bug of whoever asked."""
        assert self.case.plan is not None  # noqa: S101 - a case without a plan has no recovery
        return self.case.plan

    def deed(self, number: int) -> Deed | None:
        """The journal of a step, if it was begun."""
        return next((deed for deed in self.case.deeds if deed.step == number), None)

    def begin(self, number: int, *, snapshot: str = "") -> None:
        """Writes down that a step begins, before anything of it happens."""
        name = self.plan.steps[number].strategy
        deed = Deed(step=number, strategy=name, begun=self._place.clock.now())
        self._change(deeds=(*self.case.deeds, deed), phase="acting", snapshot=snapshot or self.case.snapshot)
        self.keep()

    def apply(self, number: int) -> StepResult:
        """The effect; its result is part of the case, and kept with what is kept next."""
        step, strategy = self._of(number)
        with self._there() as place:
            result = _told(
                step, lambda: strategy.apply(step, place, self._deed(number), self._note_for(number))
            )
        self.note(number, result=result)
        return result

    def undo(self, number: int) -> StepResult:
        """Takes a step back; its result is part of the case."""
        step, strategy = self._of(number)
        with self._there() as place:
            undone = _told(step, lambda: strategy.undo(step, place, self._deed(number)))
        self.note(number, undone=undone)
        return undone

    def note(self, number: int, **fields: object) -> None:
        """Changes the deed, without keeping it yet."""
        deed = msgspec.structs.replace(self._deed(number), **fields)
        self._change(deeds=tuple(deed if each.step == number else each for each in self.case.deeds))

    def turn(self, phase: str) -> None:
        """The case goes on to another phase, durably."""
        self._change(phase=phase)
        self.keep()

    def keep(self) -> None:
        """Durable before it returns."""
        self._keep(self.case)

    def _note_for(self, number: int) -> Callable[[dict[str, str]], None]:
        def note(trace: dict[str, str]) -> None:
            self.note(number, trace={**self._deed(number).trace, **trace})
            self.keep()

        return note

    def _deed(self, number: int) -> Deed:
        return next(deed for deed in self.case.deeds if deed.step == number)

    def _of(self, number: int) -> tuple[Step, RemoteStrategy]:
        step = self.plan.steps[number]
        return step, self._named(step.strategy)

    def _change(self, **fields: object) -> None:
        self.case = msgspec.structs.replace(self.case, **fields)

    @contextlib.contextmanager
    def _there(self) -> Iterator[Place]:
        with fresh(msgspec.structs.replace(self._place, case=self.case)) as place:
            yield place


@contextlib.contextmanager
def fresh(place: Place) -> Iterator[Place]:
    """The place with an empty folder of its own, which is thrown away."""
    place.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.folder) as folder:
        yield msgspec.structs.replace(place, folder=Path(folder))


def _told(step: Step, ask: Callable[[], StepResult]) -> StepResult:
    """A file that cannot be written is a result; a platform that is out of reach is asked again later."""
    try:
        return ask()
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return Failed(strategy=step.strategy, reason=f"{where}{error.strerror or type(error).__name__}")


def failure_of(case: Case) -> Failed | None:
    """Why the recovery of this case is being taken back; None where it is not."""
    for deed in case.deeds:
        if isinstance(deed.result, Failed):
            return deed.result
    for deed in case.deeds:
        if UNDOING in deed.trace:
            return Failed(strategy=deed.strategy, reason=deed.trace[UNDOING])
    return None


def done_of(case: Case) -> tuple[Done, ...]:
    """What was done so far."""
    return tuple(deed.result for deed in case.deeds if isinstance(deed.result, Done))
