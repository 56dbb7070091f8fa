"""Finds the lines of a log that patterns match: candidates over a chunk first, then each line exactly."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache as memoised
from importlib.util import find_spec
from io import BytesIO
from typing import Literal, Protocol, Union

from remediate.model.digest import digest_of

EngineName = Literal["hyperscan", "re2"]
StrPath = Union[str, "os.PathLike[str]"]

# From this version on the wheels hold Vectorscan 5.4.12, which loses matches when many patterns are compiled
# together: https://github.com/VectorCamp/vectorscan/issues/358
UNSOUND = (0, 7, 22)


class Engine(Protocol):
    """What matches: Hyperscan or RE2, with the same lines found."""

    def scan(self, text: bytes) -> list[tuple[int, int]]:
        """Candidates in a chunk."""

    def confirm(self, content: bytes) -> tuple[int, ...]:
        """Matches of a line."""


@memoised
def available_engine() -> EngineName:
    """Hyperscan where a sound version of it is installed, else RE2."""
    if find_spec("hyperscan") is None:
        return "re2"
    import hyperscan  # noqa: PLC0415 - not everybody has it

    version = [
        int(part) for part in str(getattr(hyperscan, "__version__", "")).split(".") if part.isdecimal()
    ]
    return "hyperscan" if version and tuple(version) < UNSOUND else "re2"


class Scanner:
    """Matches all patterns at once, in time linear in the text, whatever the patterns and the text.

    `patterns` are looked for in chunks and confirmed; `asides` speak only when a line is confirmed, and
    their indices follow those of the patterns. One Scanner may serve several threads at a time.

    `scan(text)` gives (pattern, end offset) pairs by offset: every line whose content matches a pattern has
    a pair that ends in it. In a flood (over 16,384 pairs in one text) that is so for the text up to there;
    below, a pattern has a pair for the first of its lines in each block of 2 KiB, and where a block holds
    more than 256 matches the rest of it is passed over.
    `confirm(content)` gives the patterns that the content of one line matches, in order.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.scan = engine.scan
        self.confirm = engine.confirm

    @classmethod
    def build(
        cls, patterns: Sequence[str], asides: Sequence[str] = (), engine: EngineName | None = None
    ) -> Scanner:
        """A scanner compiled now, which takes about a second for every thousand patterns."""
        if (engine or available_engine()) == "hyperscan":
            from remediate.rules.database import build  # noqa: PLC0415 - the engine is chosen here

            return cls.load(build(patterns, asides))
        from remediate.rules.fallback import Re2  # noqa: PLC0415

        return cls(Re2(patterns, asides))

    @classmethod
    def load(cls, packed: bytes) -> Scanner:
        """The scanner that `database.build` packed; raises `database.ForeignError` where it cannot run."""
        from remediate.rules.database import unpack  # noqa: PLC0415
        from remediate.rules.native import Hyperscan  # noqa: PLC0415

        return cls(Hyperscan(unpack(BytesIO(packed))))

    @classmethod
    def ready(
        cls,
        patterns: Sequence[str],
        asides: Sequence[str] = (),
        *,
        shipped: bytes | StrPath = b"",
        cache: StrPath | None = None,
        digest: bytes = b"",
    ) -> Scanner:
        """The quickest scanner of these patterns: as shipped, as cached, or built now and then cached.

        What is damaged, of other patterns or of another kind of machine is passed over. `digest` is the
        patterns' where it is known already.
        """
        if available_engine() == "re2":
            return cls.build(patterns, asides)
        from remediate.rules.database import ready  # noqa: PLC0415
        from remediate.rules.native import Hyperscan  # noqa: PLC0415

        digest = digest or patterns_digest(patterns, asides)
        return cls(Hyperscan(ready(patterns, asides, digest, shipped, cache)))


def patterns_digest(patterns: Sequence[str], asides: Sequence[str]) -> bytes:
    """Changes with the patterns: those that are looked for, and those that speak only of a line."""
    return digest_of((str(len(patterns)), *patterns, *asides))
