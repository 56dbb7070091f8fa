"""A decision tree as a picture, the way that was taken marked in it: indented text, or Mermaid."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from remediate.decision.conditions import worded
from remediate.logs.cutting import cut
from remediate.logs.neutral import for_terminal, printable_log
from remediate.model.duration import written
from remediate.model.plan import Step, Stop
from remediate.model.tree import (
    DONE,
    Action,
    Condition,
    Escalate,
    Gate,
    Node,
    Parallel,
    Tree,
    Wait,
    edges,
)

_LONGEST = 120
_PLAIN = re.compile(r"[^A-Za-z0-9 .,_-]")
_SHAPES = {Condition: ("{", "}"), Wait: ("([", "])"), Gate: ("{{", "}}"), Escalate: ("[/", "/]")}


def as_text(tree: Tree, path: Sequence[Stop] = ()) -> str:
    """Indented, a `*` before what was passed; a node that several lead to is drawn once."""
    text = _Text(tree, _Taken(path))
    lines = (f"{tree.name}: {tree.title}", *text.branch(tree.start, "", 1, walked=bool(path)))
    return "\n".join(printable_log(for_terminal(line)) for line in lines)


class _Taken:
    """The nodes that were passed and the ways between them."""

    def __init__(self, path: Sequence[Stop]) -> None:
        names = [stop.node for stop in path]
        ended = bool(path) and path[-1].kind != "escalate"
        self.answers = {stop.node: stop.answer for stop in path}
        self.ways = set(zip(names, [*names[1:], *([DONE] if ended else [])], strict=False))

    def marks(self, name: str, node: Node) -> set[str]:
        """The ways out of the node that were taken, by the word on them."""
        told = self.answers.get(name, "").split(" ")[0]
        taken = [(word, onward) for word, onward in edges(node) if (name, onward) in self.ways]
        # Both answers of a condition may lead to one node: what it answered tells which was taken.
        return {word for word, _ in taken if not word or word == told}


class _Text:
    """Draws the branches, and remembers what is drawn already."""

    def __init__(self, tree: Tree, taken: _Taken) -> None:
        self._tree = tree
        self._taken = taken
        self._drawn: set[str] = set()

    def branch(self, name: str, word: str, depth: int, *, walked: bool) -> Iterator[str]:
        """The node and all below it; `walked` says whether this way to it was taken."""
        lead = ("* " if walked else "  ") + "  " * depth + (f"{word}: " if word else "")
        if name == DONE or name in self._drawn:
            yield f"{lead}{name}" + ("" if name == DONE else " (drawn above)")
            return
        self._drawn.add(name)
        node, answer = self._tree.nodes[name], self._taken.answers.get(name, "")
        told = f" -> {answer}" if answer and isinstance(node, Condition | Wait) else ""
        yield f"{lead}{name}: {_label(node)}{told}"
        marks = self._taken.marks(name, node)
        deeper = depth + (1 if isinstance(node, Condition) else 0)
        for way, onward in edges(node):
            yield from self.branch(onward, way, deeper, walked=way in marks)


def as_mermaid(tree: Tree, path: Sequence[Stop] = ()) -> str:
    """A flowchart without its fence; the way that was taken is thick and coloured.

    Nothing of the tree's own text can end a label: all but letters, digits and a few marks become codes.
    """
    taken, ids = _Taken(path), {name: f"n{number}" for number, name in enumerate(tree.nodes)}
    ids[DONE] = "finish"
    lines = ["flowchart TD"]
    lines += [_box(ids[name], node) for name, node in tree.nodes.items()]
    links = [
        (ids[name], word, ids[onward], word in taken.marks(name, node))
        for name, node in tree.nodes.items()
        for word, onward in edges(node)
    ]
    if any(onward == ids[DONE] for _, _, onward, _ in links):
        lines.append('    finish(("done"))')
    for source, word, target, walked in links:
        arrow = "==>" if walked else "-->"
        lines.append(f"    {source} {arrow}{f'|{word}|' if word else ''} {target}")
    walked_ids = [ids[name] for name in tree.nodes if name in taken.answers]
    if walked_ids:
        if any(target == ids[DONE] and walked for _, _, target, walked in links):
            walked_ids.append(ids[DONE])
        lines += [
            "    classDef walked fill:#dbeafe,stroke:#1d4ed8,stroke-width:3px,color:#111827",
            f"    class {','.join(walked_ids)} walked",
        ]
    return "\n".join(lines)


def as_markdown(tree: Tree, path: Sequence[Stop] = ()) -> str:
    """The flowchart as GitHub draws it in a summary or a comment."""
    return f"```mermaid\n{as_mermaid(tree, path)}\n```"


def _box(ident: str, node: Node) -> str:
    left, right = _SHAPES.get(type(node), ("[", "]"))
    return f'    {ident}{left}"{escaped(_label(node))}"{right}'


def escaped(text: str) -> str:
    """Text as the inside of a quoted Mermaid label, on one line."""
    return _PLAIN.sub(lambda found: f"#{ord(found[0])};", for_terminal(cut(text, _LONGEST)))


def _label(node: Node) -> str:
    match node:
        case Condition():
            return f"{worded(node.test)}?"
        case Action():
            return _step(node.step)
        case Parallel():
            return " + ".join(_step(step) for step in node.steps)
        case Gate():
            return f"approval: {node.asks}"
        case Wait():
            return "wait: backoff" if node.seconds is None else f"wait: {written(node.seconds)}"
        case Escalate():
            return f"to a person: {node.reason}"


def _step(step: Step) -> str:
    given = ", ".join(f"{name}={value}" for name, value in sorted(step.arguments.items()))
    told = f"{step.strategy} ({given})" if given else step.strategy
    return f"{told}, where it fits" if step.optional else told
