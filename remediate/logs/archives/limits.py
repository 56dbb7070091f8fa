"""What an archive may cost, and the meter that holds it to that."""

from __future__ import annotations

import msgspec

from remediate.errors import UsageProblem

MIB = 1024 * 1024

# Below this much output no ratio is suspicious: a short loop of one line packs better than any bomb.
_HARMLESS = 32 * MIB


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Caps on one source: unpacked bytes, files, unpacked bytes for each packed one, archives in archives.

    Logs pack 5 to 30 times, endless repetitions of a few lines 100 to 200 times, a bomb 1,000 times and more.
    """

    bytes: int = 16 * 1024 * MIB
    entries: int = 10_000
    ratio: int = 300
    nesting: int = 3


class Meter:
    """Counts what a source takes in and gives out, and refuses it once a limit is passed.

    `cut` tells that what is packed ended too early.
    """

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.limits = limits
        self._taken = 0
        self._made = 0
        self._entries = 0
        self.cut = False

    def take(self, count: int) -> None:
        """So many packed bytes were read from the source."""
        self._taken += count

    def make(self, count: int) -> None:
        """So many bytes were unpacked, at whatever depth."""
        self._made += count
        if self._made > self.limits.bytes:
            raise refused(self.name, f"it holds more than {_size(self.limits.bytes)} when unpacked")
        if self._made > _HARMLESS and self._made > self.limits.ratio * max(1, self._taken):
            raise refused(
                self.name,
                f"{_size(self._taken)} of it unpack to more than {_size(self._made - 1)}, "
                f"over {self.limits.ratio} times as much, as in a decompression bomb",
            )

    def enter(self, place: str) -> None:
        """One more file of an archive begins."""
        self._entries += 1
        if self._entries > self.limits.entries:
            raise refused(place, f"it holds more than {self.limits.entries:,} files")

    def descend(self, depth: int, place: str) -> None:
        """An archive stands in so many others."""
        if depth > self.limits.nesting:
            raise refused(place, f"archives are packed into each other more than {self.limits.nesting} deep")


def refused(place: str, why: str) -> UsageProblem:
    """The error for an archive that goes over a limit."""
    return UsageProblem(
        f"{place}: refused to unpack: {why}",
        hint="If you trust it, unpack it yourself and give the log inside.",
    )


def damaged(place: str, why: str) -> UsageProblem:
    """The error for an archive that cannot be read."""
    return UsageProblem(
        f"{place}: {why}",
        hint="Download it again, or unpack it yourself and give the log inside.",
    )


def _size(count: int) -> str:
    if count < MIB:
        return f"{count:,} bytes"
    return f"{count / MIB:,.0f} MiB" if count < 10 * 1024 * MIB else f"{count / MIB / 1024:,.0f} GiB"
