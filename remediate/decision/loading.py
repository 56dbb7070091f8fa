"""Decision trees from YAML: reads one, checks it, and names the place of whatever is wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from importlib import resources

from remediate.decision.conditions import read_test
from remediate.decision.soundness import check
from remediate.errors import ConfigProblem
from remediate.model.cause import CAUSES, DEFECTS
from remediate.model.duration import seconds_of
from remediate.model.plan import Step
from remediate.model.tree import (
    DONE,
    KINDS,
    Action,
    Condition,
    Escalate,
    Gate,
    Node,
    Parallel,
    Tree,
    Wait,
)
from remediate.rules.packs import PackText, stem
from remediate.rules.spot import Spot, nearest, root_of

_KEYS = ("title", "causes", "when", "start", "nodes")
_NEEDED = ("title", "causes", "start", "nodes")
_LONGEST_WAIT = 86400.0
_MOST_NODES = 100
_OWN = {
    "command": "The name is one of those under `commands` in the configuration.",
    "http": "The name is one of those under `requests` in the configuration.",
}

Values = dict[str, Spot]


def shipped_trees(strategies: Collection[str]) -> tuple[Tree, ...]:
    """The trees of the house, by name."""
    folder = resources.files(__package__) / "trees"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(read_tree(f.read_bytes(), f"trees/{f.name}", strategies) for f in files)


def all_trees(own: Iterable[PackText], strategies: Collection[str]) -> tuple[Tree, ...]:
    """The user's trees (file name and content) in their order, then those of the house."""
    house = shipped_trees(strategies)
    trees: list[Tree] = []
    for file, text in own:
        tree = read_tree(text, file, strategies)
        # A plan names its tree: one name must stand for one tree.
        if any(tree.name == other.name for other in (*house, *trees)):
            message = f"{file}: there is a tree `{tree.name}` already"
            raise ConfigProblem(message, hint="A tree is named after its file: give it another name.")
        trees.append(tree)
    return (*trees, *house)


def read_tree(text: str | bytes, file: str, strategies: Collection[str]) -> Tree:
    """The tree in `text`; `strategies` are the names of all that there are."""
    root = root_of(text, file)
    values = _values(root, _KEYS, _NEEDED, "a tree")
    spots = {name: spot for name, _, spot in values["nodes"].items()}
    if len(spots) > _MOST_NODES:
        raise values["nodes"].problem(f"there are more than {_MOST_NODES} nodes", "Make several trees of it.")
    if DONE in spots:
        raise spots[DONE].problem(f"no node may be called `{DONE}`: that is where a plan ends")
    tree = Tree(
        name=stem(file),
        title=values["title"].text(),
        causes=tuple(_cause(entry) for entry in values["causes"].entries()),
        start=values["start"].text(),
        nodes={name: _node(name, spot, strategies) for name, spot in spots.items()},
        applies=read_test(values["when"]) if "when" in values else None,
    )
    check(tree, spots, values["start"])
    return tree


def _cause(spot: Spot) -> str:
    cause = spot.choice(CAUSES, "cause")
    if cause in DEFECTS:
        raise spot.problem(f"`{cause}` is a real defect: no tree may act on it", "A person has to mend it.")
    if not CAUSES[cause].strategies:
        hint = "Causes with a recovery: " + ", ".join(c.name for c in CAUSES.values() if c.strategies) + "."
        raise spot.problem(
            f"no rule recommends a recovery for `{cause}`: this tree would never be used", hint
        )
    return cause


def _node(name: str, spot: Spot, strategies: Collection[str]) -> Node:
    kinds = [value for key, _, value in spot.items() if key == "kind"]
    if not kinds:
        raise spot.problem(f"the node `{name}` has no `kind`", f"Kinds: {', '.join(KINDS)}.")
    kind = kinds[0].choice(KINDS, "kind of node")
    keys = KINDS[kind][0]
    needed = [key for key in keys if key not in ("arguments", "optional")]
    values = _values(spot, ("kind", *keys), needed, f"the node `{name}` ({kind})")
    return _MAKERS[kind](values, strategies)


def _values(spot: Spot, known: Iterable[str], needed: Iterable[str], what: str) -> Values:
    values = {key: value for key, (_, value) in spot.known_items(known).items() if not value.is_null()}
    for key in needed:
        if key not in values:
            hint = f"Name a node, or `{DONE}`." if key == "next" else ""
            raise spot.problem(f"{what}: `{key}` is missing", hint)
    return values


def _condition(values: Values, _: Collection[str]) -> Node:
    test = read_test(values["if"])
    return Condition(test=test, then=values["then"].text(), otherwise=values["else"].text())


def _action(values: Values, strategies: Collection[str]) -> Node:
    return Action(step=_step(values, strategies), next=values["next"].text())


def _parallel(values: Values, strategies: Collection[str]) -> Node:
    steps = tuple(
        _step(_values(entry, ("strategy", "arguments", "optional"), ("strategy",), "a step"), strategies)
        for entry in values["steps"].entries()
    )
    if not steps:
        raise values["steps"].problem("there are no steps")
    return Parallel(steps=steps, next=values["next"].text())


def _gate(values: Values, _: Collection[str]) -> Node:
    return Gate(asks=_said(values["asks"]), next=values["next"].text())


def _wait(values: Values, _: Collection[str]) -> Node:
    spot, seconds = values["for"], None
    if spot.text() != "backoff":
        seconds = seconds_of(spot.text())
        if seconds is None or seconds > _LONGEST_WAIT:
            raise spot.problem(
                f"`{spot.text()}` is no time to wait", "Write `backoff`, or a time up to `24h`."
            )
    return Wait(seconds=seconds, next=values["next"].text())


def _escalate(values: Values, _: Collection[str]) -> Node:
    return Escalate(reason=_said(values["reason"]))


def _said(spot: Spot) -> str:
    if not spot.text().strip():
        raise spot.problem("a sentence is wanted here")
    return spot.text()


def _step(values: Values, strategies: Collection[str]) -> Step:
    spot = values["strategy"]
    if spot.text() not in strategies:
        hint = nearest(spot.text(), sorted(strategies))
        raise spot.problem(f"unknown strategy `{spot.text()}`", hint)
    given = values["arguments"].items() if "arguments" in values else ()
    step = Step(
        strategy=spot.text(),
        arguments={name: value.text() for name, _, value in given},
        optional="optional" in values and values["optional"].flag(),
    )
    if step.strategy in _OWN and "name" not in step.arguments:
        raise spot.problem(f"`{step.strategy}` needs `arguments: {{name: …}}`", _OWN[step.strategy])
    return step


_MAKERS: dict[str, Callable[[Values, Collection[str]], Node]] = {
    "condition": _condition,
    "action": _action,
    "parallel": _parallel,
    "gate": _gate,
    "wait": _wait,
    "escalate": _escalate,
}
