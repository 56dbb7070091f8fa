"""Hands the signals that reach us on to the command, and lets it stop and go on as a shell's job does."""

from __future__ import annotations

import os
import signal
import time

from remediate.system.passing import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

# Whoever sends one of these wants an end; nothing may be tried again after it.
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
_MESSAGES = (signal.SIGUSR1, signal.SIGUSR2)
_PATIENCE = 0.05


class Group:
    """The command's process group."""

    def __init__(self) -> None:
        self.id = 0
        self.interrupted = False
        self.has_keyboard = False
        self._interrupts = 0

    def send(self, number: int) -> None:
        """A signal to all of it; none left to take it is no error."""
        if self.id:
            try:
                os.killpg(self.id, number)
            except (ProcessLookupError, PermissionError):
                return

    def forward(self, number: int) -> None:
        """What came to us; the second interrupt kills."""
        self.interrupted = self.interrupted or number in _ENDINGS
        self._interrupts += number == signal.SIGINT
        self.send(signal.SIGKILL if self._interrupts > 1 else number)

    def stopped(self, number: int) -> None:
        """The command was stopped: it waits for the keyboard, or it is to wait with us."""
        if number in (signal.SIGTTIN, signal.SIGTTOU):
            if terminal.holder() != os.getpgrp():
                time.sleep(_PATIENCE)  # we are in the background ourselves: stop until we are not
                _stop(number)
            if terminal.holder() == os.getpgrp():
                self.has_keyboard = terminal.hand_over(self.id)
        elif number == signal.SIGTSTP:
            self.pause()
        else:
            return
        self.send(signal.SIGCONT)

    def pause(self) -> None:
        """Stops us as the keyboard would, until we are told to go on."""
        had_keyboard = self.has_keyboard
        self.give_back()
        _stop(signal.SIGTSTP)
        if had_keyboard and terminal.holder() == os.getpgrp():
            self.has_keyboard = terminal.hand_over(self.id)

    def suspend(self) -> None:
        """The keyboard stopped us: the command stops, we stop, and both go on together."""
        self.send(signal.SIGTSTP)
        _stop(signal.SIGTSTP)
        self.send(signal.SIGCONT)

    def give_back(self) -> None:
        """The keyboard is ours again."""
        if self.has_keyboard:
            terminal.hand_over(os.getpgrp())
            self.has_keyboard = False


def _stop(number: int) -> None:
    before = signal.signal(number, signal.SIG_DFL)
    os.killpg(os.getpgrp(), number)
    signal.signal(number, before)


class Forwarding:
    """As long as it lasts, signals go to the command; a byte at `wake` tells that one came, or a child ended.

    Handlers act at once, also while a write waits for a slow reader.
    """

    def __init__(self, group: Group, resized: Callable[[], object]) -> None:
        self.wake, self._bell = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self._bell, False)
        self._group = group
        self._resized = resized
        self._before: list[tuple[int, signal.Handlers | Callable[..., object] | int | None]] = []
        self._bell_before = -1

    def __enter__(self) -> Forwarding:
        self._bell_before = signal.set_wakeup_fd(self._bell, warn_on_full_buffer=False)
        for number in (*_ENDINGS, *_MESSAGES):
            # What our caller ignores (`nohup`, a shell's `&`) stays ignored, by the command too.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._take(number, self._forward)
        if signal.getsignal(signal.SIGTSTP) is not signal.SIG_IGN:
            self._take(signal.SIGTSTP, self._suspend)
        self._take(signal.SIGWINCH, self._resize)
        self._take(signal.SIGCHLD, self._nothing)
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before:
            signal.signal(number, before)
        signal.set_wakeup_fd(self._bell_before)
        os.close(self.wake)
        os.close(self._bell)

    def hear(self) -> None:
        """Empties the pipe that woke us."""
        try:
            while os.read(self.wake, 512):
                pass
        except BlockingIOError:
            return

    def _take(self, number: int, handler: Callable[[int, FrameType | None], None]) -> None:
        self._before.append((number, signal.signal(number, handler)))

    def _forward(self, number: int, _: FrameType | None) -> None:
        self._group.forward(number)

    def _suspend(self, _: int, __: FrameType | None) -> None:
        self._group.suspend()

    def _resize(self, number: int, _: FrameType | None) -> None:
        self._resized()
        self._group.send(number)

    def _nothing(self, _: int, __: FrameType | None) -> None:
        return
