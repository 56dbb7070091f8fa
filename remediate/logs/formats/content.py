"""A line of a log as its tool wrote it, and what the CI system said about it."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

Level = Literal["", "error", "warning", "notice", "debug", "group", "command", "section"]

# What other programs put before a line of the tool that they run: docker compose, BuildKit, Turborepo and its
# like, Mozilla's harness, a step of the web page's copy.
_INNER = re.compile(
    rb"(?:[\w.-]{1,60}[-_]\d{1,3} +\| |#\d{1,4} (?:\d+\.\d+ )?(?:#\d{1,4} \d+\.\d+ )?"
    rb"|@?[\w./-]{1,60}:[\w:-]{1,40}: |\d\d:\d\d:\d\d +(?:DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL) -[ \t]+"
    rb"|\[\d\d:\d\d:\d\d(?:\.\d{1,6})?\] | {0,4}(?:Error|Warning): )(?=\S)"
)


class Content(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A line without what the CI system put around it.

    `text` is what rules are matched against. `line` still has the CI system's marks (`##[error]`,
    `section_start:…`), not its timestamps. `job` and `step` are known where each line names them, as those
    of `gh run view` do.
    """

    text: bytes
    level: Level = ""
    line: bytes = b""
    job: str = ""
    step: str = ""

    @property
    def inner(self) -> bytes:
        """The text below one more prefix, of docker compose, BuildKit or the like; empty without one."""
        found = _INNER.match(self.text)
        return self.text[found.end() :] if found else b""


def visible(line: bytes) -> bytes:
    """What a terminal shows in the end: a progress bar's last state. Blanks at the end go too."""
    line = line.rstrip()
    return line[line.rfind(b"\r") + 1 :] if b"\r" in line else line
