"""Patterns as trees of byte sets, and the one way to write them that both engines read alike."""

from __future__ import annotations

import msgspec

FULL = (1 << 256) - 1
NEWLINE = 1 << 10


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


def bytes_of(text: bytes) -> int:
    """The set of the bytes in `text`."""
    members = 0
    for byte in text:
        members |= 1 << byte
    return members


def span(first: int, last: int) -> int:
    """The set of the bytes from `first` to `last`."""
    return (1 << (last + 1)) - (1 << first)


DIGIT = span(48, 57)
WORD = DIGIT | span(65, 90) | span(97, 122) | bytes_of(b"_")
# Written out because the engines differ: to Hyperscan \s holds the vertical tab, to RE2 it does not.
SPACE = bytes_of(b"\t\n\f\r ")
ANY = FULL & ~NEWLINE
_UPPER, _LOWER = span(65, 90), span(97, 122)


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
        return f"[^{_spans(FULL & ~members)}]"
    return f"[{_spans(members)}]"


def _spans(members: int) -> str:
    parts: list[str] = []
    while members:
        first = (members & -members).bit_length() - 1
        rest = members >> first
        length = ((rest + 1) & ~rest).bit_length() - 1
        parts.append(_byte(first) + (f"-{_byte(first + length - 1)}" if length > 1 else ""))
        members &= ~span(first, first + length - 1)
    return "".join(parts)


def _byte(byte: int) -> str:
    char = chr(byte)
    return char if char.isascii() and (char.isalnum() or char in " _:/'\"=,;<>!@#%&~`") else f"\\x{byte:02x}"


def folded(members: int) -> int:
    """The set with both cases of its ASCII letters."""
    return members | (members & _UPPER) << 32 | (members & _LOWER) >> 32
