r"""Frames what a command printed as GitHub's runner writes a step, so that step and command are known."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import BinaryIO

_SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ash", "ksh"))
_BLOCK = 256 * 1024
# The runner obeys these and writes them into the log in its own form; `##[group]Run` alone begins a step.
_COMMAND = rb"(?m)^[ \t]*::(error|warning|notice|debug|group|endgroup)(?: [^:\n]*)?::"
_RUN = rb"##\[group\](?=Run )"
_ANOTHER_STEP = b"##[group] "


class Framed:
    """A stream of the framed log; `head_lines` and `head_bytes` stand above the output."""

    def __init__(self, output: BinaryIO, command: Sequence[str], code: int, timeout: float | None) -> None:
        head = _head(command)
        self.head_lines = head.count(b"\n")
        self.head_bytes = len(head)
        self._pieces = _framed(output, head, _end(code, timeout))
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        """As a file does; fewer bytes than were asked for do not mean that it ends."""
        if size < 0:
            rest, self._rest = b"".join((self._rest, *self._pieces)), b""
            return rest
        if not self._rest:
            self._rest = next(self._pieces, b"")
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken


def script_of(command: Sequence[str]) -> str:
    """The command as a step shows it: the script of a shell, or the words of another program."""
    words = iter(command[1:] if command[0].rpartition("/")[2] in _SHELLS else ())
    for word in words:
        if re.fullmatch("-[a-z]*c", word):
            return next(words, "").strip("\n") or shlex.join(command)
        if re.fullmatch("[-+][a-z]*o", word):
            next(words, "")  # the option's name
        elif not word.startswith("-"):
            break
    return shlex.join(command)


def _head(command: Sequence[str]) -> bytes:
    lines = script_of(command).split("\n")
    shell = "shell: /usr/bin/bash -e {0}"
    text = "\n".join((f"##[group]Run {lines[0]}", *lines, shell, "##[endgroup]", ""))
    return text.encode("utf-8", "surrogateescape")


def _end(code: int, timeout: float | None) -> bytes:
    """The runner's own words for how a step ended, which the rules know."""
    if timeout is not None:
        words = f"The action has timed out after {max(1, round(timeout / 60))} minutes."
    else:
        words = f"Process completed with exit code {code}."
    return f"##[error]{words}\nCleaning up orphan processes\n".encode()


def _framed(output: BinaryIO, head: bytes, end: bytes) -> Iterator[bytes]:
    yield head
    begun = b""
    while block := output.read(_BLOCK):
        whole, newline, begun = (begun + block).rpartition(b"\n")
        if newline:
            yield _as_logged(whole + newline)
        elif len(begun) > _BLOCK:
            yield _as_logged(begun)
            begun = b""
    if begun:
        yield _as_logged(begun) + b"\n"
    yield end


def _as_logged(lines: bytes) -> bytes:
    if b"::" in lines:
        lines = re.sub(_COMMAND, rb"##[\1]", lines)
    return re.sub(_RUN, _ANOTHER_STEP, lines) if b"##[group]" in lines else lines
