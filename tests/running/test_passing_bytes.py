"""What a command prints goes through byte for byte, in order, at once, and its exit code is kept."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from passed import PYTHON, done, posix, started
from running import COMMAND, environment

pytestmark = posix
BYTES = (
    bytes(range(256)) * 300 + b"\xff\xfe\0\0\r\rprogress 10%\rprogress 20%\r\n\x1b[31mred\x1b[0m" + b"\0" * 99
)


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    file = tmp_path / "noise"
    file.write_bytes(BYTES)
    return file


def test_every_byte_goes_through(noise: Path) -> None:
    assert done("cat", noise) == (0, BYTES, b"")


def test_outputs_stay_apart(noise: Path) -> None:
    code, out, err = done("sh", "-c", 'cat "$1"; cat "$1" "$1" >&2; exit 7', "sh", noise)
    assert (code, out) == (7, BYTES)
    assert err.startswith(BYTES + BYTES)


def test_outputs_that_are_one_keep_their_order() -> None:
    code = "import os\nfor n in range(20000): os.write(1 + n % 2, b'%d\\n' % n)"
    seen = done(PYTHON, "-c", code, stderr=subprocess.STDOUT)[1]
    assert seen == b"".join(b"%d\n" % n for n in range(20000))


def test_input_is_the_commands_own() -> None:
    assert done("tr", "a-z", "A-Z", data=b"typed\n") == (0, b"TYPED\n", b"")


def test_a_line_does_not_wait_for_the_next() -> None:
    code = "import sys\nprint('first', flush=True)\nsys.stdin.read()\nprint('second')"
    with started(PYTHON, "-c", code, stdin=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdin
        assert process.stdout.readline() == b"first\n"  # while the command waits for us
        process.stdin.close()
        assert process.stdout.read() == b"second\n"


def test_a_piece_of_a_line_does_not_wait_for_its_end() -> None:
    code = "import sys\nprint('Continue? ', end='', flush=True)\nprint(sys.stdin.readline())"
    with started(PYTHON, "-c", code, stdin=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdin
        assert os.read(process.stdout.fileno(), 100) == b"Continue? "
        process.stdin.write(b"yes\n")
        process.stdin.close()
        assert process.stdout.read() == b"yes\n\n"


@pytest.mark.parametrize("code", [0, 1, 2, 42, 124, 126, 127, 130, 255])
def test_exit_code_is_kept(code: int) -> None:
    assert done("sh", "-c", f"exit {code}")[0] == code


@pytest.mark.parametrize(("name", "code"), [("KILL", 137), ("SEGV", 139), ("TERM", 143), ("PIPE", 141)])
def test_death_by_signal_is_told_as_shells_do(name: str, code: int) -> None:
    assert done("sh", "-c", f"kill -{name} $$")[0] == code


def test_what_is_not_there_is_told_as_shells_do() -> None:
    code, out, err = done("no-such-program-anywhere")
    assert (code, out) == (127, b"")
    assert err == b"remediate: no-such-program-anywhere: command not found\n"


def test_what_may_not_be_run_is_told_as_shells_do(tmp_path: Path) -> None:
    file = tmp_path / "script"
    file.write_text("#!/bin/sh\n")
    code, _, err = done(file)
    assert code == 126
    assert b"Permission denied" in err
    assert done(tmp_path)[0] == 126


def test_a_script_without_a_first_line_runs_as_in_a_shell(tmp_path: Path) -> None:
    file = tmp_path / "script"
    file.write_text("echo $1; exit 3\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    assert done(file, "x")[:2] == (3, b"x\n")


def test_no_signal_is_ignored_that_was_not() -> None:
    assert done("sh", "-c", "yes | head -n 1; kill -PIPE $$; echo still here")[:2] == (141, b"y\n")


def test_reader_may_leave_early() -> None:
    words = [*COMMAND, "run", "--", "yes"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout
        assert process.stderr
        assert os.read(process.stdout.fileno(), 2) == b"y\n"
        process.stdout.close()
        assert process.wait(timeout=20) == 141
        assert b"Traceback" not in process.stderr.read()


def test_closed_outputs_are_no_bug() -> None:
    for closing in (">&-", "2>&-", ">&- 2>&-"):
        line = f'"$@" {closing}'
        ended = subprocess.run(
            ["sh", "-c", line, "sh", *COMMAND, "run", "--", "sh", "-c", "echo x; echo y >&2; exit 5"],
            capture_output=True,
            env=environment(),
            check=False,
        )
        assert ended.returncode == 5
        assert b"Traceback" not in ended.stderr


def test_who_outlives_the_command_does_not_keep_us(tmp_path: Path) -> None:
    began = time.monotonic()
    code, out, _ = done("sh", "-c", "sleep 60 & echo $! > pid; echo done; exit 6", cwd=tmp_path)
    taken = time.monotonic() - began
    os.kill(int((tmp_path / "pid").read_text()), 9)
    assert (code, out) == (6, b"done\n")
    assert taken < 30


def test_who_outlives_the_command_may_go_on_printing(tmp_path: Path) -> None:
    """A server that the command started must not die of a pipe that we closed."""
    server = "for n in range(40): print(n, flush=True); time.sleep(0.1)\nopen('alive', 'w').close()"
    script = shlex.join((PYTHON, "-c", f"import time\n{server}")) + " & exit 0"
    with started("sh", "-c", script, cwd=tmp_path, stdout=subprocess.PIPE) as process:
        assert process.wait(timeout=20) == 0
        assert process.stdout
        process.stdout.read()  # it ends although the server runs on
    until = time.monotonic() + 30
    while not (tmp_path / "alive").exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert (tmp_path / "alive").exists()


def test_our_words_begin_a_line_of_their_own() -> None:
    words = ("sh", "-c", "printf 'no end'; sleep 60")
    out = done(*words, options=("--timeout", "2"), stderr=subprocess.STDOUT)[1]
    assert out == b"no end\nremediate: ended after 2 s, as --timeout says\n"


def test_a_gigabyte_takes_flat_memory(tmp_path: Path) -> None:
    """All of it comes through, and the process never holds 64 MB, its spool on the disk included."""
    code = "import os\nblock = os.urandom(1 << 20)\nfor _ in range(1024): os.write(1, block)"
    measure = (
        "import hashlib, resource, subprocess, sys\n"
        "p = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)\n"
        "size = 0\n"
        "while block := p.stdout.read(1 << 20): size += len(block)\n"
        "print(p.wait(), size, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    words = [PYTHON, "-c", measure, *COMMAND, "run", "--", PYTHON, "-c", code]
    told = subprocess.run(words, stdout=subprocess.PIPE, env=environment(TMPDIR=str(tmp_path)), check=True)
    code_, size, peak = map(int, told.stdout.split())
    assert (code_, size) == (0, 1 << 30)
    assert peak / (1024 if sys.platform == "linux" else 1 << 20) < 64
    assert list(tmp_path.iterdir()) == []


def test_a_flood_on_both_outputs_comes_through_whole() -> None:
    code = "import os\nfor n in range(3000):\n os.write(1, b'o' * (n % 997)); os.write(2, b'e' * (n % 991))"
    status, out, err = done(PYTHON, "-c", code)
    assert status == 0
    assert out == b"o" * sum(n % 997 for n in range(3000))
    assert err == b"e" * sum(n % 991 for n in range(3000))


def test_who_goes_on_printing_leaves_half_a_log(tmp_path: Path) -> None:
    """What the command said is mixed with what others still say: nothing is diagnosed."""
    script = "(while :; do echo npm error code ECONNRESET; sleep 0.02; done) & echo $! > pid; exit 1"
    report = tmp_path / "report.json"
    with started("sh", "-c", script, cwd=tmp_path, options=("--report", str(report))) as process:
        assert process.wait(timeout=20) == 1
        os.kill(int((tmp_path / "pid").read_text()), 9)
    assert '"diagnosis": null' in report.read_text()
