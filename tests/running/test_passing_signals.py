"""Signals reach the command and all that it started; our own end is the command's."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest
from passed import PYTHON, done, posix, started

pytestmark = posix

# Tells each signal that comes; `ready` says that it may.
TELLER = """
import os, signal, sys, time
def tell(number, _):
    print(signal.Signals(number).name, flush=True)
    if number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT): sys.exit(9)
for name in ('INT', 'TERM', 'HUP', 'QUIT', 'USR1', 'USR2'):
    signal.signal(getattr(signal, 'SIG' + name), tell)
print('ready', flush=True)
while True: time.sleep(1)
"""
STUBBORN = TELLER.replace("sys.exit(9)", "pass")


def line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])
def test_signals_reach_the_command(name: str) -> None:
    with started(PYTHON, "-c", TELLER) as process:
        assert line(process) == b"ready"
        process.send_signal(getattr(signal, name))
        assert line(process) == name.encode()
        assert process.wait(timeout=20) == 9


def test_messages_reach_the_command_and_end_nothing() -> None:
    with started(PYTHON, "-c", TELLER) as process:
        assert line(process) == b"ready"
        for name in ("SIGUSR1", "SIGUSR2", "SIGUSR1"):
            process.send_signal(getattr(signal, name))
            assert line(process) == name.encode()
        process.terminate()
        assert process.wait(timeout=20) == 9


def test_the_second_interrupt_kills() -> None:
    with started(PYTHON, "-c", STUBBORN) as process:
        assert line(process) == b"ready"
        process.send_signal(signal.SIGINT)
        assert line(process) == b"SIGINT"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 137


def test_signals_reach_the_commands_children_too() -> None:
    script = shlex.join((PYTHON, "-c", TELLER)) + " & wait"
    with started("sh", "-c", script) as process:
        assert line(process) == b"ready"
        process.terminate()
        assert line(process) == b"SIGTERM"
        assert process.wait(timeout=20) == 143


def test_an_interrupted_command_is_not_diagnosed(tmp_path: Path) -> None:
    script = "trap 'echo npm error code ECONNRESET; exit 1' INT; echo ready; while :; do sleep 0.1; done"
    report = tmp_path / "report.json"
    with started("sh", "-c", script, options=("--report", str(report))) as process:
        assert line(process) == b"ready"
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 1
    assert '"outcome": "interrupted"' in report.read_text()
    assert '"diagnosis": null' in report.read_text()


def test_what_our_caller_ignores_stays_ignored() -> None:
    code = "import signal; print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert done(PYTHON, "-c", code)[1] == b"True\n"
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_signal_gets_through_while_our_reader_sleeps() -> None:
    """The pipe to our reader is full, and we wait in a write."""
    code = TELLER.replace("while True", "os.write(1, b'x' * 4_000_000)\nwhile True").replace(
        "print(signal.Signals(number).name, flush=True)", "os.write(2, b'told')"
    )
    with started(PYTHON, "-c", code, stderr=None, pass_fds=()) as process:
        assert line(process) == b"ready"
        time.sleep(0.3)  # until the pipes are full
        process.terminate()
        time.sleep(0.3)
        assert process.stdout
        process.stdout.read()
        assert process.wait(timeout=20) == 9


def test_timeout_ends_all_of_it(tmp_path: Path) -> None:
    script = "sleep 300 & echo $! > child; wait"
    code, _, err = done("sh", "-c", script, options=("--timeout", "1"), cwd=tmp_path)
    assert code == 124
    assert err == b"remediate: ended after 1 s, as --timeout says\n"
    with pytest.raises(ProcessLookupError):
        _wait_for_end(int((tmp_path / "child").read_text()))


def _wait_for_end(pid: int) -> None:
    for _ in range(200):
        os.kill(pid, 0)
        if Path(f"/proc/{pid}/stat").exists() and b") Z " in Path(f"/proc/{pid}/stat").read_bytes():
            raise ProcessLookupError  # nobody reaps it in this container
        time.sleep(0.05)
