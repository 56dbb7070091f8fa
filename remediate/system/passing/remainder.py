"""Goes on passing through what processes print that outlive the command.

Without it a server that the command started would die of a closed pipe at the next line of its log.
"""

from __future__ import annotations

import os
import select
import stat
import time

from remediate.system.passing.lanes import Lane

# Who waits for the end of our output shall not wait for that of a server.
HOLD = 2.0


def stay_behind(lanes: list[Lane]) -> None:
    """Leaves a process that does nothing else until the last writer has gone; none where there is none."""
    if not lanes or os.fork():
        return
    try:
        os.setpgid(0, 0)
        _pass_on(lanes)
    finally:
        os._exit(0)


def _pass_on(lanes: list[Lane]) -> None:
    let_go = time.monotonic() + HOLD
    held = {lane.target for lane in lanes if stat.S_ISFIFO(os.fstat(lane.target).st_mode)}
    poll = select.poll()
    by_descriptor = {lane.outer: lane for lane in lanes}
    for descriptor in by_descriptor:
        poll.register(descriptor, select.POLLIN)
    _release({0, 1, 2} - {lane.target for lane in lanes})
    while by_descriptor:
        ready = poll.poll(int(HOLD * 1000) if held else None)
        if held and time.monotonic() >= let_go:
            _release(held)
            held = set()
        for descriptor, _ in ready:
            by_descriptor[descriptor].take()
            if by_descriptor[descriptor].over:
                poll.unregister(descriptor)
                del by_descriptor[descriptor]


def _release(descriptors: set[int]) -> None:
    """Whoever reads what we wrote there has our word that no more comes; it goes nowhere from now on."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
