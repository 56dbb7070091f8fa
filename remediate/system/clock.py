"""The machine's clock."""

from __future__ import annotations

import time


class SystemClock:
    """Time as the system has it."""

    def now(self) -> float:
        """Seconds since 1970, in UTC."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Returns after so many seconds; at once for none or less."""
        time.sleep(max(0.0, seconds))
