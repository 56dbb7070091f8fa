"""A command is tried again as long as its failures can be healed, and not once more; the clock is a fake."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from fakes.fake_clock import FakeClock

from remediate.model.diagnosis import Diagnosis
from remediate.model.outcome import Done, Ending, Failed, Recovered, Rehearsed, RollbackFailed, RolledBack
from remediate.model.plan import Escalation, Refusal
from remediate.model.run import Try
from remediate.model.subject import Subject
from remediate.stages.at_hand.trying import Attempt, Healing, Limits, Trial, outcome_of, tries_of

RECOVERED = Recovered(results=(Done(strategy="retry-command", summary="ready"),))
ROLLED_BACK = RolledBack(failure=Failed(strategy="lockfile-repair", reason="no"))


def diagnosis(
    cause: str = "network", recovery: str | None = "retry-command", signature: str = "one"
) -> Diagnosis:
    return Diagnosis(
        source="x", format="github", cause=cause, type=None, severity="low", confidence=0.9, transient=True,
        signature=signature, rule="r", title="t", evidence=(), step=None, recovery=recovery, hint=None,
    )  # fmt: skip


def failed(code: int = 1, **more: Any) -> Try:
    return Try(
        **{"number": 0, "started": 0.0, "seconds": 1.0, "code": code, "diagnosis": diagnosis(), **more}
    )


PASSED = Try(number=0, started=0.0, seconds=1.0, code=0)


class Scene:
    """A command that ends as told, one ending after the other, and a healer that answers as told."""

    def __init__(self, *ends: Try, endings: tuple[Ending, ...] = (RECOVERED,) * 9, wait: float = 2.5) -> None:
        self.ends, self.endings, self.wait = ends, endings, wait
        self.runs = 0
        self.clock = FakeClock()
        self.attempts: list[Attempt] = []
        self.learnt: list[bool] = []
        self.told: list[Ending] = []
        self.said: list[str] = []

    def run(self, number: int) -> tuple[Try, float | None]:
        self.runs += 1
        assert number == self.runs
        return msgspec.structs.replace(self.ends[number - 1], number=number), 17.0

    def heal(self, diagnosis: Diagnosis, subject: Subject, attempt: Attempt) -> Healing:
        self.attempts.append(attempt)
        return Healing(ending=self.endings[len(self.attempts) - 1], wait=self.wait)

    def learn(self, *, gone: bool) -> tuple[str, ...]:
        self.learnt.append(gone)
        return ("the mirror is set back",)

    def tries(self, **limits: Any) -> tuple[Try, ...]:
        return tuple(
            tries_of(
                Trial(
                    run=self.run,
                    heal=self.heal,
                    learn=self.learn,
                    tell=lambda _, healing: self.told.append(healing.ending),
                    say=self.said.append,
                    subject=Subject(),
                    limits=Limits(**limits),
                    clock=self.clock,
                )
            )
        )


def test_what_passes_is_run_once() -> None:
    scene = Scene(PASSED)
    tries = scene.tries()
    assert (len(tries), scene.runs, scene.clock.slept, outcome_of(tries)) == (1, 1, [], "passed")


@pytest.mark.parametrize(
    "end",
    [
        failed(diagnosis=diagnosis("test", None)),
        failed(diagnosis=diagnosis("compile", None)),
        failed(diagnosis=None, note="half a log"),
        failed(diagnosis=diagnosis("unclassified", None)),
        failed(interrupted=True),
        failed(code=124, timed_out=True, diagnosis=diagnosis("timeout", None)),
    ],
)
def test_a_real_failure_is_run_once_and_waits_for_nothing(end: Try) -> None:
    scene = Scene(end)
    tries = scene.tries()
    assert (scene.runs, scene.attempts, scene.clock.slept, scene.told) == (1, [], [], [])
    assert tries[-1].code == end.code
    assert outcome_of(tries) == ("interrupted" if end.interrupted else "failed")


def test_what_is_healed_is_run_again_after_the_wait() -> None:
    scene = Scene(failed(), PASSED)
    tries = scene.tries()
    assert [one.number for one in tries] == [1, 2]
    assert [one.waited for one in tries] == [2.5, 0.0]
    assert scene.clock.slept == [2.5]
    assert scene.attempts == [Attempt(number=1, retry_after=17.0)]
    assert scene.learnt == [True]
    assert scene.said == ["the mirror is set back"]
    assert outcome_of(tries) == "healed"


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        (Refusal(gate="circuit", reason="open"), "refused"),
        (Escalation(reason="a person"), "refused"),
        (ROLLED_BACK, "rolled-back"),
        (RollbackFailed(failure=ROLLED_BACK.failure, undone=(), remains=("x",)), "rolled-back"),
        (Rehearsed(), "rehearsed"),
    ],
)
def test_any_other_end_passes_the_failure_on_at_once(ending: Ending, outcome: str) -> None:
    scene = Scene(failed(code=42), endings=(ending,))
    tries = scene.tries()
    assert (scene.runs, scene.clock.slept, scene.told) == (1, [], [ending])
    assert (tries[-1].code, tries[-1].waited, outcome_of(tries)) == (42, 0.0, outcome)


def test_no_more_than_so_many_tries() -> None:
    scene = Scene(*(failed(),) * 5)
    tries = scene.tries(attempts=3)
    assert (scene.runs, len(scene.attempts), len(scene.clock.slept)) == (3, 2, 2)
    assert isinstance(tries[-1].ending, Refusal)
    assert tries[-1].ending.gate == "attempts"
    assert scene.learnt == [False, False]


def test_one_try_heals_nothing() -> None:
    scene = Scene(failed())
    scene.tries(attempts=1)
    assert (scene.runs, scene.attempts) == (1, [])


@pytest.mark.parametrize(
    ("limits", "healed"),
    [
        ({"only": ("network",)}, True),
        ({"only": ("cache", "network")}, True),
        ({"only": ("cache",)}, False),
        ({"never": ("network",)}, False),
        ({"never": ("cache",)}, True),
        ({"only": ("network",), "never": ("network",)}, False),
    ],
)
def test_causes_that_may_not_be_healed_are_not(limits: dict[str, tuple[str, ...]], healed: bool) -> None:
    scene = Scene(failed(), PASSED)
    scene.tries(**limits)
    assert scene.runs == (2 if healed else 1)


def test_another_failure_says_that_the_first_is_gone() -> None:
    scene = Scene(failed(), failed(diagnosis=diagnosis("test", None, "two")))
    tries = scene.tries()
    assert scene.learnt == [True]
    assert (scene.runs, outcome_of(tries)) == (2, "failed")


def test_an_end_that_nobody_looked_at_says_nothing_good() -> None:
    scene = Scene(failed(), failed(diagnosis=None))
    scene.tries()
    assert scene.learnt == [False]
