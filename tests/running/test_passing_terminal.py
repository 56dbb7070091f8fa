"""Where a person watches, the command sees a terminal, as large as theirs, and has their keyboard."""

from __future__ import annotations

import os
import signal
import time

from passed import PYTHON, Terminal, done, posix

pytestmark = posix

LOOK = "import os, sys; print(*(os.isatty(n) for n in (0, 1, 2)), *os.get_terminal_size(1))"


def test_the_command_sees_a_terminal_of_the_same_size() -> None:
    code, seen = Terminal(PYTHON, "-c", LOOK, rows=33, columns=101).rest()
    assert (code, seen.split()) == (0, [b"True", b"True", b"True", b"101", b"33"])


def test_the_command_sees_pipes_where_nobody_watches() -> None:
    code = "import os; print(os.isatty(1), os.isatty(2))"
    assert done(PYTHON, "-c", code)[1] == b"False False\n"


def test_colours_and_line_ends_are_as_without_us() -> None:
    code = "import sys; print('\\x1b[31mred\\x1b[0m' if sys.stdout.isatty() else 'plain'); print('a\\rb')"
    assert Terminal(PYTHON, "-c", code).rest() == (0, b"\x1b[31mred\x1b[0m\r\na\rb\r\n")


def test_the_keyboard_is_the_commands() -> None:
    terminal = Terminal(PYTHON, "-c", "name = input('Name? '); print('Hello', name)")
    terminal.until(b"Name? ")
    terminal.type(b"Ada\n")
    code, seen = terminal.rest()
    assert code == 0
    assert b"Hello Ada" in seen


def test_ctrl_c_ends_the_command_before_and_after_it_has_the_keyboard() -> None:
    for code in ("import time; print('on', flush=True); time.sleep(60)", "print('on', flush=True); input()"):
        terminal = Terminal(
            PYTHON, "-c", f"import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)\n{code}"
        )
        terminal.until(b"on")
        time.sleep(0.2)
        terminal.type(b"\x03")
        assert terminal.rest()[0] == 130


def test_a_new_size_is_told() -> None:
    code = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGWINCH, lambda *_: print(*os.get_terminal_size(1), flush=True))\n"
        "print('on', flush=True)\n"
        "while True: time.sleep(60)"
    )
    terminal = Terminal(PYTHON, "-c", code)
    terminal.until(b"on")
    terminal.resize(40, 120)
    terminal.until(b"120 40")
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.rest()[0] == 143


def test_the_terminal_is_left_as_it_was() -> None:
    import termios  # noqa: PLC0415 - POSIX alone has it

    terminal = Terminal(PYTHON, "-c", "input('? ')")
    before = termios.tcgetattr(terminal.outer)
    terminal.until(b"? ")
    terminal.type(b"\n")
    assert termios.tcgetattr(terminal.outer) == before
    assert terminal.rest()[0] == 0


def test_ctrl_z_stops_us_both_and_the_shell_goes_on_with_us() -> None:
    """In a real shell with jobs: it stops, the shell has its prompt, `fg` goes on."""
    import shlex  # noqa: PLC0415

    from running import COMMAND  # noqa: PLC0415

    # It ends once it goes on, however late it was stopped.
    code = (
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCONT})\n"
        "print('on', flush=True)\nsignal.sigwait({signal.SIGCONT})\nprint('end')"
    )
    command = shlex.join((*COMMAND, "run", "--", PYTHON, "-c", code))
    script = f"set -m; {command}; echo stopped=$?; fg; echo over=$?"
    terminal = Terminal.__new__(Terminal)
    terminal.seen = b""
    import pty  # noqa: PLC0415

    terminal.pid, terminal.outer = pty.fork()
    if terminal.pid == 0:
        from running import environment  # noqa: PLC0415

        os.execvpe("bash", ["bash", "-c", script], environment(TERM="xterm"))
    terminal.until(b"on")
    time.sleep(0.2)
    terminal.type(b"\x1a")
    terminal.until(b"stopped=148")
    code, seen = terminal.rest()
    assert b"end" in seen
    assert b"over=0" in seen
    assert code == 0
