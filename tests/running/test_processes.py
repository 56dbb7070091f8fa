"""Programs are run to their end, or to the end of their time, with all that they started."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from passed import PYTHON, posix

from remediate.ports import Absent, Finished
from remediate.system import processes as module
from remediate.system.processes import SystemProcesses

ENV = {**os.environ, "MARK": "here"}


def ended(
    tmp_path: Path, *command: str, timeout: float = 30.0, env: dict[str, str] | None = None
) -> Finished:
    done = SystemProcesses().run(command, folder=tmp_path, environment=env or ENV, timeout=timeout)
    assert isinstance(done, Finished)
    return done


def test_both_outputs_come_together_in_order(tmp_path: Path) -> None:
    code = "import os\nfor n in range(200): os.write(1 + n % 2, b'%d\\n' % n)"
    done = ended(tmp_path, PYTHON, "-c", code)
    assert (done.code, done.output) == (0, b"".join(b"%d\n" % n for n in range(200)))


def test_folder_and_environment_are_those_given(tmp_path: Path) -> None:
    done = ended(tmp_path, PYTHON, "-c", "import os; print(os.getcwd(), os.environ['MARK'])")
    assert done.output.decode().split() == [str(tmp_path.resolve()), "here"]


def test_nothing_can_be_asked(tmp_path: Path) -> None:
    assert ended(tmp_path, PYTHON, "-c", "import sys; print(repr(sys.stdin.read()))").output.strip() == b"''"


def test_exit_code_is_kept(tmp_path: Path) -> None:
    assert ended(tmp_path, PYTHON, "-c", "raise SystemExit(7)").code == 7


@posix
def test_death_by_signal_is_negative(tmp_path: Path) -> None:
    assert ended(tmp_path, "sh", "-c", "kill -9 $$").code == -9


@posix
def test_at_the_timeout_the_whole_group_ends(tmp_path: Path) -> None:
    done = ended(tmp_path, "sh", "-c", "echo before; (trap '' TERM; sleep 60; touch late) & wait", timeout=2)
    assert (done.code, done.output) == (None, b"before\n")
    assert done.seconds < 30


@posix
def test_who_outlives_a_program_does_not_keep_us(tmp_path: Path) -> None:
    began = time.monotonic()
    done = ended(tmp_path, "sh", "-c", "sleep 60 & echo $! > pid; echo done")
    os.kill(int((tmp_path / "pid").read_text()), 9)
    assert (done.code, done.output) == (0, b"done\n")
    assert time.monotonic() - began < 30


def test_more_output_than_we_keep_is_read_and_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_OUTPUT", 1000)
    done = ended(tmp_path, PYTHON, "-c", "print('x' * 5_000_000)")
    assert done.code == 0
    assert 1000 <= len(done.output) < 200_000


@pytest.mark.parametrize("program", ["no-such-program-anywhere", "./no-such-file"])
def test_what_is_not_there_is_absent(program: str, tmp_path: Path) -> None:
    told = SystemProcesses().run((program,), folder=tmp_path, environment=ENV, timeout=1)
    assert told == Absent(program=program, reason="it is not installed")


@posix
def test_what_may_not_be_started_is_absent(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    told = SystemProcesses().run(("./file",), folder=tmp_path, environment=ENV, timeout=1)
    assert told == Absent(program="./file", reason="Permission denied")


def test_a_folder_that_is_not_there_is_told_apart(tmp_path: Path) -> None:
    told = SystemProcesses().run((PYTHON,), folder=tmp_path / "none", environment=ENV, timeout=1)
    assert isinstance(told, Absent)
    assert "the folder" in told.reason


@posix
def test_programs_are_found_as_a_shell_finds_them(tmp_path: Path) -> None:
    assert SystemProcesses().find("sh") is not None
    assert SystemProcesses().find("no-such-program-anywhere") is None
    done = ended(tmp_path, "sh", "-c", "echo $0", env={"PATH": os.environ["PATH"]})
    assert done.code == 0
