"""The doors to the world, as types: engines know these alone, adapters alone implement them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """A process that ended; `code` is negative for a signal and None when it was stopped for its time."""

    code: int | None
    output: bytes
    seconds: float


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """The program is not there, or may not be started."""

    program: str
    reason: str


class Clock(Protocol):
    """Time, and waiting for it."""

    def now(self) -> float:
        """Seconds since 1970, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Returns after so many seconds."""


class Processes(Protocol):
    """Programs of this machine."""

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        timeout: float,
        reads: bool = False,
    ) -> Finished | Absent:
        """Runs to the end, both outputs together in their order. `reads` promises that nothing is changed.

        `environment` is all that the program sees. At the timeout the whole process group is killed.
        """

    def find(self, program: str) -> Path | None:
        """Where the program is, as a shell would find it."""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """An answer over HTTP; the body is cut at the limit that was asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Unanswered(msgspec.Struct, frozen=True, kw_only=True):
    """No answer came."""

    reason: str


class Web(Protocol):
    """Requests over HTTP. Private addresses are refused unless the configuration named them."""

    def request(
        self,
        method: str,
        address: str,
        *,
        headers: Mapping[str, str] = {},
        body: bytes = b"",
        timeout: float = 10.0,
    ) -> Answered | Unanswered:
        """One request, one answer; never repeated, redirects not followed."""


Documents = Mapping[str, bytes | None]


class Store(Protocol):
    """Documents that outlive the process; raises `Unreachable` when they cannot be read or written."""

    def read(self, *names: str) -> Documents:
        """The documents by name, None for one that is not there."""

    def change(
        self, change_id: str, names: Sequence[str], change: Callable[[Documents], Documents]
    ) -> Documents:
        """Applies a pure function to the named documents, once for each id, and gives what they are then.

        Nobody else changes them in between; a lost race reads and applies again. None removes a document.
        """
