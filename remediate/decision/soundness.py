"""Whether a tree can be walked from its start to an end, each node in reach, whichever way it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remediate.model.tree import DONE, Action, Escalate, Parallel, Tree, Wait, edges
from remediate.rules.spot import Spot, nearest


def check(tree: Tree, spots: Mapping[str, Spot], start: Spot) -> None:
    """Refuses a tree that leads nowhere, in a circle, or past what it promises."""
    _check_names(tree, spots, start)
    _check_circles(tree, spots)
    reached = _reached(tree, tree.start)
    for name in tree.nodes:
        if name not in reached:
            raise spots[name].problem(f"nothing leads to the node `{name}`", "Lead to it, or take it out.")
    _check_order(tree, spots)
    _check_purpose(tree, spots)


def _check_names(tree: Tree, spots: Mapping[str, Spot], start: Spot) -> None:
    if tree.start not in tree.nodes:
        raise start.problem(f"there is no node `{tree.start}`", nearest(tree.start, tree.nodes))
    for name, node in tree.nodes.items():
        for _, following in edges(node):
            if following != DONE and following not in tree.nodes:
                hint = nearest(following, [*tree.nodes, DONE])
                raise _mention(spots[name], following).problem(f"there is no node `{following}`", hint)


def _mention(spot: Spot, word: str) -> Spot:
    """Where in a node's keys another node is named."""
    ways = ("next", "then", "else")
    return next((value for key, _, value in spot.items() if key in ways and value.text() == word), spot)


def _check_circles(tree: Tree, spots: Mapping[str, Spot]) -> None:
    finished: set[str] = set()
    for root in tree.nodes:
        trail: dict[str, Iterator[str]] = {root: _following(tree, root)} if root not in finished else {}
        while trail:
            name, ways = next(reversed(trail.items()))
            onward = next(ways, None)
            if onward is None:
                finished.add(name)
                trail.popitem()
            elif onward in trail:
                circle = [*trail][[*trail].index(onward) :]
                raise spots[onward].problem(f"the tree runs in a circle: {' > '.join([*circle, onward])}")
            elif onward not in finished:
                trail[onward] = _following(tree, onward)


def _following(tree: Tree, name: str) -> Iterator[str]:
    return (following for _, following in edges(tree.nodes[name]) if following != DONE)


def _reached(tree: Tree, start: str) -> set[str]:
    found, ahead = set(), [start]
    while ahead:
        name = ahead.pop()
        if name != DONE and name not in found:
            found.add(name)
            ahead += _following(tree, name)
    return found


def _check_order(tree: Tree, spots: Mapping[str, Spot]) -> None:
    for name, node in tree.nodes.items():
        if not isinstance(node, Action | Parallel):
            continue
        for after in _reached(tree, name) - {name}:
            if isinstance(tree.nodes[after], Wait):
                raise spots[after].problem(
                    f"`{after}` waits after the action `{name}`: wait before the first"
                )
            if isinstance(tree.nodes[after], Escalate):
                raise spots[after].problem(
                    f"`{after}` escalates after the action `{name}`, which would then not be done",
                    "Decide it before the first action.",
                )


def _check_purpose(tree: Tree, spots: Mapping[str, Spot]) -> None:
    """A plan without a step is none: no way may end at `done` past every action."""
    passed, ahead = set(), [tree.start]
    while ahead:
        name = ahead.pop()
        if name in passed or isinstance(tree.nodes[name], Action | Parallel):
            continue
        passed.add(name)
        if any(following == DONE for _, following in edges(tree.nodes[name])):
            raise spots[name].problem(f"`{name}` ends the plan before any action", "End it with `escalate`.")
        ahead += _following(tree, name)
