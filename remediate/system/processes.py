"""Starts programs of this machine and reads what they say."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from remediate.ports import Absent, Finished

# What is printed beyond this is not kept: nothing that we ask a program answers so much.
MOST_OUTPUT = 64 * 1024 * 1024
_BLOCK = 64 * 1024
# How long a program may tidy up at its timeout, and how long we listen to what outlives it.
_KILL_AFTER = 1.0
_LISTEN = 1.0


class SystemProcesses:
    """Programs in process groups of their own, without a keyboard: none can ask a question."""

    def run(
        self,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        timeout: float,
        reads: bool = False,  # noqa: ARG002 - a promise of the caller's, for those who watch
    ) -> Finished | Absent:
        """Runs to the end, both outputs together in their order; at the timeout the whole group is killed."""
        if not folder.is_dir():
            return Absent(program=command[0], reason=f"the folder {folder} is not there")
        try:
            process = subprocess.Popen(  # noqa: S603 - no shell, and the caller's own program
                list(command),
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=sys.platform != "win32",
            )
        except OSError as error:
            return Absent(program=command[0], reason=_reason(error))
        return _follow(process, timeout)

    def find(self, program: str) -> Path | None:
        """Where the program is, as a shell would find it."""
        found = shutil.which(program)
        return Path(found) if found else None


class _Listener(threading.Thread):
    """Reads until nobody writes any more, and longer than we wait for it where somebody does."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self.heard = bytearray()
        self._stream = stream

    def run(self) -> None:
        with contextlib.suppress(OSError), self._stream as stream:
            while block := os.read(stream.fileno(), _BLOCK):
                if len(self.heard) < MOST_OUTPUT:
                    self.heard += block


def _follow(process: subprocess.Popen[bytes], timeout: float) -> Finished:
    assert process.stdout is not None  # noqa: S101 - asked for above
    listener = _Listener(process.stdout)
    start = time.monotonic()
    listener.start()
    try:
        code: int | None = process.wait(timeout)
    except subprocess.TimeoutExpired:
        _end(process)
        code = None
    except BaseException:
        _kill(process)
        raise
    listener.join(_LISTEN)
    return Finished(code=code, output=bytes(listener.heard), seconds=time.monotonic() - start)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Lets it tidy up its locks, but not for long."""
    _signal(process, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_KILL_AFTER)
    _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    """To the whole group, also when its first process has gone already."""
    if sys.platform == "win32":
        process.kill()
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def _reason(error: OSError) -> str:
    return "it is not installed" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
