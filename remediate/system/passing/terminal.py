"""Terminals: a second one for the command's output, its size, and who may read from the keyboard."""

from __future__ import annotations

import os
import signal

KEYBOARD = 0


def pair(target: int) -> tuple[int, int]:
    """A terminal as large as `target`: its two ends.

    It leaves each byte as it is: what is to be done to a line's end the real terminal does.
    """
    import termios  # noqa: PLC0415 - where nobody watches there is no terminal

    outer, inner = os.openpty()
    modes = termios.tcgetattr(inner)
    modes[1] &= ~termios.OPOST
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(inner, termios.TCSANOW, modes)
    resize(target, outer)
    return outer, inner


def resize(target: int, outer: int) -> bool:
    """Gives the second terminal the size of the first; whether it had another one."""
    import fcntl  # noqa: PLC0415
    import termios  # noqa: PLC0415

    try:
        size = fcntl.ioctl(target, termios.TIOCGWINSZ, bytes(8))
        if size == fcntl.ioctl(outer, termios.TIOCGWINSZ, bytes(8)):
            return False
        fcntl.ioctl(outer, termios.TIOCSWINSZ, size)
    except OSError:
        return False
    return True


def holder() -> int:
    """The process group that reads from the keyboard; -1 where there is none."""
    try:
        return os.tcgetpgrp(KEYBOARD)
    except OSError:
        return -1


def hand_over(group: int) -> bool:
    """Lets a process group read from the keyboard; whether it may now."""
    before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        os.tcsetpgrp(KEYBOARD, group)
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGTTOU, before)
    return True
