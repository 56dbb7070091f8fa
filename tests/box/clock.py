"""Box time: stands still until a test moves it, so that every date in an answer can be foretold."""

from __future__ import annotations

import threading
from datetime import datetime, timezone

BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=timezone.utc).timestamp()


def iso(moment: float) -> str:
    """A moment as GitHub writes it."""
    return datetime.fromtimestamp(moment, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: str) -> float:
    """The moment that a date or a date and time of ISO 8601 names; days begin in UTC."""
    found = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
    return (found if found.tzinfo else found.replace(tzinfo=timezone.utc)).timestamp()


class BoxClock:
    """A clock of the kind of `remediate.ports.Clock`, whose sleep is a step forward."""

    def __init__(self, beginning: float = BEGINNING) -> None:
        self._moment = beginning
        self._lock = threading.Lock()

    def now(self) -> float:
        return self._moment

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._moment += seconds

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def iso(self) -> str:
        return iso(self._moment)
