"""Reads a pattern of the common dialect into its tree, or says where it leaves the dialect."""

from __future__ import annotations

import re

from remediate.rules.syntax import (
    ANY,
    DIGIT,
    FULL,
    NEWLINE,
    SPACE,
    WORD,
    Bytes,
    Choice,
    Edge,
    Node,
    Repeat,
    Sequence,
    folded,
    span,
)

REPEAT_LIMIT = 20
_NAMED = {"d": DIGIT, "w": WORD, "s": SPACE, "D": FULL & ~DIGIT, "W": FULL & ~WORD, "S": FULL & ~SPACE}
_CONTROLS = {"t": 9, "f": 12, "r": 13}
_BOUNDS = re.compile(r"(\d+)(,?)(\d*)\}")


class MisfitError(Exception):
    """The pattern leaves the dialect; the message says where and what to write instead."""


def read(pattern: str) -> Choice:
    """The pattern's tree, or MisfitError; `(?i)` is resolved into sets of both cases, ASCII letters alone."""
    caseless = pattern.startswith("(?i)")
    reader = _Reader(pattern, 4 if caseless else 0, caseless)
    tree = reader.choice()
    if reader.more():
        raise MisfitError(f"the `)` at {reader.at + 1} closes nothing")
    return tree


class _Reader:
    def __init__(self, text: str, at: int, caseless: bool) -> None:
        self.text = text
        self.at = at
        self.caseless = caseless

    def more(self) -> bool:
        return self.at < len(self.text)

    def take(self) -> str:
        if not self.more():
            raise MisfitError("it ends too early")
        self.at += 1
        return self.text[self.at - 1]

    def skip(self, word: str) -> bool:
        found = self.text.startswith(word, self.at)
        self.at += len(word) * found
        return found

    def choice(self) -> Choice:
        branches = [self.sequence()]
        while self.skip("|"):
            branches.append(self.sequence())
        return Choice(tuple(branches))

    def sequence(self) -> Sequence:
        found: list[Node] = []
        while self.more() and self.text[self.at] not in "|)":
            found += self.counted(self.atom())
        return tuple(found)

    def counted(self, atom: Sequence) -> Sequence:
        bounds = self.bounds()
        if bounds is None:
            return atom
        if len(atom) == 1 and isinstance(atom[0], Edge):
            raise MisfitError(f"`{atom[0].sign}` cannot be repeated")
        if self.skip("+"):
            raise MisfitError("possessive quantifiers are unknown to RE2; leave the second `+` out")
        self.skip("?")  # lazy or not, the same lines match
        if self.bounds() is not None:
            raise MisfitError("a quantifier follows a quantifier")
        return (Repeat(Choice((atom,)), *bounds),)

    def bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.skip(sign):
                return bounds
        found = _BOUNDS.match(self.text, self.at + 1) if self.text.startswith("{", self.at) else None
        return self.braces(found) if found else None

    def braces(self, found: re.Match[str]) -> tuple[int, int | None]:
        self.at = found.end()
        low = int(found[1])
        high = (int(found[3]) if found[3] else None) if found[2] else low
        if max(low, high or 0) > REPEAT_LIMIT:
            raise MisfitError(f"`{{{found[0]}` repeats more than {REPEAT_LIMIT} times; write `+` or `*`")
        if high is not None and high < low:
            raise MisfitError(f"`{{{found[0]}` is upside down")
        return low, high

    def atom(self) -> Sequence:
        char = self.take()
        if char == "(":
            return self.group()
        if char == "[":
            return (Bytes(self.klass()),)
        if char == ".":
            return (Bytes(ANY),)
        if char in "^$":
            return (Edge(char),)
        if char == "\\":
            return self.escape()
        if char in "*+?":
            raise MisfitError(f"the `{char}` at {self.at} has nothing to repeat")
        return self.plain(char)

    def plain(self, char: str) -> Sequence:
        if char in "\n\r":
            raise MisfitError("a pattern stands on one line")
        if ord(char) < 128:
            return (Bytes(self.folded(1 << ord(char))),)
        return (Choice((tuple(Bytes(1 << byte) for byte in char.encode()),)),)

    def group(self) -> Sequence:
        if self.skip("?") and not self.skip(":"):
            raise MisfitError(
                f"`(?{self.text[self.at : self.at + 2]}`: only `(?:…)` groups, and `(?i)` at the very start"
            )
        inside = self.choice()
        if not self.skip(")"):
            raise MisfitError("a `(` is not closed")
        return (inside,)

    def escape(self) -> Sequence:
        char = self.take()
        if char in "bB":
            return (Edge("\\" + char),)
        return (Bytes(self.folded(self.escaped(char))),)

    def escaped(self, char: str) -> int:
        if char in _NAMED:
            return _NAMED[char]
        if char in _CONTROLS:
            return 1 << _CONTROLS[char]
        if char == "n":
            raise MisfitError("`\\n`: a pattern matches within one line")
        if char.isalnum() or ord(char) > 127:
            raise MisfitError(f"`\\{char}` is not in the common dialect")
        return 1 << ord(char)

    def klass(self) -> int:
        negated = self.skip("^")
        members, first = 0, True
        while first or not self.skip("]"):
            first = False
            members |= self.range()
        members = self.folded(members)
        members = FULL & ~members & ~NEWLINE if negated else members
        if not members:
            raise MisfitError("a class that holds nothing matches nothing")
        return members

    def folded(self, members: int) -> int:
        return folded(members) if self.caseless else members

    def range(self) -> int:
        low, members = self.member()
        if (
            members is not None
            or not self.text.startswith("-", self.at)
            or self.text.startswith("-]", self.at)
        ):
            return 1 << low if members is None else members
        self.at += 1
        high, members = self.member()
        if members is not None or high < low:
            raise MisfitError("a class holds a range that cannot be read")
        return span(low, high)

    def member(self) -> tuple[int, int | None]:
        char = self.take()
        if ord(char) > 127:
            raise MisfitError(f"`{char}` in a class: write `(?:{char}|…)`, for a class is of single bytes")
        if char == "[" and self.text.startswith(":", self.at):
            raise MisfitError("named classes like `[:alpha:]` are not in the dialect")
        if char != "\\":
            return ord(char), None
        members = self.escaped(self.take())
        if members & (members - 1):
            return 0, members
        return members.bit_length() - 1, None
