"""Stretches of a log that belong to one step, and which of them are worth a search for rules."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import msgspec

from remediate.diagnosis.places import Places
from remediate.logs.draft import Draft
from remediate.logs.outline import OutlineBuilder

# What may wait for its step's verdict; more than this of one step is searched without waiting for it.
_MOST = 8 * 1024 * 1024


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """Whole lines of a chunk, from the byte `begin` of its text up to `stop`."""

    places: Places
    begin: int
    stop: int
    draft: Draft


class Backlog:
    """Stretches in the log's order, each kept until its step went wrong, or certainly did not.

    A step that went well is never searched: most of a log is of such steps, and no trouble in them was the
    cause. Everything else is, and what is longer than the backlog too.
    """

    def __init__(
        self, outline: OutlineBuilder, search: Callable[[Stretch], None], *, everything: bool
    ) -> None:
        self._outline = outline
        self._search = search
        self._everything = everything
        self._waiting: deque[Stretch] = deque()
        self._held = 0

    def add(self, stretch: Stretch) -> None:
        """Takes the stretch that follows in the log."""
        if stretch.begin < stretch.stop:
            self._waiting.append(stretch)
            self._held += stretch.stop - stretch.begin

    def advance(self, *, over: bool = False) -> None:
        """Searches or drops what is decided by now; where the log is `over`, all that is left is searched."""
        while self._waiting:
            stretch = self._waiting[0]
            dropped = self._outline.went_well(stretch.draft) and not self._everything
            if not (dropped or over or self._everything or stretch.draft.troubled or self._held > _MOST):
                return
            if not dropped:
                self._search(stretch)
            self._held -= stretch.stop - stretch.begin
            self._waiting.popleft()
