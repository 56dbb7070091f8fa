"""What GitHub makes of what is written: who is told, what is linked and shown, which issues are closed."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .bare import NOTHING, GitFailed

if TYPE_CHECKING:
    from .repository import Repository
    from .talk import Issue

_MENTION = re.compile(r"(?<![\w`/.@-])@([a-z\d](?:[a-z\d-]{0,38})(?:/[\w.-]+)?)", re.IGNORECASE)
_REFERENCE = re.compile(r"(?<![\w&/#])(?:[\w.-]+/[\w.-]+)?#\d+\b|(?<!\w)GH-\d+\b", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>]+", re.IGNORECASE)
_CLOSING = re.compile(r"\b(?:close[sd]?|fix(?:es|ed)?|resolve[sd]?):?\s+#(\d+)\b", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_QUIET = re.compile(r"<(code|pre)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?([a-z][\w-]*)[^>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Prose:
    """What a text does when GitHub shows it."""

    mentions: tuple[str, ...]
    references: tuple[str, ...]
    links: tuple[str, ...]
    images: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Saying:
    """A text that somebody put where people read it."""

    where: str
    author: str
    text: str

    @property
    def prose(self) -> Prose:
        return read(self.text)


@functools.lru_cache(maxsize=1)
def _parser() -> Any:
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only tests that look at prose need it

    return MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")


def _spoken(tokens: Any) -> Iterator[tuple[str, str]]:
    """The parts of a text: `text`, `tag`, `link` or `image`, with what they say."""
    for token in tokens:
        if token.type == "inline":
            yield from _spoken(token.children)
            # No mention reaches over the end of a block.
            yield "text", "\n"
        elif token.type in ("html_block", "html_inline"):
            shown = _COMMENT.sub("", token.content)
            yield from (("tag", name.lower()) for name in _TAG.findall(shown))
            yield "text", _TAG.sub(" ", _QUIET.sub(" ", shown))
        elif token.type == "link_open":
            yield "link", str(token.attrGet("href"))
        elif token.type == "image":
            yield "image", str(token.attrGet("src"))
        elif token.type == "text":
            yield "text", token.content
        elif token.type in ("softbreak", "hardbreak"):
            yield "text", "\n"
        elif token.type == "code_inline":
            yield "text", "`"


def read(text: str) -> Prose:
    """A text as GitHub's Markdown would have it; what stands in code does nothing."""
    parts = list(_spoken(_parser().parse(text)))
    said = "".join(content for kind, content in parts if kind == "text")
    of = {kind: tuple(content for one, content in parts if one == kind) for kind in ("link", "image", "tag")}
    return Prose(
        mentions=tuple(_MENTION.findall(said)),
        references=tuple(_REFERENCE.findall(said)),
        links=of["link"] + tuple(_ADDRESS.findall(said)),
        images=of["image"],
        tags=of["tag"],
    )


def closed_by(repo: Repository, texts: list[str], login: str) -> list[Issue]:
    """Closes the issues that these texts say are done; gives those that were open."""
    numbers = {int(number) for text in texts for number in _CLOSING.findall(text)}
    now, closed = repo.box.clock.now(), []
    for number in sorted(numbers):
        issue = repo.issues.get(number)
        if issue and issue.state == "open" and issue.pull is None:
            issue.state, issue.state_reason, issue.closed_at, issue.closed_by = (
                "closed",
                "completed",
                now,
                login,
            )
            issue.updated_at = now
            closed.append(issue)
    return closed


def messages(repo: Repository, before: str, after: str) -> list[str]:
    """The messages of the commits that a push brought."""
    if after == NOTHING:
        return []
    span = after if before == NOTHING else f"{before}..{after}"
    try:
        text = repo.git.run("log", "--format=%B%x00", "--max-count=50", span).decode(errors="replace")
    except GitFailed:
        return []
    return text.split("\0")
