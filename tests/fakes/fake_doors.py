"""What the in-memory doors have in common: each call is counted, and one of them can be the last."""

from __future__ import annotations

from fakes.fake_clock import FakeClock

from remediate.errors import Unreachable


class Killed(BaseException):
    """The process died here."""


class FakeDoors:
    """`calls` holds each call in its order, `effects` what was changed.

    `die_at` is the number of the call, from 1, before which the process dies; None: never. `unreachable`
    names calls that the platform refuses or does not answer, with the reason.
    """

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.calls: list[str] = []
        self.effects: list[str] = []
        self.die_at: int | None = None
        self.unreachable: dict[str, str] = {}

    def enter(self, call: str) -> None:
        """A call begins."""
        if self.die_at is not None and len(self.calls) + 1 >= self.die_at:
            raise Killed
        self.calls.append(call)
        name = call.partition(" ")[0]
        if name in self.unreachable:
            raise Unreachable(f"{name}: {self.unreachable[name]}")

    def happened(self, effect: str) -> None:
        """Something is not as it was."""
        self.effects.append(effect)
