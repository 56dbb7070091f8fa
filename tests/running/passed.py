"""Starts `remediate run` as a user does: in a process, a pipe or a terminal of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from running import COMMAND, environment

posix = pytest.mark.skipif(sys.platform == "win32", reason="by nature: process groups and terminals of POSIX")
PYTHON = sys.executable


def started(*words: str | Path, options: tuple[str, ...] = (), **given: Any) -> subprocess.Popen[bytes]:
    """The running process; its outputs are pipes where nothing else is said."""
    env = environment(**given.pop("env", {}))
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **given}
    return subprocess.Popen([*COMMAND, "run", *options, "--", *map(str, words)], env=env, **streams)


def done(*words: str | Path, options: tuple[str, ...] = (), **given: Any) -> tuple[int, bytes, bytes]:
    """Its exit code, and what it wrote to each output."""
    data = given.pop("data", None)
    if data is not None:
        given["stdin"] = subprocess.PIPE
    with started(*words, options=options, **given) as process:
        out, err = process.communicate(data, timeout=60)
    return process.returncode, out or b"", err or b""


class Terminal:
    """A terminal with a process in it, as a person has one."""

    def __init__(self, *words: str, rows: int = 24, columns: int = 80, options: tuple[str, ...] = ()) -> None:
        import pty  # noqa: PLC0415 - POSIX alone has it

        self.seen = b""
        command = [*COMMAND, "run", *options, "--", *words]
        self.pid, self.outer = pty.fork()
        if self.pid == 0:
            os.environ.update(environment(TERM="xterm"))
            self.outer = 0
            self.resize(rows, columns)
            os.execvpe(command[0], command, os.environ)

    def resize(self, rows: int, columns: int) -> None:
        import fcntl  # noqa: PLC0415
        import struct  # noqa: PLC0415
        import termios  # noqa: PLC0415

        fcntl.ioctl(self.outer, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: bytes) -> None:
        os.write(self.outer, keys)

    def until(self, mark: bytes) -> bytes:
        """Reads until the mark was seen; all that was seen."""
        while mark not in self.seen:
            block = self._block()
            assert block, f"{mark!r} never came: {self.seen!r}"
            self.seen += block
        return self.seen

    def rest(self) -> tuple[int, bytes]:
        """The exit code, and all that was seen."""
        while block := self._block():
            self.seen += block
        status = os.waitpid(self.pid, 0)[1]
        os.close(self.outer)
        return os.waitstatus_to_exitcode(status), self.seen

    def _block(self) -> bytes:
        try:
            return os.read(self.outer, 4096)
        except OSError:  # how Linux says that the last writer has gone
            return b""
