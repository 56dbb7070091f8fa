"""The ways that a command's output takes: a pipe, or a terminal where ours is one, to each of ours."""

from __future__ import annotations

import errno
import os
import select

from remediate.system.passing import terminal

BLOCK = 64 * 1024


class Lane:
    """One way through: what the command writes to `inner` is read at `outer` and goes to `target`."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.terminal = os.isatty(target)
        self.outer, self.inner = terminal.pair(target) if self.terminal else os.pipe()
        self.over = False
        self.reader_gone = False
        self.ended_line = True

    def take(self) -> bytes:
        """What there is, and passes it on; nothing when nobody can write to it any more."""
        try:
            data = os.read(self.outer, BLOCK)
        except OSError as error:
            if error.errno != errno.EIO:  # how a terminal on Linux says that its last writer has gone
                raise
            data = b""
        if not data:
            self.close()
            return data
        self.ended_line = data.endswith(b"\n")
        self._pass_on(data)
        return data

    def start(self) -> None:
        """The command has its end: ours of it must not keep it open."""
        os.close(self.inner)
        self.inner = -1

    def close(self) -> None:
        """From here on whoever writes to it is told that nobody reads."""
        if self.inner >= 0:
            self.start()
        if not self.over:
            os.close(self.outer)
        self.over = True

    def _pass_on(self, data: bytes) -> None:
        rest: bytes | memoryview = data
        while rest:
            try:
                written = os.write(self.target, rest)
                if written == len(rest):
                    return
                rest = memoryview(rest)[written:]
            except BlockingIOError:
                _until_writable(self.target)
            except OSError:
                # Our reader has gone (`| head`), or its disk is full: the command shall learn it as if it
                # were its own reader.
                self.reader_gone = True
                self.close()
                return


def _until_writable(descriptor: int) -> None:
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    poll.poll()


def open_lanes() -> tuple[Lane, ...]:
    """A lane for standard output and one for standard error; one for both where both go to the same place.

    Then what was written to the one and the other stays in its order.
    """
    first, second = os.fstat(1), os.fstat(2)
    if (first.st_dev, first.st_ino, first.st_rdev) == (second.st_dev, second.st_ino, second.st_rdev):
        return (Lane(1),)
    return (Lane(1), Lane(2))
