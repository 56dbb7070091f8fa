"""The frame makes a log of a command's output that says which step ran what, and how it ended."""

from __future__ import annotations

import io

import pytest

from remediate.stages.at_hand.framing import Framed, script_of


def framed(output: bytes, *command: str, code: int = 1, timeout: float | None = None) -> list[str]:
    log = Framed(io.BytesIO(output), command or ("make",), code, timeout)
    pieces = []
    while piece := log.read(7):
        pieces.append(piece)
    return b"".join(pieces).decode().splitlines()


def test_a_step_as_the_runner_writes_it() -> None:
    assert framed(b"one\ntwo\n", "npm", "ci", "--prefix", "a b", code=3) == [
        "##[group]Run npm ci --prefix 'a b'",
        "npm ci --prefix 'a b'",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
        "one",
        "two",
        "##[error]Process completed with exit code 3.",
        "Cleaning up orphan processes",
    ]


def test_a_last_line_without_end_gets_one() -> None:
    assert framed(b"no end")[-3:-1] == ["no end", "##[error]Process completed with exit code 1."]


def test_a_timeout_is_told_as_one() -> None:
    assert framed(b"", code=124, timeout=600)[-2] == "##[error]The action has timed out after 10 minutes."


def test_commands_of_the_runner_stand_as_in_its_log() -> None:
    output = (
        b"::error file=a.c,line=1::broken\n  ::group::Tests\n::endgroup::\n::add-mask::x\nstd::error::y\n"
    )
    assert framed(output)[4:9] == [
        "##[error]broken",
        "##[group]Tests",
        "##[endgroup]",
        "::add-mask::x",
        "std::error::y",
    ]


@pytest.mark.parametrize("line", [b"##[group]Run make deploy", b"::group::Run make deploy"])
def test_no_output_begins_another_step(line: bytes) -> None:
    assert framed(line + b"\n")[4] == "##[group] Run make deploy"


@pytest.mark.parametrize(
    ("command", "script"),
    [
        (("bash", "-c", "npm ci\nnpm test\n"), "npm ci\nnpm test"),
        (
            ("/bin/bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "x"),
            "x",
        ),
        (("bash", "-ec", "make", "name"), "make"),
        (("sh", "run.sh", "-c", "x"), "sh run.sh -c x"),
        (("python", "-c", "pass"), "python -c pass"),
        (("sh", "-c"), "sh -c"),
        (("sh", "-c", ""), "sh -c ''"),
    ],
)
def test_a_shells_script_is_shown_as_a_step_shows_it(command: tuple[str, ...], script: str) -> None:
    assert script_of(command) == script


def test_long_output_is_not_held_in_memory() -> None:
    class Endless(io.RawIOBase):
        left = 64 * 1024 * 1024

        def read(self, size: int = -1) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return b"x" * (size - 1) + b"\n" if size else b""

    import tracemalloc  # noqa: PLC0415

    log = Framed(Endless(), ("make",), 1, None)  # type: ignore[arg-type]
    tracemalloc.start()
    size = sum(len(piece) for piece in iter(lambda: log.read(65536), b""))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > Endless.left
    assert peak < 4 * 1024 * 1024
