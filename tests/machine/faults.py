"""What is to go wrong before a registry: ordered in words, met by requests, for a while and then no more."""

from __future__ import annotations

import fnmatch
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

OF_REQUESTS = ("reset", "hang-up", "part", "corrupt", "slow", "text")
# These come before any request.
OF_PORT = ("refuse", "tls-reset", "bad-certificate")


class Fault(NamedTuple):
    """What goes wrong, where, and for how long: for so many requests, or for so many tries of a command."""

    verb: str
    options: dict[str, str]
    path: str = "*"
    method: str = ""
    times: int | None = None
    tries: int | None = 1


def read_fault(order: dict[str, Any]) -> Fault:
    """From a scenario's words: `{path: '/fonts*', do: '429 Retry-After=1', tries: 1}`."""
    verb, *words = str(order["do"]).split()
    options = dict(word.split("=", 1) for word in words)
    if "body" in order:
        options["body"] = str(order["body"])
    if not verb.isdigit() and verb not in (*OF_REQUESTS, *OF_PORT):
        raise ValueError(f"unknown fault `{verb}`; known: {', '.join((*OF_REQUESTS, *OF_PORT))}")
    times, tries = order.get("times"), order.get("tries")
    known = {"path": str(order.get("path", "*")), "method": str(order.get("method", ""))}
    return Fault(verb, options, **known, times=times, tries=1 if times is None and tries is None else tries)


class Faults:
    """The faults of one port. `tries` tells how often the command was begun; 0 is before it, in health."""

    def __init__(self, faults: tuple[Fault, ...], tries: Callable[[], int]) -> None:
        self.faults = faults
        self.tries = tries
        self.requests: list[str] = []
        self._taken = [0] * len(faults)
        self._lock = threading.Lock()

    def on(self, verb: str) -> bool:
        """Whether a fault of the port itself is on."""
        return any(fault.verb == verb and self._lasts(number) for number, fault in enumerate(self.faults))

    def next(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, if any."""
        with self._lock:
            self.requests.append(f"{method} {path}")
            for number, fault in enumerate(self.faults):
                matches = fnmatch.fnmatch(path, fault.path) and method.startswith(fault.method)
                if fault.verb not in OF_PORT and matches and self._lasts(number):
                    self._taken[number] += 1
                    return fault
        return None

    def _lasts(self, number: int) -> bool:
        fault, tried = self.faults[number], self.tries()
        if tried == 0 or (fault.times is not None and self._taken[number] >= fault.times):
            return False
        return fault.tries is None or tried <= fault.tries
