"""Each log in the sources that were named: archives opened, what is no log refused or passed over."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, TypeVar, cast

import msgspec

from remediate.cli.progress import Watched, watching
from remediate.cli.terminal import say
from remediate.errors import UsageProblem
from remediate.logs.archives import Limits, LogPart, open_logs
from remediate.logs.encodings import Prefixed, filled, utf16_of
from remediate.logs.neutral import for_terminal
from remediate.system.sources import Source, find_sources

T = TypeVar("T")

_SAMPLE = 4096
_MOST_ODD = 0.3
# What text may hold besides what can be read: BEL, BS, TAB, LF, FF, CR, ESC.
_TOLERATED = bytes((7, 8, 9, 10, 12, 13, 27))
_ODD = bytes(byte for byte in range(1, 32) if byte not in _TOLERATED)


class Parts:
    """Reads the sources one after the other; what could not be read in a folder is kept in `problems`."""

    def __init__(self, names: Iterable[str], *, quiet: bool = False, log_format: str = "auto") -> None:
        self.problems: list[UsageProblem] = []
        self._names = names
        self._format = log_format
        self._progress = watching(quiet)

    def each(self, work: Callable[[LogPart], T]) -> Iterator[T]:
        """What `work` makes of each log."""
        for source in find_sources(self._names, sys.stdin.buffer):
            try:
                with source.open() as stream:
                    for part in self._parts(source, stream):
                        yield work(part)
            except UsageProblem as problem:
                if not source.found:
                    raise
                # One bad file of a folder must not hide what the others tell.
                self.problems.append(problem)
            finally:
                if self._progress:
                    self._progress.clear()

    def _parts(self, source: Source, stream: BinaryIO) -> Iterator[LogPart]:
        if source.path is None and sys.stdin.isatty():
            say("reading standard input; Ctrl-D ends it", err=True)
        watched = Watched(stream, for_terminal(source.name), self._progress) if self._progress else stream
        for part in open_logs(cast("BinaryIO", watched), source.name, Limits()):
            head = filled(part.stream, _SAMPLE)
            if is_binary(head):
                if source.found:
                    say(f"passed over {for_terminal(part.name)}: binary data", err=True)
                    continue
                raise UsageProblem(
                    f"{part.name}: this is no log: it holds binary data",
                    hint="Name a log as text, or packed with gzip, zip, zstd or tar.",
                )
            yield from self._jobs(msgspec.structs.replace(part, stream=Prefixed(head, part.stream)), head)

    def _jobs(self, part: LogPart, head: bytes) -> Iterable[LogPart]:
        """The log of each job, where one file holds several."""
        if b"\t" not in head or self._format not in ("auto", "gh-cli"):
            return (part,)
        from remediate.logs.jobs import jobs_of  # noqa: PLC0415 - few logs need it

        return jobs_of(part, head, certain=self._format == "gh-cli")

    def check(self) -> None:
        """Raises one error for all that could not be read."""
        if self.problems:
            raise UsageProblem("\n".join(p.message for p in self.problems), hint=self.problems[0].hint)


def is_binary(head: bytes) -> bool:
    """Whether this is how a picture or a program begins; NULs and a few bad bytes are found in logs too."""
    if utf16_of(head):
        return False
    text = head.replace(b"\0", b"")
    odd = len(text) - len(text.translate(None, _ODD)) + text.decode("utf-8", "replace").count("\ufffd")
    return odd > _MOST_ODD * len(text)
