"""A circuit opens, waits, lets one probe through, and closes; told by a clock that the tests hold."""

from __future__ import annotations

import pytest

from remediate.model.policy import CircuitPolicy, Policy
from remediate.safety.circuit import (
    Circuit,
    Closed,
    HalfOpen,
    Held,
    Open,
    Permit,
    ask,
    record,
    reset,
    trip,
    withdraw,
)
from remediate.safety.moments import CLOCKS_DIFFER, HOUR

POLICIES = {"branch": Policy().circuit, "repository": Policy().repository_circuit}
NOON = 1_790_000_000.0
BRANCH = POLICIES["branch"]


def failed(circuit: Circuit, policy: CircuitPolicy, times: int, now: float = NOON) -> Circuit:
    for number in range(times):
        circuit = record(circuit, policy, now, f"owner {number}", succeeded=False)
    return circuit


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
def test_opens_waits_probes_and_closes(policy: CircuitPolicy) -> None:
    circuit = failed(Circuit(key="k"), policy, policy.failure_threshold - 1)
    circuit, verdict = ask(circuit, policy, NOON, "a")
    assert verdict == Permit()
    circuit = failed(circuit, policy, 1)
    assert circuit.state == Open(since=NOON)
    now = NOON + policy.open_for
    _, verdict = ask(circuit, policy, now - 1, "a")
    assert isinstance(verdict, Held)
    for number in range(policy.success_threshold):
        assert not isinstance(circuit.state, Closed)
        circuit, verdict = ask(circuit, policy, now, f"probe {number}")
        assert verdict == Permit(probe=True, seconds=HOUR)
        assert isinstance(ask(circuit, policy, now, "another")[1], Held)
        circuit = record(circuit, policy, now, f"probe {number}", succeeded=True)
    assert circuit.state == Closed()


def test_a_success_starts_the_count_anew() -> None:
    circuit = failed(Circuit(), BRANCH, 2)
    circuit = record(circuit, BRANCH, NOON, "a", succeeded=True)
    assert failed(circuit, BRANCH, 2).state == Closed(failures=2)


def test_a_failed_probe_opens_for_the_whole_time_again() -> None:
    circuit = failed(Circuit(), BRANCH, 3)
    later = NOON + BRANCH.open_for + 5
    circuit, _ = ask(circuit, BRANCH, later, "probe")
    assert record(circuit, BRANCH, later + 7, "probe", succeeded=False).state == Open(since=later + 7)


def half_open(owner: str = "probe") -> tuple[Circuit, float]:
    now = NOON + BRANCH.open_for
    return ask(failed(Circuit(key="k"), BRANCH, 3), BRANCH, now, owner)[0], now


@pytest.mark.parametrize("succeeded", [True, False])
def test_only_the_probe_is_heard(succeeded: bool) -> None:
    circuit, now = half_open()
    assert record(circuit, BRANCH, now, "a late one", succeeded).state == circuit.state
    opened = failed(Circuit(), BRANCH, 3)
    assert record(opened, BRANCH, NOON + 9, "a late one", succeeded).state == opened.state


def test_a_killed_probe_frees_its_lease_when_every_clock_says_so() -> None:
    circuit, now = half_open()
    ends = now + HOUR + CLOCKS_DIFFER
    assert isinstance(ask(circuit, BRANCH, ends - 1, "next")[1], Held)
    circuit, verdict = ask(circuit, BRANCH, ends, "next")
    assert verdict == Permit(probe=True, seconds=HOUR)
    # The one that was thought dead speaks up: the lease of the next stays.
    assert record(circuit, BRANCH, ends, "probe", succeeded=False).state == circuit.state


def test_who_holds_the_lease_may_ask_again_and_never_shortens_it() -> None:
    circuit, now = half_open()
    again, verdict = ask(circuit, BRANCH, now - HOUR, "probe", lasts=1)
    assert isinstance(verdict, Permit)
    assert again.state == circuit.state


def test_a_clock_that_goes_backwards_shortens_nothing() -> None:
    opened = failed(Circuit(), BRANCH, 3)
    held = record(opened, BRANCH, NOON - HOUR, "x", succeeded=False)
    assert held == opened
    circuit, now = half_open()
    failed_probe = record(circuit, BRANCH, now - HOUR, "probe", succeeded=False)
    assert failed_probe.state == Open(since=now)


def test_a_withdrawn_probe_counts_for_nothing() -> None:
    circuit, now = half_open()
    assert withdraw(circuit, "another") == circuit
    freed = withdraw(circuit, "probe")
    assert freed.state == HalfOpen()
    assert isinstance(ask(freed, BRANCH, now, "another")[1], Permit)


def test_a_trip_opens_only_what_is_closed() -> None:
    assert trip(Circuit(), NOON).state == Open(since=NOON)
    circuit, now = half_open()
    assert trip(circuit, now) == circuit


def test_a_refusal_says_when_and_how() -> None:
    _, verdict = ask(failed(Circuit(key="c0ffee"), BRANCH, 3), BRANCH, NOON, "a")
    assert isinstance(verdict, Held)
    assert verdict.until == NOON + BRANCH.open_for
    assert verdict.reason == (
        "the circuit c0ffee is open; it may be tried again from 2026-09-22 14:13 UTC on"
    )
    assert verdict.hint == "`remediate circuits reset c0ffee` closes it at once."


def test_a_clock_that_is_far_behind_is_named() -> None:
    _, verdict = ask(failed(Circuit(key="k"), BRANCH, 3), BRANCH, NOON - 10 * HOUR, "a")
    assert isinstance(verdict, Held)
    assert "10 hours behind" in verdict.reason


@pytest.mark.parametrize("broken", [float("inf"), 1e300, -1e300])
def test_a_time_that_is_none_holds_and_can_be_said(broken: float) -> None:
    _, verdict = ask(Circuit(key="k", state=Open(since=abs(broken))), BRANCH, NOON, "a")
    assert isinstance(verdict, Held)
    assert "a time that no clock has" in verdict.reason


def test_a_person_closes_it_and_mends_its_time() -> None:
    poisoned = failed(Circuit(key="k"), BRANCH, 3, now=NOON * 2)
    closed = reset(poisoned, "ada", NOON)
    assert closed == Circuit(key="k", seen=NOON, reset_by="ada", reset_at=NOON)
    assert failed(closed, BRANCH, 3).state == Open(since=NOON)
