r"""Makes text from a log harmless where it is going: a terminal, the runner, an output file, Markdown, HTML.

What would act is made visible (`\x1b`, `\u202e`), not dropped: a reader sees that something was there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from remediate.logs.cutting import cut
from remediate.logs.markdown import code_block, for_markdown
from remediate.logs.visible import for_terminal

__all__ = [
    "code_block",
    "cut",
    "for_annotation",
    "for_command",
    "for_html",
    "for_markdown",
    "for_output_file",
    "for_property",
    "for_svg",
    "for_terminal",
    "printable_log",
    "stopped",
]

# What is cut off an annotation's message: GitHub shows no more of it.
LONGEST_ANNOTATION = 4000

_LINE_END = r"\r\n|\r|\n"
_ANYWHERE = r"##(?=[A-Za-z]{0,20}\[)"
_AT_START = (
    ("::", ": :"),
    ("[command]", "[ command]"),
    ("section_start:", "section_start :"),
    ("section_end:", "section_end :"),
    ("travis_fold:", "travis_fold :"),
    ("travis_time:", "travis_time :"),
    ("--- ", " --- "),
    ("+++ ", " +++ "),
    ("~~~ ", " ~~~ "),
    ("^^^ +++", " ^^^ +++"),
)


def for_command(text: str) -> str:
    """The message of a workflow command; its lines stay lines."""
    lines = re.split(_LINE_END, text)
    return "%0A".join(for_terminal(line).replace("%", "%25") for line in lines)


def for_property(text: str) -> str:
    """The value of a workflow command's property, such as a title or a file."""
    return for_command(text).replace(":", "%3A").replace(",", "%2C")


def for_annotation(text: str) -> str:
    """A message for `::error::` and its like, no longer than GitHub shows."""
    return for_command(cut(text, LONGEST_ANNOTATION))


def printable_log(text: str) -> str:
    """Lines that a CI system prints and does not obey, whichever it is.

    GitHub's runner takes `::name::` at the start of a line, after any blanks, and `##[name]` wherever it
    stands; Azure's takes `##vso[` anywhere; the rest mark sections by how a line begins.
    """
    return "\n".join(_inert(for_terminal(line)) for line in re.split(_LINE_END, text))


def stopped(lines: Iterable[str], token: str) -> str:
    """Lines between `stop-commands` and its end: what may stand around `printable_log` as a second wall.

    The token must be random: whoever knows it can end the silence.
    """
    text = printable_log("\n".join(lines))
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,}", token) or token in text:
        raise ValueError("the token is guessable, or stands in the text")
    return f"::stop-commands::{token}\n{text}\n::{token}::"


def for_output_file(name: str, value: str, delimiter: str) -> str:
    """An entry of GITHUB_OUTPUT or GITHUB_ENV. The delimiter must be random: a log may hold a known one."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]*", name):
        raise ValueError(f"not a name for an output: {name!r}")
    if not re.fullmatch(r"[A-Za-z0-9_-]{16,}", delimiter) or delimiter in value:
        raise ValueError("the delimiter is guessable, or stands in the value")
    clean = value.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")
    return f"{name}<<{delimiter}\n{clean}\n{delimiter}\n"


def for_html(text: str) -> str:
    """Text or the value of a quoted attribute."""
    safe = for_terminal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return safe.replace('"', "&quot;").replace("'", "&#39;")


def for_svg(text: str) -> str:
    """As `for_html`, which names no entity that XML does not know and leaves no character that it forbids."""
    return for_html(text)


def _inert(line: str) -> str:
    line = re.sub(_ANYWHERE, "## ", line) if "##" in line else line
    start = len(line) - len(line.lstrip())
    for mark, instead in _AT_START:
        if line.startswith(mark, start):
            return line[:start] + instead + line[start + len(mark) :]
    return line
