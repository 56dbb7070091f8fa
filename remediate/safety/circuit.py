"""A circuit that stops recoveries which keep failing: closed, open, half-open with one leased probe."""

from __future__ import annotations

import msgspec

from remediate.model.policy import CircuitPolicy
from remediate.safety.moments import CLOCKS_DIFFER, HOUR, moment


class Lease(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who probes, and from when on the probe counts as dead."""

    owner: str
    ends: float


class Closed(msgspec.Struct, frozen=True, kw_only=True, tag="closed", forbid_unknown_fields=True):
    """Recoveries pass; so many failed in a row."""

    failures: int = 0


class Open(msgspec.Struct, frozen=True, kw_only=True, tag="open", forbid_unknown_fields=True):
    """Nothing passes."""

    since: float


class HalfOpen(msgspec.Struct, frozen=True, kw_only=True, tag="half-open", forbid_unknown_fields=True):
    """One probe at a time passes; so many succeeded in a row."""

    successes: int = 0
    lease: Lease | None = None


State = Closed | Open | HalfOpen


class Circuit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A circuit; `key` names it to a person.

    `seen` is the latest time that any writer had: time in a circuit never runs backwards, so that a slow
    clock can neither shorten a lease nor the time that a circuit is open.
    """

    key: str = ""
    state: State = Closed()
    seen: float = 0.0
    reset_by: str = ""
    reset_at: float = 0.0


class Permit(msgspec.Struct, frozen=True, kw_only=True, tag="permit"):
    """A recovery may begin. A probe must have ended, or be given up, after so many `seconds`."""

    probe: bool = False
    seconds: float = 0.0


class Held(msgspec.Struct, frozen=True, kw_only=True, tag="held"):
    """No recovery may begin before `until`, by the circuit's own time."""

    until: float
    reason: str
    hint: str


def ask(
    circuit: Circuit, policy: CircuitPolicy, now: float, owner: str, *, lasts: float = HOUR
) -> tuple[Circuit, Permit | Held]:
    """Whether `owner` may begin a recovery; a probe's lease stands in the circuit that is given back.

    A lease is longer than the `lasts` seconds of its probe by as much as two clocks may differ: whoever finds
    it ended, by whichever clock, can be sure that the probe is over. Who holds it may ask again.
    """
    time = max(now, circuit.seen)
    match circuit.state:
        case Closed():
            return msgspec.structs.replace(circuit, seen=time), Permit()
        case Open(since=since):
            if time < since + policy.open_for:
                return circuit, _held(circuit, "open", since + policy.open_for, now)
            successes, lease = 0, None
        case HalfOpen(successes=successes, lease=lease):
            if lease and lease.owner != owner and time < lease.ends:
                return circuit, _held(circuit, f"being probed by {lease.owner}", lease.ends, now)
    held = lease.ends if lease and lease.owner == owner else 0.0
    probing = Lease(owner=owner, ends=max(held, time + lasts + CLOCKS_DIFFER))
    state = HalfOpen(successes=successes, lease=probing)
    return msgspec.structs.replace(circuit, state=state, seen=time), Permit(probe=True, seconds=lasts)


def record(circuit: Circuit, policy: CircuitPolicy, now: float, owner: str, succeeded: bool) -> Circuit:
    """The circuit after a recovery of `owner` ended.

    Of a half-open circuit only the probe is heard: what began before it opened, or lost its lease, says
    nothing about now, and must not end the lease of another.
    """
    time = max(now, circuit.seen)
    state = circuit.state
    match circuit.state:
        case Closed(failures=failures):
            failures = 0 if succeeded else failures + 1
            state = Open(since=time) if failures >= policy.failure_threshold else Closed(failures=failures)
        case HalfOpen(successes=successes, lease=Lease(owner=probing)) if probing == owner:
            state = _probed(successes + 1, policy) if succeeded else Open(since=time)
    return msgspec.structs.replace(circuit, state=state, seen=time)


def withdraw(circuit: Circuit, owner: str) -> Circuit:
    """The circuit after `owner` gave up before it did anything: its lease is free, nothing is counted."""
    match circuit.state:
        case HalfOpen(successes=successes, lease=Lease(owner=probing)) if probing == owner:
            return msgspec.structs.replace(circuit, state=HalfOpen(successes=successes))
    return circuit


def trip(circuit: Circuit, now: float) -> Circuit:
    """Opens a closed circuit at once; any other stays as it is."""
    if not isinstance(circuit.state, Closed):
        return circuit
    time = max(now, circuit.seen)
    return msgspec.structs.replace(circuit, state=Open(since=time), seen=time)


def reset(circuit: Circuit, who: str, now: float) -> Circuit:
    """A person closes the circuit. Its time begins anew too: a wrong clock may have been the trouble."""
    return Circuit(key=circuit.key, seen=now, reset_by=who, reset_at=now)


def _probed(successes: int, policy: CircuitPolicy) -> State:
    return Closed() if successes >= policy.success_threshold else HalfOpen(successes=successes)


def _held(circuit: Circuit, how: str, until: float, now: float) -> Held:
    again = f"the circuit {circuit.key} is {how}; it may be tried again from {moment(until)} on"
    late = circuit.seen - now
    if late > CLOCKS_DIFFER:
        again += f"; this machine's clock is {late / HOUR:.0f} hours behind that of the one which wrote it"
    return Held(
        until=until, reason=again, hint=f"`remediate circuits reset {circuit.key}` closes it at once."
    )
