"""Doors that close when the time for a recovery is over: no call is given more than what is left of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from remediate.ports import Absent, Answered, Clock, Finished, Processes, Unanswered, Web
from remediate.recovery.strategy import Site

# The variable that holds the recovery's id in every program that a recovery starts.
MARK = "REMEDIATE_RECOVERY"


def limited(site: Site, until: float) -> Site:
    """The site with doors that obey the hour."""
    return msgspec.structs.replace(
        site,
        processes=_TimedProcesses(site.processes, site.clock, until),
        web=_TimedWeb(site.web, site.clock, until),
    )


def marked(site: Site, mark: str) -> Site:
    """The site with programs that can be told from others when they outlive this process."""
    return msgspec.structs.replace(site, processes=_MarkedProcesses(site.processes, mark))


class _MarkedProcesses:
    def __init__(self, inner: Processes, mark: str) -> None:
        self._inner, self._mark = inner, mark

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        timeout: float,
        reads: bool = False,
    ) -> Finished | Absent:
        known = {**environment, MARK: self._mark}
        return self._inner.run(command, folder=folder, environment=known, timeout=timeout, reads=reads)

    def find(self, program: str) -> Path | None:
        return self._inner.find(program)


class _TimedProcesses:
    def __init__(self, inner: Processes, clock: Clock, until: float) -> None:
        self._inner, self._clock, self._until = inner, clock, until

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        timeout: float,
        reads: bool = False,
    ) -> Finished | Absent:
        left = self._until - self._clock.now()
        if left <= 0:
            return Finished(code=None, output=b"", seconds=0.0)
        return self._inner.run(
            command, folder=folder, environment=environment, timeout=min(timeout, left), reads=reads
        )

    def find(self, program: str) -> Path | None:
        return self._inner.find(program)


class _TimedWeb:
    def __init__(self, inner: Web, clock: Clock, until: float) -> None:
        self._inner, self._clock, self._until = inner, clock, until

    def request(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] = {},
        body: bytes = b"",
        timeout: float = 10.0,
    ) -> Answered | Unanswered:
        left = self._until - self._clock.now()
        if left <= 0:
            return Unanswered(reason="the time for the recovery is over")
        return self._inner.request(method, address, headers=headers, body=body, timeout=min(timeout, left))
