"""Ten thousand stories of a circuit: wrong clocks, and probes that succeed, fail, hang or are killed."""

from __future__ import annotations

import msgspec
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from remediate.model.policy import CircuitPolicy
from remediate.safety.circuit import Circuit, Closed, HalfOpen, Held, Open, Permit, ask, record, withdraw
from remediate.safety.moments import CLOCK_ERROR, HOUR

SEQUENCES = 10_000
STEPS = 8
START = 1_790_000_000.0
ERRORS = (-CLOCK_ERROR, -CLOCK_ERROR / 2, 0.0, 300.0, CLOCK_ERROR)
OWNERS = 4


class Stories(RuleBasedStateMachine):
    """`true` is the real time, which no writer knows; a probe runs at most for as long as it said."""

    @initialize(
        threshold=st.integers(1, 2),
        open_for=st.sampled_from((300.0, 24 * HOUR)),
        successes=st.integers(1, 2),
        errors=st.tuples(*[st.sampled_from(ERRORS)] * OWNERS),
        opened=st.booleans(),
    )
    def begin(
        self, threshold: int, open_for: float, successes: int, errors: tuple[float, ...], opened: bool
    ) -> None:
        self.policy = CircuitPolicy(
            failure_threshold=threshold, open_for=open_for, success_threshold=successes
        )
        self.true = START
        self.errors = errors
        self.circuit = Circuit(key="k")
        self.running: dict[str, float] = {}
        self.last_asked: dict[int, str] = {}
        self.asked = self.ended_well = 0
        if opened:
            self.circuit = msgspec.structs.replace(self.circuit, state=Open(since=START), seen=START)

    @rule(who=st.integers(0, OWNERS - 1), lasts=st.sampled_from((60.0, HOUR)), same=st.booleans())
    def asks(self, who: int, lasts: float, same: bool) -> None:
        """A writer asks under a new name, or under its last one again."""
        owner = self.last_asked.get(who, "") if same else ""
        self.asked += 1
        owner = owner or f"{who}: {self.asked}"
        self.last_asked[who] = owner
        before, now = self.circuit, self.true + self.errors[who]
        self.circuit, verdict = ask(before, self.policy, now, owner, lasts=lasts)
        if (
            isinstance(before.state, Open)
            and max(now, before.seen) < before.state.since + self.policy.open_for
        ):
            assert isinstance(verdict, Held)
        assert self.circuit.seen >= before.seen
        if isinstance(verdict, Held):
            assert verdict.until > now
            assert self.circuit == before
        elif verdict.probe:
            assert isinstance(verdict, Permit)
            self.running[owner] = self.true + verdict.seconds
            self.never_two_probes()

    @rule(who=st.integers(0, OWNERS - 1), succeeded=st.booleans())
    def ends(self, who: int, succeeded: bool) -> None:
        """A writer records the end of what it asked for last, be it late or never permitted."""
        owner, before = self.last_asked.get(who, "nobody"), self.circuit
        self.circuit = record(before, self.policy, self.true + self.errors[who], owner, succeeded)
        assert self.circuit.seen >= before.seen
        self.running.pop(owner, None)
        if isinstance(before.state, Closed):
            return
        if isinstance(self.circuit.state, Closed):
            # It may have taken longer than it said, but nobody else had begun since.
            assert isinstance(before.state, HalfOpen)
            assert before.state.lease
            assert before.state.lease.owner == owner
            assert succeeded
            assert self.ended_well + 1 >= self.policy.success_threshold
        if isinstance(self.circuit.state, Open | Closed):
            self.ended_well = 0
        elif self.circuit.state != before.state:
            self.ended_well += 1

    @rule(who=st.integers(0, OWNERS - 1))
    def is_killed(self, who: int) -> None:
        """The process is gone; nobody tells the circuit."""
        self.running.pop(self.last_asked.get(who, ""), None)

    @rule(who=st.integers(0, OWNERS - 1))
    def gives_up(self, who: int) -> None:
        owner = self.last_asked.get(who, "")
        self.circuit = withdraw(self.circuit, owner)
        self.running.pop(owner, None)

    @rule(seconds=st.sampled_from((1.0, 59.0, 300.0, HOUR, 2 * HOUR, 3 * HOUR - 1, 3 * HOUR, 25 * HOUR)))
    def time_passes(self, seconds: float) -> None:
        self.true += seconds
        self.running = {owner: end for owner, end in self.running.items() if end > self.true}

    @rule(who=st.integers(0, OWNERS - 1), error=st.sampled_from(ERRORS))
    def clock_jumps(self, who: int, error: float) -> None:
        """A clock is set, perhaps backwards, and stays within its error."""
        self.errors = (*self.errors[:who], error, *self.errors[who + 1 :])

    def never_two_probes(self) -> None:
        assert len(self.running) <= 1, self.running


TestStories = Stories.TestCase
TestStories.settings = settings(
    max_examples=SEQUENCES,
    stateful_step_count=STEPS,
    suppress_health_check=list(HealthCheck),
    database=None,
    phases=(Phase.generate, Phase.shrink),
)
