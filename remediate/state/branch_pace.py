"""How long a writer waits: full jitter over a window that grows with each loss and shrinks with success."""

from __future__ import annotations

from collections.abc import Callable

_GROWS, _SHRINKS, _LEAST = 2.0, 0.6, 0.05
# The widest window, in times that a try takes: on a crowded machine or a slow server it is longer by itself.
# Wider ones lose fewer tries, and leave the branch idle meanwhile; this keeps both small for 3 to 32 writers.
_WIDEST = 24.0
# And in seconds: nobody shall wait long for those who have gone by then.
_LONGEST = 8.0
# What breaks is not mended as quickly as a crowd goes by.
BROKEN = 0.25
# Who got through is ahead of all others and goes on at once, but only for so many changes in a row.
_IN_A_ROW = 10


class Pace:
    """Kept from change to change: who has just seen a crowd does not rush into it again."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._window = 0.0
        self._met = float("-inf")
        self._row = 0

    def lost(self, took: float, now: float) -> None:
        """A try that took so long was beaten, or its connection broke."""
        least = max(took, _LEAST)
        self._window = min(_LONGEST, _WIDEST * least, max(least, self._window * _GROWS))
        self._met, self._row = now, 0

    def won(self) -> None:
        """A try got through."""
        self._window *= _SHRINKS
        self._row += 1

    def yields(self, now: float) -> bool:
        """Whether it is time to let others through, who were met of late."""
        if now - self._met > 2 * self._window + 1:
            self._window, self._row = 0.0, 0
        return self._row >= _IN_A_ROW

    def wait(self) -> float:
        """Seconds until the next try."""
        self._row = 0
        return self._chance() * self._window
