"""Where rules were seen in a log, kept within bounds however long the log is."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import msgspec

from remediate.diagnosis.excerpt import Excerpt

_FIRST = 6
_LAST = 14


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """A line that matched a rule; `around` holds it and its neighbours."""

    rule: int
    line: int
    offset: int
    text: str
    level: str | None
    around: Excerpt = Excerpt()


class Sightings:
    """Keeps each rule's first and last sightings and counts the rest."""

    def __init__(self) -> None:
        self._first: dict[int, list[Sighting]] = {}
        self._last: dict[int, deque[Sighting]] = {}
        self.counts: dict[int, int] = {}

    def add(self, sighting: Sighting) -> None:
        """Keeps the sighting, at the price of an older one in the middle."""
        rule = sighting.rule
        self.counts[rule] = self.counts.get(rule, 0) + 1
        first = self._first.setdefault(rule, [])
        if len(first) < _FIRST:
            first.append(sighting)
        else:
            self._last.setdefault(rule, deque(maxlen=_LAST)).append(sighting)

    def __iter__(self) -> Iterator[Sighting]:
        kept = [s for rule, first in self._first.items() for s in (*first, *self._last.get(rule, ()))]
        return iter(sorted(kept, key=lambda s: (s.line, s.rule)))
