"""Joins sections of Markdown under a limit: what matters least is left out first, and that is said."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from remediate.logs.cutting import cut

# An issue or a comment may hold so many characters, in UTF-16, and some room for what GitHub adds.
LONGEST_BODY = 65_000
# The summary of a step, in bytes: one that is larger is dropped whole.
LARGEST_SUMMARY = 1_000_000


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A part that stands or goes as one; `shorter` says the same in fewer words, where there are such.

    `worth`: the least goes first. What is worth `ALWAYS` stays.
    """

    worth: int
    text: str
    shorter: str = ""


ALWAYS = 1_000_000


def body_size(text: str) -> int:
    """As GitHub counts an issue's text, at worst."""
    return len(text.encode("utf-16-le")) // 2


def summary_size(text: str) -> int:
    """As a step's summary is counted."""
    return len(text.encode("utf-8", "replace"))


def joined(sections: Sequence[Section], limit: int, size: Callable[[str], int]) -> str:
    """All sections in their order, an empty line between, or as many as there is room for.

    Those of least worth are shortened first, the later of equals before the earlier; then they are left out.
    """
    texts = [section.text for section in sections]
    order = sorted(range(len(sections)), key=lambda at: (sections[at].worth, -at))
    note = "\n\n_{} of {} parts were left out or shortened: there was no room for more._\n"
    room = limit - size(note.format(len(texts), len(texts)))
    used = sum(map(size, texts)) + 2 * len(texts)
    if used <= limit:
        return _text(texts)
    gone: set[int] = set()
    for shortens in (True, False):
        for at in order:
            if used <= room or sections[at].worth >= ALWAYS:
                break
            less = sections[at].shorter if shortens else ""
            if shortens and not less:
                continue
            used -= size(texts[at]) - size(less)
            texts[at] = less
            gone.add(at)
    whole = _text(texts)
    if size(whole) > room:
        whole = _cut(whole, room, size)
    return whole + note.format(len(gone), len(texts))


def _text(texts: Sequence[str]) -> str:
    return "\n\n".join(text for text in texts if text)


def _cut(text: str, room: int, size: Callable[[str], int]) -> str:
    """At the end of a line; a block that is open is closed."""
    while text and size(text) > room:
        text = cut(text, max(0, len(text) - max(1, (size(text) - room) // 4)), "")
    text = text[: text.rfind("\n")] if "\n" in text else text
    return f"{text}\n{fence}" if (fence := _open_fence(text)) else text


def _open_fence(text: str) -> str:
    """The fence of a block that has no end; empty where there is none."""
    fence = ""
    for line in text.split("\n"):
        marks = line[: len(line) - len(line.lstrip("`"))]
        if not fence and len(marks) >= 3:
            fence = marks
        elif fence and marks == line and len(marks) >= len(fence):
            fence = ""
    return fence
