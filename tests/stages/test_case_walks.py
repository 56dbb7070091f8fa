"""Random walks of failures, people, kills and healers: each failed attempt ends once, and is counted once."""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from fakes.fake_platform import Killed
from fakes.fake_shelf import FakeShelf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from staged import POLICY, Repository, diagnosed

from remediate.errors import Unreachable
from remediate.model.actions import WorkflowRun
from remediate.model.case import Case
from remediate.model.policy import HOUR
from remediate.model.stage import Agenda, Finding, Findings
from remediate.ports import Documents
from remediate.stages.collect import collect
from remediate.stages.doors import Doors
from remediate.stages.recover import recover
from remediate.stages.verify import verify
from remediate.state.cases import Register, read_register

# A real defect, what another try heals, and what nobody can name.
CAUSES = ("test", "network", "cache", "")
QUIET = ("cancelled", "action_required", "neutral", "stale", "skipped")
CONCLUSIONS = ("failure", "timed_out", "startup_failure", *QUIET)
REFUSED = ("run", "rerun_failed", "jobs", "unsuccessful_runs", "comments")

number = st.integers(0, 5)
seconds = st.sampled_from([1.0, 30.0, 70.0, 400.0, 1900.0, 2 * HOUR])
EVENTS = st.one_of(
    st.tuples(st.just("fails"), st.sampled_from(CAUSES), st.sampled_from("abc")),
    st.tuples(st.just("is_quiet"), st.sampled_from(QUIET)),
    st.tuples(st.just("ends"), number, st.sampled_from(("success", *CONCLUSIONS)), st.sampled_from(CAUSES)),
    st.tuples(st.just("is_rerun"), number),
    st.tuples(st.just("is_deleted"), number),
    st.tuples(st.just("time_passes"), seconds),
    st.tuples(st.just("heals")),
    st.tuples(st.just("heals_unread")),
    st.tuples(st.just("heals_uncounted")),
    st.tuples(st.just("dies"), st.integers(1, 40)),
    st.tuples(st.just("rehearses")),
    st.tuples(st.just("two_heal")),
    st.tuples(st.just("is_refused"), st.sampled_from(REFUSED)),
    st.tuples(st.just("is_switched_off")),
    st.tuples(st.just("is_reset")),
)


class Mortal(FakeShelf):
    """A store that processes die at, before and after each change."""

    def __init__(self, here: Repository) -> None:
        super().__init__()
        self._here = here

    def change(
        self, change_id: str, names: Sequence[str], change: Callable[[Documents], Documents]
    ) -> Documents:
        self._here.github.enter("change")
        after = super().change(change_id, names, change)
        self._here.github.enter("changed")
        return after


