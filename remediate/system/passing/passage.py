"""Lets a command run in our place and says how it ended."""

from __future__ import annotations

import os
import select
import signal
import time

from remediate.system.passing import terminal
from remediate.system.passing.lanes import Lane, open_lanes
from remediate.system.passing.launching import Unstarted, launch
from remediate.system.passing.remainder import stay_behind
from remediate.system.passing.signals import Forwarding, Group
from remediate.system.passing.spool import Spool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

TIMED_OUT = 124
# How long the command may tidy up once it was told to end for its time.
KILL_AFTER = 5.0
# How long we listen to those that the command left behind: to the first silence, and at most.
SILENCE = 0.1
LISTEN = 1.0
_SIZE_CHECK = 0.25
_KEYBOARD_CODES = (128 + signal.SIGINT, 128 + signal.SIGQUIT)


class Passage:
    """How a command ended; `code` is what a shell would exit with, `problem` why it could not start."""

    def __init__(self, spool: Spool) -> None:
        self.code = 0
        self.problem = ""
        self.timed_out = False
        self.interrupted = False
        self.reader_gone = False
        self.ended_line = True
        self.spool = spool

    @property
    def whole(self) -> bool:
        """Whether the spool holds all that the command had to say."""
        return not (self.spool.lost or self.reader_gone or self.problem)


def pass_through(command: Sequence[str], *, timeout: float | None = None) -> Passage:
    """Runs it to its end; both outputs go through as they come and are kept."""
    return _Passing(open_lanes(), timeout).run(command)


class _Passing:
    def __init__(self, lanes: tuple[Lane, ...], timeout: float | None) -> None:
        self.passage = Passage(Spool())
        self.lanes = lanes
        self.group = Group()
        self.status: int | None = None
        self.deadline = None if timeout is None else time.monotonic() + timeout
        self.poll = select.poll()
        self.by_descriptor = {lane.outer: lane for lane in lanes}
        for lane in lanes:
            self.poll.register(lane.outer, select.POLLIN)

    def run(self, command: Sequence[str]) -> Passage:
        with Forwarding(self.group, self._resize) as forwarding:
            try:
                self.group.id = launch(command, self._outputs())
            except Unstarted as problem:
                self._close()
                self.passage.code, self.passage.problem = problem.code, str(problem)
                return self.passage
            for lane in self.lanes:
                lane.start()
            self.poll.register(forwarding.wake, select.POLLIN)
            while self.status is None:
                self._step(forwarding)
            self.poll.unregister(forwarding.wake)
            self.group.give_back()
            self._listen()
        return self._finish()

    def _outputs(self) -> dict[int, int]:
        first, last = self.lanes[0], self.lanes[-1]
        return {1: first.inner, 2: last.inner}

    def _step(self, forwarding: Forwarding) -> None:
        """What happens next: output, a signal, the command's end, or the end of its time."""
        for descriptor, _ in self.poll.poll(self._patience()):
            if descriptor == forwarding.wake:
                forwarding.hear()
                self._look()
            else:
                self._take(descriptor)
        if self.deadline is not None:
            self._check_time(self.deadline)
        if self.group.has_keyboard:
            self._check_size()

    def _take(self, descriptor: int) -> None:
        lane = self.by_descriptor[descriptor]
        self.passage.spool.add(descriptor, lane.take())
        if lane.over:
            self.poll.unregister(descriptor)

    def _look(self) -> None:
        """Asks what became of the command."""
        while self.status is None:
            process, status = os.waitpid(self.group.id, os.WNOHANG | os.WUNTRACED)
            if not process:
                return
            if os.WIFSTOPPED(status):
                self.group.stopped(os.WSTOPSIG(status))
            else:
                self.status = status

    def _patience(self) -> int | None:
        """Milliseconds until something has to be looked at."""
        if self.deadline is None and not self.group.has_keyboard:
            return None
        waits = [_SIZE_CHECK] if self.group.has_keyboard else []
        if self.deadline is not None:
            waits.append(max(0.0, self.deadline - time.monotonic()))
        return int(min(waits) * 1000) + 1

    def _check_time(self, deadline: float) -> None:
        if time.monotonic() < deadline or self.status is not None:
            return
        self.group.send(signal.SIGKILL if self.passage.timed_out else signal.SIGTERM)
        self.group.send(signal.SIGCONT)
        self.passage.timed_out = True
        self.deadline = time.monotonic() + KILL_AFTER

    def _check_size(self) -> None:
        """Whoever has the keyboard is told of a new size in our stead, before we could pass it on."""
        if self._resize():
            self.group.send(signal.SIGWINCH)

    def _resize(self) -> bool:
        lanes = [lane for lane in self.lanes if lane.terminal and not lane.over]
        return sum(terminal.resize(lane.target, lane.outer) for lane in lanes) > 0

    def _listen(self) -> None:
        """Takes what is still in the pipes, and waits a little for those who hold them."""
        if self.passage.timed_out:
            self.group.send(signal.SIGKILL)
        until = time.monotonic() + LISTEN
        while not all(lane.over for lane in self.lanes):
            if time.monotonic() > until:
                self.passage.spool.lose()  # somebody goes on printing: we have not heard all
                return
            events = self.poll.poll(int(SILENCE * 1000))
            if not events:
                return
            for descriptor, _ in events:
                self._take(descriptor)

    def _finish(self) -> Passage:
        passage, status = self.passage, self.status or 0
        passage.reader_gone = any(lane.reader_gone for lane in self.lanes)
        passage.ended_line = self.lanes[-1].ended_line
        stay_behind([lane for lane in self.lanes if not lane.over])
        self._close()
        passage.spool.finish()
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
        passage.code = TIMED_OUT if passage.timed_out else code
        keyboard = os.isatty(terminal.KEYBOARD) and passage.code in _KEYBOARD_CODES
        passage.interrupted = self.group.interrupted or keyboard
        return passage

    def _close(self) -> None:
        for lane in self.lanes:
            if not lane.over:
                lane.close()
