"""The command behaves in terminals, pipes and shells."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from running import COMMAND, LOCKFILE_LOG, environment, remediate

from remediate.cli.progress import Progress, Watched
from remediate.errors import UNREACHABLE

posix = pytest.mark.skipif(sys.platform == "win32", reason="by nature: pseudo-terminals and pipes of POSIX")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "build.log"
    path.write_bytes(LOCKFILE_LOG)
    return path


def test_bare_command_shows_help_with_examples() -> None:
    done = remediate()
    assert done.code == 0
    assert "Examples:" in done.out


@pytest.mark.parametrize(
    "path", ["", "diagnose", "rules", "rules list", "rules show", "rules test", "rules explain"]
)
def test_every_help_teaches_with_an_example(path: str) -> None:
    done = remediate(*path.split(), "--help")
    assert done.code == 0
    assert "Examples:" in done.out
    assert f"remediate {path}".strip() in done.out.split("Examples:")[1]


def test_version() -> None:
    assert remediate("--version").out.startswith("remediate, version ")


def test_colours_only_where_they_are_wanted(log: Path) -> None:
    assert "\x1b[" not in remediate("diagnose", log).out
    assert "\x1b[" in remediate("diagnose", log, FORCE_COLOR="1").out
    assert "\x1b[" not in remediate("diagnose", log, FORCE_COLOR="1", NO_COLOR="1").out
    assert "\x1b[" not in remediate("diagnose", log / "none", NO_COLOR="1").err


def on_a_terminal(*arguments: str, **env: str) -> str:
    import pty  # noqa: PLC0415 - POSIX alone has it

    reader, writer = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, *arguments], stdout=writer, stderr=writer, stdin=subprocess.DEVNULL, env=environment(**env)
    ):
        os.close(writer)
        seen = b""
        while True:
            try:
                block = os.read(reader, 4096)
            except OSError:  # Linux says so when the last writer is gone
                break
            if not block:
                break
            seen += block
    os.close(reader)
    return seen.decode()


@posix
def test_terminal_gets_colours_and_cut_lines(log: Path) -> None:
    seen = on_a_terminal("diagnose", str(log), TERM="xterm", COLUMNS="60")
    assert "\x1b[1m" in seen
    assert "…" in seen
    assert "\x1b[1m" not in on_a_terminal("diagnose", str(log), NO_COLOR="1")


@posix
def test_reader_may_leave_early(log: Path) -> None:
    for _ in range(3):
        process = subprocess.Popen(
            [*COMMAND, "diagnose", *[str(log)] * 40],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(PYTHONUNBUFFERED="1"),
        )
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="by nature: a device that is always full")
def test_output_that_cannot_be_written_is_no_bug(log: Path) -> None:
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device, not a path
        done = subprocess.run(
            [*COMMAND, "diagnose", str(log)],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
        )
    assert done.returncode == UNREACHABLE
    assert b"the output cannot be written: No space left on device" in done.stderr
    assert b"Traceback" not in done.stderr


@posix
def test_closed_output_is_no_bug(log: Path) -> None:
    line = f"{shlex.join([*COMMAND, 'diagnose', str(log)])} >&-"
    done = subprocess.run(["sh", "-c", line], capture_output=True, env=environment(), check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "latin-1"])
def test_terminal_without_our_characters_gets_others(log: Path, encoding: str) -> None:
    done = subprocess.run(
        [*COMMAND, "diagnose", str(log)],
        env=environment(PYTHONIOENCODING=encoding),
        capture_output=True,
        check=True,
    )
    assert "lockfile" in done.stdout.decode(encoding)
    assert done.stderr == b""


def test_json_is_utf8_whatever_the_terminal(log: Path) -> None:
    assert (
        remediate("diagnose", log, "--format", "json", PYTHONIOENCODING="latin-1").json["cause"] == "lockfile"
    )


class Screen:
    """A terminal that remembers."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> int:
        self.written += text
        return len(text)

    def flush(self) -> None:
        """Nothing is held back."""


def test_progress_waits_a_second_and_cleans_up() -> None:
    now = [0.0]
    screen = Screen()
    progress = Progress(screen, lambda: now[0])  # type: ignore[arg-type]
    progress.tell("build.log", 1_000_000, 4_000_000)
    progress.clear()
    assert screen.written == ""
    now[0] = 1.1
    progress.tell("build.log", 2_000_000, 4_000_000)
    assert "reading build.log: 2 of 4 MB, 50%" in screen.written
    progress.tell("build.log", 3_000_000, 4_000_000)
    assert "75%" not in screen.written
    now[0] = 1.4
    progress.tell("<stdin>", 3_000_000, 0)
    assert "reading <stdin>: 3 MB" in screen.written
    progress.clear()
    assert screen.written.endswith("\r\x1b[K")


def test_watched_stream_gives_what_it_reads(log: Path) -> None:
    told: list[tuple[int, int]] = []

    class Told(Progress):
        def tell(self, name: str, done: int, total: int) -> None:
            told.append((done, total))

    with log.open("rb") as stream:
        watched = Watched(stream, "build.log", Told(Screen(), lambda: 0.0))  # type: ignore[arg-type]
        assert watched.read(10) + watched.read() == LOCKFILE_LOG
        assert watched.seekable()
        assert watched.seek(0) == watched.tell() == 0
    assert told == [(10, len(LOCKFILE_LOG)), (len(LOCKFILE_LOG), len(LOCKFILE_LOG))]


@posix
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_names_the_command(shell: str) -> None:
    out = remediate("completion", shell).out
    assert "remediate" in out
    assert "_REMEDIATE_COMPLETE" in out


@posix
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("remediate dia", "diagnose"),
        ("remediate rules sh", "show"),
        ("remediate diagnose --form", "--format"),
        ("remediate diagnose --format js", "json"),
        ("remediate rules show npm-ci-out", "npm-ci-out-of-sync"),
    ],
)
def test_completion_knows(words: str, found: str) -> None:
    count = str(len(words.split()) - 1)
    done = remediate(_REMEDIATE_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count)
    assert f"plain,{found}" in done.out.split()
