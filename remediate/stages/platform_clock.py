"""The platform's time: its runs and comments are dated by it, so what is compared with them must be too."""

from __future__ import annotations

from collections.abc import Callable

from remediate.ports import Clock

# The platform tells its time in whole seconds, and an answer takes a while.
_NOISE = 3.0


class PlatformClock:
    """Implements `ports.Clock`. `ahead` gives how far the platform's clock is ahead, None before any answer.

    `ask` makes it answer, once, where nothing has been asked of it yet.
    """

    def __init__(self, clock: Clock, ahead: Callable[[], float | None], ask: Callable[[], object]) -> None:
        self._clock = clock
        self._ahead = ahead
        self._ask = ask

    def now(self) -> float:
        """Seconds since 1970, as the platform has it."""
        if self._ahead() is None:
            self._ask()
        ahead = self._ahead() or 0.0
        return self._clock.now() + (ahead if abs(ahead) >= _NOISE else 0.0)

    def sleep(self, seconds: float) -> None:
        """Returns after so many seconds."""
        self._clock.sleep(seconds)
