"""Content that a recovery has no business to add to a file."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from remediate.model.preview import Risk
from remediate.safety.edits import Edit, added_lines


class Danger(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of content; every repetition in `pattern` has an upper limit, so that it runs in linear time."""

    what: str
    grade: Risk
    pattern: str


_SCRIPTS = (
    "pre-?install|install|post-?install|pre-?prepare|prepare|post-?prepare|prepublish"
    "|pre-?uninstall|uninstall|post-?uninstall"
)

# The most dangerous first: of two in one line, each is told.
DANGERS: tuple[Danger, ...] = (
    Danger(
        what="a recursive removal (`rm -rf`)",
        grade="critical",
        pattern=r"\brm(?:\s{1,9}-{1,2}[\w-]{1,20}){0,5}\s{1,9}(?:-[a-z]{0,9}r|--recursive)",
    ),
    Danger(
        what="a download that is executed (`curl | sh`)",
        grade="critical",
        pattern=r"\b(?:curl|wget|fetch|base64|iwr|invoke-webrequest)\b[^\n|]{0,400}\|\s{0,9}(?:sudo\s{1,9}|env\s{1,9}){0,2}(?:[\w/]{1,40}/)?(?:(?:ba|da|z|k|fi)?sh|python[\d.]{0,6}|perl|ruby|node|iex)\b",
    ),
    Danger(
        what='a download that is executed (`sh -c "$(curl …)"`)',
        grade="critical",
        pattern=r"(?:\$\(|`|<\()\s{0,9}(?:curl|wget)\b",
    ),
    Danger(what="evaluated code (`eval(`)", grade="high", pattern=r"\beval\s{0,9}(?:\(|[\"'`$])"),
    Danger(what="evaluated code (`Invoke-Expression`)", grade="high", pattern=r"\binvoke-expression\b"),
    Danger(
        what="the end of a table (`DROP TABLE`)",
        grade="critical",
        pattern=r"\bdrop\s{1,9}(?:table|database|schema)\b",
    ),
    Danger(
        what="an install script", grade="high", pattern=rf"[\"'](?:{_SCRIPTS})[\"']\s{{0,9}}:\s{{0,9}}[\"']"
    ),
    Danger(
        what="a package with an install script",
        grade="medium",
        pattern=r"\b(?:hasInstallScript|requiresBuild)[\"']?\s{0,9}:\s{0,9}true",
    ),
    Danger(what="characters that hide or reorder text", grade="high", pattern="[\u202a-\u202e\u2066-\u2069]"),
    Danger(what="a conflict marker", grade="high", pattern=r"(?m)^(?:<{7}|>{7})(?: |$)"),
)


def dangers(edit: Edit) -> Iterator[tuple[Danger, int]]:
    """Each danger that the added lines hold, with the line where it first stands.

    A command may go on behind a `\\` at the end of its line: such lines are looked at together.
    """
    lines = list(_joined(edit))
    for danger in DANGERS:
        for number, text in lines:
            if re.search(danger.pattern, text, re.IGNORECASE):
                yield danger, number
                break


def _joined(edit: Edit) -> Iterator[tuple[int, str]]:
    first, held, last = 0, "", 0
    for number, line in added_lines(edit):
        if held and number != last + 1:
            yield first, held
            held = ""
        first = first if held else number
        last, held = number, held + line.rstrip("\r")
        if held.endswith("\\"):
            held = held[:-1] + " "
            continue
        yield first, held
        held = ""
    if held:
        yield first, held
