"""A rule on one card: what it matches, what it means, and its proof."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import click
import msgspec

from remediate.cli.formats.document import document
from remediate.logs.neutral import code_block, for_markdown, for_terminal
from remediate.model.rule import Pack, Rule

_PROOF = ("match", "unless", "step", "examples", "near misses")


def cause_of(rule: Rule) -> str:
    """The cause, or for a context rule what it marks, in brackets."""
    return rule.cause or f"({rule.marks})"


def as_text(rule: Rule, pack: Pack) -> str:
    """For a terminal."""
    lines = [click.style(rule.id, bold=True)]
    for name, values in _rows(rule, pack):
        lines += [f"  {name if not n else '':12}{for_terminal(value)}" for n, value in enumerate(values)]
    return "\n".join(lines)


def as_markdown(rule: Rule, pack: Pack) -> str:
    """A heading, the facts as a list, the proof as blocks."""
    rows = list(_rows(rule, pack))
    facts = [f"- {name}: {for_markdown(values[0])}" for name, values in rows if name not in _PROOF]
    blocks = [f"{name}:\n\n{code_block(values)}" for name, values in rows if name in _PROOF]
    return "\n\n".join((f"### {rule.id}", "\n".join(facts), *blocks))


def as_json(rule: Rule, pack: Pack) -> bytes:
    """With every key, and the proof under the names it has in a pack."""
    proof = {"examples": pack.examples[rule.id], "near-misses": pack.near_misses[rule.id]}
    return document(msgspec.to_builtins(rule) | proof)


def _rows(rule: Rule, pack: Pack) -> Iterator[tuple[str, Sequence[str]]]:
    rows: list[tuple[str, Sequence[str]]] = [
        ("title", [rule.title]),
        ("pack", [pack.name]),
        ("cause", [cause_of(rule) + (", transient" if rule.transient else "")]),
        ("severity", [rule.severity] if rule.cause else []),
        ("role", [f"{rule.role}, within {rule.within}" + (", which only judges" if rule.judges else "")]),
        ("recovery", [rule.recovery or "none: a person decides"] if rule.cause else []),
        ("hint", [rule.hint] if rule.hint else []),
        ("docs", [rule.docs] if rule.docs else []),
        ("match", rule.match),
        ("unless", rule.unless),
        ("step", rule.step),
        ("examples", pack.examples[rule.id]),
        ("near misses", pack.near_misses[rule.id]),
    ]
    return ((name, values) for name, values in rows if values)


CARDS: dict[str, Callable[[Rule, Pack], str | bytes]] = {
    "text": as_text,
    "json": as_json,
    "markdown": as_markdown,
}
