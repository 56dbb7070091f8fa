"""How long a writer waits: full jitter over a window that grows with each loss and shrinks with success."""

from __future__ import annotations

from collections.abc import Callable

# Twice as long after a loss, a fifth less after a success: of four tries, three then succeed.
_GROWS, _SHRINKS = 2.0, 0.8
_LEAST, _MOST = 0.05, 15.0


class Pace:
    """Kept from change to change: who has just seen a crowd does not rush into it again."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self.window = 0.0
        self._seen = 0.0

    def lost(self, took: float, now: float) -> None:
        """A try that took so long was beaten, or its connection broke."""
        self.window = min(_MOST, max(_LEAST, took, self.window * _GROWS))
        self._seen = now

    def won(self) -> None:
        """A try got through."""
        self.window = self.window * _SHRINKS if self.window * _SHRINKS > _LEAST else 0.0

    def crowded(self, now: float) -> bool:
        """Whether others were met of late."""
        if now - self._seen > 2 * self.window:
            self.window = 0.0
        return self.window > 0

    def wait(self) -> float:
        """Seconds until the next try."""
        return self._chance() * self.window
