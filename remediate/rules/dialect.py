"""Says whether a pattern is in the common dialect, and derives the two forms in which it is matched."""

from __future__ import annotations

from collections.abc import Callable

from remediate.rules.grammar import MisfitError, read
from remediate.rules.syntax import ANY, SPACE, Bytes, Choice, Edge, Node, Repeat, Sequence, write

LITERAL_NEEDED = 3
_START, _END = Edge("^"), Edge("$")
# All that `bytes.rstrip` takes from a line's end.
_BLANKS = Bytes(SPACE & ANY | 1 << ord("\v"))
_CONTENT_END = Choice(((Repeat(Choice(((_BLANKS,),)), 0, None), _END),))


def complaint(pattern: str, *, brief: bool = False) -> str | None:
    """Why the pattern cannot be taken, or None; a `brief` one is never scanned for and needs no literal."""
    try:
        tree = _checked(pattern)
    except MisfitError as misfit:
        return str(misfit)
    if not brief and literal_run(tree) < LITERAL_NEEDED:
        return f"no run of {LITERAL_NEEDED} characters that must appear: it would be tried at every byte"
    return None


def exact_form(pattern: str) -> str:
    """For the content of one line: both engines give the same answer to it."""
    return write(_checked(pattern))


def scan_form(pattern: str) -> str:
    """For whole chunks: found on every line whose content matches the pattern, and on few others.

    A match never leaves its line. `^` is left out: content may follow any prefix, and of a thousand lines
    two more are looked at for it, while an engine that must look back at prefixes takes a third longer.
    `$` allows for blanks. What need not be there at either end is left out, for Hyperscan would report each
    further byte as a match of its own.
    """
    tree = _loosened(_checked(pattern))
    return write(Choice(tuple(_without_tail(_without_head(branch)) for branch in tree.branches)))


def is_anchored(pattern: str) -> bool:
    """Whether `^` or `$` stands in it: of other patterns, the scan form is as exact as the exact one."""
    return _anchored(read(pattern))


def literal_run(tree: Choice) -> int:
    """Length of the longest run of literal bytes that every match holds."""
    return min(_run(branch) for branch in tree.branches)


def _checked(pattern: str) -> Choice:
    tree = read(pattern)
    _check_edges(tree, first=True, last=True)
    return tree


def _check_edges(tree: Choice, *, first: bool, last: bool) -> None:
    for branch in tree.branches:
        for place, node in enumerate(branch):
            opens, closes = first and place == 0, last and place == len(branch) - 1
            match node:
                case Edge("^") if not opens:
                    raise MisfitError("`^` stands where a match cannot begin")
                case Edge("$") if not closes:
                    raise MisfitError("`$` stands where a match cannot end")
                case Choice():
                    _check_edges(node, first=opens, last=closes)
                case Repeat():
                    _check_edges(node.body, first=False, last=False)


def _anchored(tree: Choice) -> bool:
    nodes = (node for branch in tree.branches for node in branch)
    return any(node in (_START, _END) or (isinstance(node, Choice) and _anchored(node)) for node in nodes)


def _run(branch: Sequence) -> int:
    best = run = 0
    for node in branch:
        literal = _literal_length(node)
        run = run + literal if literal else 0
        best = max(best, run, _inside(node))
    return best


def _literal_length(node: Node) -> int:
    match node:
        case Bytes(members):
            return int(_is_letter(members))
        case Choice(branches):
            lengths = [[_literal_length(part) for part in branch] for branch in branches]
            return min(sum(parts) if all(parts) else 0 for parts in lengths)
    return 0


def _is_letter(members: int) -> bool:
    """One byte, or one ASCII letter in both cases."""
    lowest = members & -members
    return members in (lowest, lowest | lowest << 32)


def _inside(node: Node) -> int:
    match node:
        case Choice():
            return literal_run(node)
        case Repeat(body, least, _) if least:
            return literal_run(body)
    return 0


def _without_tail(branch: Sequence) -> Sequence:
    """The branch up to where a match is first certain: as many lines match, each with fewer ends."""
    if not branch:
        return branch
    kept = _needed(branch[-1], _without_tail)
    return (*branch[:-1], *kept) if kept else _without_tail(branch[:-1])


def _without_head(branch: Sequence) -> Sequence:
    """The branch from where a match must have begun by."""
    if not branch:
        return branch
    kept = _needed(branch[0], _without_head)
    return (*kept, *branch[1:]) if kept else _without_head(branch[1:])


def _needed(node: Node, trim: Callable[[Sequence], Sequence]) -> Sequence:
    """What of the outermost node must match; nothing where it may be left out."""
    match node:
        case Repeat(_, 0, _):
            return ()
        case Repeat(body, 1, _):
            return _needed(body, trim)
        case Repeat(body, least, _):
            return (Repeat(body, least, least),)
        case Choice(branches):
            trimmed = tuple(trim(branch) for branch in branches)
            return (Choice(trimmed),) if all(trimmed) else ()
    return (node,)


def _loosened(tree: Choice) -> Choice:
    return Choice(tuple(tuple(_loose(node) for node in branch if node != _START) for branch in tree.branches))


def _loose(node: Node) -> Node:
    match node:
        case Bytes(members):
            return Bytes(members & ANY)
        case Edge("$"):
            return _CONTENT_END
        case Repeat(body, least, most):
            return Repeat(_loosened(body), least, most)
        case Choice():
            return _loosened(node)
    return node