class Walk:
    """What happens, one thing after the other; `causes` says of each attempt why it failed."""

    def __init__(self, folder: Path) -> None:
        self.here = Repository(folder)
        self.here.store = self.shelf = Mortal(self.here)
        self.github = self.here.github
        self.runs: list[int] = []
        self.causes: dict[str, str] = {}

    # What happens to runs.

    def fails(self, cause: str, branch: str) -> None:
        run = self.here.fails(branch=branch)
        self.runs.append(run.id)
        self.causes[run.key] = cause

    def is_quiet(self, conclusion: str) -> None:
        self.runs.append(self.here.fails(conclusion=conclusion).id)

    def ends(self, which: int, conclusion: str, cause: str) -> None:
        run = self._latest(which)
        if run and (not run.ended or run.conclusion == "action_required"):
            self.causes[self.here.ends(run, conclusion).key] = cause

    def is_rerun(self, which: int) -> None:
        """By a person, so it is no effect of ours."""
        run = self._latest(which)
        if run and run.ended and run.conclusion != "action_required":
            again = msgspec.structs.replace(
                run,
                attempt=run.attempt + 1,
                status="in_progress",
                conclusion="",
                started=self.here.clock.now(),
            )
            self.github.attempts[run.id].append(again)

    def is_deleted(self, which: int) -> None:
        run = self._latest(which)
        if run:
            del self.github.attempts[run.id]

    def _latest(self, which: int) -> WorkflowRun | None:
        number = self.runs[which % len(self.runs)] if self.runs else 0
        return self.github.attempts[number][-1] if number in self.github.attempts else None

    # What happens to the world.

    def time_passes(self, seconds: float) -> None:
        self.here.clock.advance(seconds)

    def is_refused(self, call: str) -> None:
        """From now on, or no longer."""
        self.github.unreachable = {} if self.github.unreachable else {call: "502"}

    def is_switched_off(self) -> None:
        off = not self.here.policy.kill_switch
        self.here.policy = msgspec.structs.replace(POLICY, kill_switch=off)

    def is_reset(self) -> None:
        """All circuits are closed, by command."""
        self.shelf.files.pop("circuits.json", None)

    # What healers do.

    def heals(self) -> None:
        with contextlib.suppress(Unreachable):
            self._heals(*self.here.begins())

    def heals_unread(self) -> None:
        with contextlib.suppress(Unreachable):
            self._heals(*self.here.begins(), unread=True)

    def heals_uncounted(self) -> None:
        with contextlib.suppress(Unreachable):
            agenda, doors = self.here.begins()
            verify(recover(self._found(agenda), doors), doors)

    def dies(self, calls: int) -> None:
        self.github.die_at = len(self.github.calls) + calls
        with contextlib.suppress(Killed):
            self.heals()
        self.github.die_at = None

    def two_heal(self) -> None:
        with contextlib.suppress(Unreachable):
            first, second = self.here.begins(), self.here.begins()
            self._heals(*first)
            self._heals(*second)

    def rehearses(self) -> None:
        before = dict(self.shelf.files), list(self.github.effects)
        with contextlib.suppress(Unreachable):
            self._heals(*self.here.begins(dry_run=True))
        assert before == (self.shelf.files, self.github.effects)

    def _heals(self, agenda: Agenda, doors: Doors, *, unread: bool = False) -> None:
        before = list(self.github.effects)
        findings = Findings(agenda=agenda) if unread else self._found(agenda)
        collect(verify(recover(findings, doors), doors), doors)
        if self.here.policy.kill_switch:
            assert self.github.effects == before

    def _found(self, agenda: Agenda) -> Findings:
        wanted = [case for case in (*agenda.new, *agenda.open) if case.diagnosis is None]
        return Findings(agenda=agenda, findings=tuple(map(self._finding, wanted)))

    def _finding(self, case: Case) -> Finding:
        cause = self.causes.get(case.key) or "unclassified"
        known = {} if cause != "unclassified" else {"signature": None, "rule": None, "confidence": 0.0}
        return Finding(case=msgspec.structs.replace(case, diagnosis=diagnosed(cause, **known)))

    # What must hold.

    def register(self) -> Register:
        created = [run.created for attempts in self.github.attempts.values() for run in attempts]
        now = self.here.clock.now()
        return read_register(self.here.store, now - 30 * 24 * HOUR, now, created)

    def comes_to_rest(self) -> None:
        """Nothing more happens, but that what goes on ends well, and the schedule goes on."""
        self.github.unreachable = {}
        self.here.policy = POLICY
        self.github.on_rerun = lambda _run: "success"
        for attempts in list(self.github.attempts.values()):
            if not attempts[-1].ended:
                self.here.ends(attempts[-1], "success")
        for _ in range(40):
            self.heals()
            self.time_passes(6 * HOUR)
            if not self.register().open and not self.register().untold:
                return

    def check(self) -> None:
        register = self.register()
        assert not register.open, [(case.key, case.phase, case.reason) for case in register.open.values()]
        assert not register.untold
        for attempts in self.github.attempts.values():
            if attempts[-1].conclusion != "success":
                assert register.knows(attempts[-1].key), attempts[-1]
        for closing in register.closed.values():
            assert closing.standing != "pending"
            assert closing.reason
            if closing.standing == "healed":
                self._is_green(closing.key)
        metrics = self.here.metrics
        assert metrics.cases == Counter(one.standing for one in register.closed.values())
        assert metrics.detections.total == sum(bool(one.cause) for one in register.closed.values())
        lines = Counter(line.owner for line in self.here.history())
        assert set(lines.values()) <= {1}, lines
        for effect in self.github.effects:
            self._was_worth_it(effect)

    def _is_green(self, key: str) -> None:
        run, _, attempt = key.partition("-")
        after = [one for one in self.github.attempts.get(int(run), ()) if one.attempt == int(attempt) + 1]
        assert all(one.conclusion == "success" for one in after), (key, after)

    def _was_worth_it(self, effect: str) -> None:
        verb, _, key = effect.partition(" ")
        run, _, attempt = key.partition("-")
        assert verb == "rerun", effect
        assert self.causes[f"{run}-{int(attempt) - 1}"] in ("network", "cache")


@settings(derandomize=True, max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(EVENTS, min_size=8, max_size=24))
def test_every_failed_attempt_ends_once_and_is_counted_once(events: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        walk = Walk(Path(folder))
        for name, *given_ in events:
            getattr(walk, name)(*given_)
        walk.comes_to_rest()
        walk.check()
