"""Reads a pattern of the common dialect into a tree of byte sets, and writes such a tree out again."""

from __future__ import annotations

import re

import msgspec

REPEAT_LIMIT = 20
_FULL = (1 << 256) - 1
_NEWLINE = 1 << 10


class MisfitError(Exception):
    """The pattern leaves the dialect; the message says where and what to write instead."""


class Bytes(msgspec.Struct, frozen=True):
    """One byte out of a set, a bit for each."""

    members: int


class Edge(msgspec.Struct, frozen=True):
    """A place between two bytes: `^`, `$`, `\\b` or `\\B`."""

    sign: str


class Repeat(msgspec.Struct, frozen=True):
    """`body`, from `least` to `most` times (None: without end)."""

    body: Choice
    least: int
    most: int | None


class Choice(msgspec.Struct, frozen=True):
    """One of several sequences."""

    branches: tuple[tuple[Bytes | Edge | Repeat | Choice, ...], ...]


Node = Bytes | Edge | Repeat | Choice
Sequence = tuple[Node, ...]


def _set(text: bytes) -> int:
    members = 0
    for byte in text:
        members |= 1 << byte
    return members


def _span(first: int, last: int) -> int:
    return (1 << (last + 1)) - (1 << first)


DIGIT = _span(48, 57)
WORD = DIGIT | _span(65, 90) | _span(97, 122) | _set(b"_")
# Written out because the engines differ: to Hyperscan \s holds the vertical tab, to RE2 it does not.
SPACE = _set(b"\t\n\f\r ")
ANY = _FULL & ~_NEWLINE
_NAMED = {"d": DIGIT, "w": WORD, "s": SPACE, "D": _FULL & ~DIGIT, "W": _FULL & ~WORD, "S": _FULL & ~SPACE}
_CONTROLS = {"t": 9, "f": 12, "r": 13}
_BOUNDS = re.compile(r"(\d+)(,?)(\d*)\}")
_UPPER, _LOWER = _span(65, 90), _span(97, 122)


def read(pattern: str) -> Choice:
    """The pattern's tree, or MisfitError; `(?i)` is resolved into sets of both cases, ASCII letters alone."""
    caseless = pattern.startswith("(?i)")
    reader = _Reader(pattern, 4 if caseless else 0, caseless)
    tree = reader.choice()
    if reader.more():
        raise MisfitError(f"the `)` at {reader.at + 1} closes nothing")
    return tree


def write(tree: Choice) -> str:
    """The tree as a pattern of plain ASCII that both engines read alike."""
    return "|".join("".join(_written(node) for node in branch) for branch in tree.branches)


def _written(node: Node) -> str:
    match node:
        case Bytes(members):
            return _bytes(members)
        case Edge(sign):
            return sign
        case Choice():
            return f"(?:{write(node)})"
        case Repeat(body, least, most):
            return _inner(body) + _times(least, most)


def _inner(body: Choice) -> str:
    single = len(body.branches) == 1 and len(body.branches[0]) == 1 and isinstance(body.branches[0][0], Bytes)
    return write(body) if single else f"(?:{write(body)})"


def _times(least: int, most: int | None) -> str:
    short = {(0, None): "*", (1, None): "+", (0, 1): "?"}.get((least, most))
    return short or f"{{{least},{'' if most is None else most}}}"


def _bytes(members: int) -> str:
    if not members & (members - 1):
        return _byte(members.bit_length() - 1)
    if members.bit_count() > 128:
        return f"[^{_spans(_FULL & ~members)}]"
    return f"[{_spans(members)}]"


def _spans(members: int) -> str:
    parts: list[str] = []
    while members:
        first = (members & -members).bit_length() - 1
        rest = members >> first
        length = ((rest + 1) & ~rest).bit_length() - 1
        parts.append(_byte(first) + (f"-{_byte(first + length - 1)}" if length > 1 else ""))
        members &= ~_span(first, first + length - 1)
    return "".join(parts)


def _byte(byte: int) -> str:
    char = chr(byte)
    return char if char.isascii() and (char.isalnum() or char in " _:/'\"=,;<>!@#%&~`") else f"\\x{byte:02x}"


def _folded(members: int) -> int:
    return members | (members & _UPPER) << 32 | (members & _LOWER) >> 32


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
        return _FULL & ~members & ~_NEWLINE if negated else members

    def folded(self, members: int) -> int:
        return _folded(members) if self.caseless else members

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
        return _span(low, high)

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
