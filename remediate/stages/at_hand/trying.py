"""Runs a command again as long as its failures can be healed, and no longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

import msgspec
from msgspec.structs import replace

from remediate.model.diagnosis import Diagnosis
from remediate.model.outcome import Ending, Recovered, Rehearsed, RollbackFailed, RolledBack
from remediate.model.plan import Escalation, Refusal
from remediate.model.run import RunOutcome, Try
from remediate.model.subject import Subject
from remediate.ports import Clock


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a failed try besides its diagnosis: which it was, and what a server asked for."""

    number: int
    retry_after: float | None = None


class Healing(msgspec.Struct, frozen=True, kw_only=True):
    """How a recovery ended, the seconds to let pass before the next try, and what to tell the user."""

    ending: Ending
    wait: float = 0.0
    told: tuple[str, ...] = ()


class Heal(Protocol):
    """Decides on a diagnosis and does what was decided."""

    def __call__(self, diagnosis: Diagnosis, subject: Subject, attempt: Attempt) -> Healing: ...


class Learn(Protocol):
    """Is told whether the failure was gone at the try after its recovery; gives what a person must know."""

    def __call__(self, *, gone: bool) -> tuple[str, ...]: ...


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How often a command may be tried, and which causes may be healed; `only` empty means all."""

    attempts: int = 3
    only: tuple[str, ...] = ()
    never: tuple[str, ...] = ()

    def refuse(self, diagnosis: Diagnosis, number: int) -> Refusal | None:
        """Why this failure may not be healed."""
        cause = diagnosis.cause
        if cause in self.never or (self.only and cause not in self.only):
            which = "--never names it" if cause in self.never else "--only does not name it"
            return Refusal(gate="mode", reason=f"{cause} is not to be healed: {which}")
        if number >= self.attempts:
            tries = "one try is" if self.attempts == 1 else f"{self.attempts} tries are"
            return Refusal(gate="attempts", reason=f"{tries} all there may be", hint="Raise --max-attempts.")
        return None


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What running a command again needs; `run` gives a try without its ending, and what a server asked."""

    run: Callable[[int], tuple[Try, float | None]]
    heal: Heal
    learn: Learn
    tell: Callable[[Try, Healing], None]
    say: Callable[[str], None]
    subject: Subject
    limits: Limits
    clock: Clock


def tries_of(trial: Trial) -> Iterator[Try]:
    """Each try in its turn, the last of them one that passed or is not followed by another."""
    healed: Diagnosis | None = None
    for number in range(1, trial.limits.attempts + 1):
        one, asked = trial.run(number)
        if healed is not None:
            for line in trial.learn(gone=_gone(healed, one)):
                trial.say(line)
        healing = _heal(one, asked, trial)
        if healing is None:
            yield one
            return
        trial.tell(one, healing)
        again = isinstance(healing.ending, Recovered)
        yield replace(one, ending=healing.ending, waited=healing.wait if again else 0.0)
        if not again:
            return
        trial.clock.sleep(healing.wait)
        healed = one.diagnosis


def outcome_of(tries: tuple[Try, ...]) -> RunOutcome:
    """What became of the command."""
    last = tries[-1]
    if last.code == 0:
        return "passed" if len(tries) == 1 else "healed"
    if last.interrupted:
        return "interrupted"
    match last.ending:
        case Refusal() | Escalation():
            return "refused"
        case RolledBack() | RollbackFailed():
            return "rolled-back"
        case Rehearsed():
            return "rehearsed"
        case _:
            return "failed"


def _heal(one: Try, asked: float | None, trial: Trial) -> Healing | None:
    """None where there is nothing to heal: the command passed, or a person has to mend it."""
    found = one.diagnosis
    if one.code == 0 or one.interrupted or found is None or found.recovery is None:
        return None
    refusal = trial.limits.refuse(found, one.number)
    if refusal:
        return Healing(ending=refusal)
    return trial.heal(found, trial.subject, Attempt(number=one.number, retry_after=asked))


def _gone(healed: Diagnosis, after: Try) -> bool:
    """Whether the failure did not come again; another one in its place says so too."""
    found = after.diagnosis
    return after.code == 0 or (found is not None and found.signature not in (None, healed.signature))
