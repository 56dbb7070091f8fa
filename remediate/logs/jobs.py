"""Parts the output of `gh run view --log` where the lines of another job begin, while it is read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from remediate.logs.archives.opening import Ending, LogPart
from remediate.logs.detection import detect_format
from remediate.logs.encodings import Prefixed, Readable, filled, recoded, utf16_of

_BLOCK = 512 * 1024
_SAMPLE = 4096
# More than what a line must begin with to be another job's may measure.
_REACH = 4096
_LINE = rb"(?:\xef\xbb\xbf)?([^\t\n]{1,1000})\t[^\t\n]{1,1000}\t(?:\xef\xbb\xbf)?\d{4}-\d\d-\d\dT"
# Lines of jobs that are mixed make no logs: from here on they stay together.
MOST = 1000


def jobs_of(part: LogPart, head: bytes, *, certain: bool = False) -> Iterator[LogPart]:
    """A part for each stretch of lines of one job; the part itself where `head`, its beginning, names none.

    `certain` says that the format is known. Each part is read before the next is asked for; it keeps the
    name of the log, and tells where in it the job begins.
    """
    stream = part.stream
    if utf16_of(head):  # PowerShell writes what it is told to keep so
        stream = recoded(stream)
        head = filled(stream, _SAMPLE)
        stream = Prefixed(head, stream)
    first = re.search(rb"(?m)^" + _LINE, head)
    if first is None or not (certain or detect_format(head).name == "gh-cli"):
        yield LogPart(name=part.name, stream=stream, job=part.job, meter=part.meter)
        return
    jobs = _Jobs(stream, first[1], part.meter)
    while jobs.more:
        yield LogPart(
            name=part.name,
            stream=jobs,
            job=jobs.job.decode("utf-8", "replace"),
            meter=jobs,
            first_line=jobs.line,
            offset=jobs.offset,
        )
        jobs.turn()


class _Jobs:
    """A stream that ends where another job begins, until `turn` goes on with that one.

    Only beginnings of lines are looked at, in whole blocks: where as many lines begin with the job's name as
    there are lines, no other job is there.
    """

    def __init__(self, stream: Readable, job: bytes, meter: Ending | None) -> None:
        self._begin(job)
        self.line = 1
        self.offset = 0
        self.more = True
        self._stream = stream
        self._meter = meter
        self._turns = 0
        self._together = False
        self._ready = b""
        self._rest = b""
        self._looked = True
        self._over = False

    @property
    def cut(self) -> bool:
        """Whether the archive ended too early, in this job."""
        return self._next is None and self._meter is not None and self._meter.cut

    def read(self, size: int, /) -> bytes:
        while not (self._ready or self._over):
            fresh = self._stream.read(size) if self._looked else b""
            if fresh and not self._rest and self._is_whole(fresh):
                return fresh
            self._look(fresh)
        piece, self._ready = self._ready[:size], self._ready[size:]
        return piece

    def turn(self) -> None:
        """Go on with the next job, if there is `more`."""
        while self.read(_BLOCK):
            pass
        self.more = self._next is not None
        self._turns += 1
        self._together = self._turns >= MOST - 1
        self._over = not self.more
        if self._next is not None:
            self._begin(self._next)

    def _begin(self, job: bytes) -> None:
        self.job = job
        self._next: bytes | None = None
        self._beginning = b"\n" + job + b"\t"

    def _is_whole(self, data: bytes) -> bool:
        """Whether all lines that begin here are the job's: nearly always, and then nothing is copied."""
        newlines = data.count(b"\n")
        if data.count(self._beginning) != newlines and not self._together:
            return False
        self.line += newlines
        self.offset += len(data)
        return True

    def _look(self, fresh: bytes) -> None:
        """Make what belongs to the job ready; a line whose beginning may lack something waits."""
        self._over = self._looked and not fresh
        data = self._rest + fresh
        end = len(data) if self._over else data.rfind(b"\n", -_REACH)
        if end < 0 or data.startswith(self._beginning, end):
            end = len(data)
        if (other := self._other(data, end)) is not None:
            end, self._next, self._over = other.start() + 1, other[1], True
        self._looked = other is None
        self._ready, self._rest = data[:end], data[end:]
        self.line += self._ready.count(b"\n")
        self.offset += end

    def _other(self, data: bytes, end: int) -> re.Match[bytes] | None:
        """The first line of another job."""
        if self._together or data.count(b"\n", 0, end) == data.count(self._beginning, 0, end):
            return None
        same = rb"\n(?!(?:\xef\xbb\xbf)?" + re.escape(self.job) + rb"\t)"
        return re.compile(same + _LINE).search(data, 0, end)
