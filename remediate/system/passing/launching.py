"""Starts a command as a shell would, in a process group of its own."""

from __future__ import annotations

import errno
import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

NOT_EXECUTABLE = 126
NOT_FOUND = 127

# Python ignores these from its start on; the command shall find them as they were.
_RESTORED = ("SIGPIPE", "SIGXFSZ", "SIGXFZ")


class Unstarted(Exception):
    """The command could not be started; `code` is what a shell exits with."""

    def __init__(self, program: str, error: OSError) -> None:
        missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        super().__init__(f"{program}: {'command not found' if missing else error.strerror}")
        self.code = NOT_FOUND if missing else NOT_EXECUTABLE


def launch(command: Sequence[str], outputs: dict[int, int]) -> int:
    """The process id; `outputs` are the descriptors that its 1 and 2 shall be."""
    actions = [(os.POSIX_SPAWN_DUP2, source, target) for target, source in outputs.items()]
    signals = [getattr(signal, name) for name in _RESTORED if hasattr(signal, name)]

    def spawn(arguments: Sequence[str]) -> int:
        return os.posix_spawnp(
            arguments[0], list(arguments), os.environ, file_actions=actions, setpgroup=0, setsigdef=signals
        )

    try:
        try:
            return spawn(command)
        except OSError as error:
            if error.errno != errno.ENOEXEC:
                raise
            # A script without a first line that names its program: shells run it themselves.
            return spawn(("/bin/sh", *command))
    except OSError as error:
        raise Unstarted(command[0], error) from None
