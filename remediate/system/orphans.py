"""Programs that outlived the process which started them: found by a mark in their environment, and ended."""

from __future__ import annotations

import contextlib
import os

from remediate.errors import Unreachable

_PATIENCE = 5.0


def end_orphans(variable: str, value: str) -> int:
    """Ends every program of this user that was started with the variable so set; how many there were.

    Raises `Unreachable` where one does not go: what it is doing cannot be undone while it does it.
    """
    import psutil  # noqa: PLC0415 - only after a kill

    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.environ().get(variable) == value:
                process.kill()
                found.append(process)
    _, alive = psutil.wait_procs(found, timeout=_PATIENCE)
    if [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]:
        raise Unreachable(
            f"process {alive[0].pid}, started by a recovery that was killed, does not end",
            hint="End it, and start again.",
        )
    return len(found)
