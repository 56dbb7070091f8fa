"""A decision tree as data: nodes by name, each of one kind, and the tests that choose between them."""

from __future__ import annotations

from typing import Literal

import msgspec

from remediate.model.plan import Step

DONE = "done"

Operator = Literal["is", "in", "below", "above", "has", "empty"]
Value = str | float | bool | tuple[str, ...]


class Compare(msgspec.Struct, frozen=True, kw_only=True, tag="compare"):
    """One fact held against one value."""

    fact: str
    operator: Operator
    value: Value


class Every(msgspec.Struct, frozen=True, kw_only=True, tag="all"):
    """Holds where all of them do."""

    of: tuple[Test, ...]


class Some(msgspec.Struct, frozen=True, kw_only=True, tag="any"):
    """Holds where one of them does."""

    of: tuple[Test, ...]


class Not(msgspec.Struct, frozen=True, kw_only=True, tag="not"):
    """Holds where the other does not."""

    of: Test


Test = Compare | Every | Some | Not


class Condition(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="condition"):
    """Goes on at one of two nodes."""

    test: Test
    then: str
    otherwise: str


class Action(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="action"):
    """Adds a step to the plan."""

    step: Step
    next: str


class Parallel(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="parallel"):
    """Adds steps to the plan that may go side by side."""

    steps: tuple[Step, ...]
    next: str


class Gate(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="gate"):
    """Makes the plan wait for a person's approval."""

    asks: str
    next: str


class Wait(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="wait"):
    """Lets time pass before the first step; None: as long as the backoff says."""

    seconds: float | None
    next: str


class Escalate(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="escalate"):
    """Hands the failure to a person."""

    reason: str


Node = Condition | Action | Parallel | Gate | Wait | Escalate

# Kind, the keys of such a node beside `kind`, and what it does: for the loader and for the docs.
KINDS: dict[str, tuple[tuple[str, ...], str]] = {
    "condition": (("if", "then", "else"), "goes on at `then` where the test holds, at `else` where not"),
    "action": (
        ("strategy", "arguments", "optional", "next"),
        "adds a step to the plan; `optional: true` lets the rest go on where the step does not fit",
    ),
    "parallel": (("steps", "next"), "adds steps that may go side by side"),
    "gate": (("asks", "next"), "makes the plan wait for a person's approval; `asks` says why"),
    "wait": (("for", "next"), "lets time pass before the first step: `backoff`, or a time such as `30s`"),
    "escalate": (("reason",), "ends here and hands the failure to a person"),
}


class Tree(msgspec.Struct, frozen=True, kw_only=True):
    """What is done about the causes that it is for; `applies` narrows it further."""

    name: str
    title: str
    causes: tuple[str, ...]
    start: str
    nodes: dict[str, Node]
    applies: Test | None = None


def kind_of(node: Node) -> str:
    """The word for the kind, as it stands in the file."""
    return str(node.__struct_config__.tag)


def edges(node: Node) -> tuple[tuple[str, str], ...]:
    """Where a node leads: a word for the way, and the node's name."""
    match node:
        case Condition(then=then, otherwise=otherwise):
            return (("yes", then), ("no", otherwise))
        case Escalate():
            return ()
        case _:
            return (("", node.next),)
