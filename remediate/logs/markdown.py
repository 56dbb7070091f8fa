"""Makes text from a log plain text in GitHub's Markdown: nothing links, mentions, draws or closes issues."""

from __future__ import annotations

import re
from collections.abc import Iterable

from remediate.logs.visible import for_terminal

# GitHub looks for mentions, references and emoji after Markdown is done, where an escape is no help: a space
# of no width parts what would be found.
_PART = "&#8203;"
_SPECIAL = r"[\\`*_{}\[\]()<>#|~!^]"
_NUMBERED = r"^([0-9]{1,9})\."
_PARTED = (
    r"(?i)(?P<at>@)|(?P<number>#)|(?P<dollar>\$)|(?P<url>:(?=//))|(?P<www>\bwww(?=\.))|(?P<gh>\bGH-)"
    r"|(?P<mail>\b(?:mailto|xmpp):)|(?P<emoji>:(?=[A-Za-z0-9_+-]{1,60}:))|(?P<amp>&)"
    # A commit's hash becomes a link from seven characters on.
    r"|(?P<hash>[0-9a-f]{6}(?=[0-9a-f]))"
)

_PLAIN_ADDRESS = r"https?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?/[A-Za-z0-9._/-]{1,300}"

LANGUAGES = frozenset(("", "text", "console", "diff", "json", "yaml"))


def for_markdown(text: str) -> str:
    """The text within a line of Markdown, a list or a table's cell."""
    plain = " ".join(for_terminal(text).split())
    escaped = _inline(plain)
    if plain.startswith(("-", "+", "=", ":")):
        return f"\\{escaped}"
    return re.sub(_NUMBERED, r"\1\\.", escaped)


def linked(words: str, address: str) -> str:
    """Words of ours as a link; empty where the address is not a plain one."""
    return f"[{words}]({address})" if re.fullmatch(_PLAIN_ADDRESS, address) else ""


def log_block(lines: Iterable[str]) -> str:
    """Lines of a log as a block; none of them holds a comment, for by those we know our own texts again."""
    return code_block(for_terminal(line).replace("<!--", "<! --") for line in lines)


def code_block(lines: Iterable[str], language: str = "text") -> str:
    """A fenced block that no line can end. It stands at the margin, with an empty line before it."""
    if language not in LANGUAGES:
        raise ValueError(f"a language that GitHub might draw: {language!r}")
    shown = [for_terminal(line) for line in lines]
    longest = max((len(run) for line in shown for run in re.findall(r"`+|~+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join((fence + language, *shown, fence))


def _inline(text: str) -> str:
    pieces: list[str] = []
    at = 0
    for match in re.finditer(_PARTED, text):
        pieces += (_escape(text[at : match.start()]), _parted(match))
        at = match.end()
    return "".join((*pieces, _escape(text[at:])))


def _escape(text: str) -> str:
    return re.sub(_SPECIAL, r"\\\g<0>", text)


def _parted(match: re.Match[str]) -> str:
    if match["amp"]:
        return "&amp;"
    if match["dollar"]:
        return f"{_PART}&#36;{_PART}"
    if match["number"]:
        return f"\\#{_PART}"
    return match[0] + _PART
