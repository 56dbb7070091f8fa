"""What the docs say of decisions: node kinds, facts, operators, gates and a drawn tree, from the code."""

from __future__ import annotations

from documentation.tables import table
from remediate.decision.conditions import OPERATORS
from remediate.decision.drawing import as_markdown, as_text
from remediate.decision.facts import FACTS, Facts
from remediate.decision.gates import GATES
from remediate.decision.loading import shipped_trees
from remediate.decision.walk import draw_up
from remediate.model.cause import CAUSES
from remediate.model.diagnosis import Diagnosis
from remediate.model.plan import Plan
from remediate.model.policy import Mirror, Policy
from remediate.model.subject import Subject
from remediate.model.tree import KINDS, Tree
from remediate.recovery.strategies.remote_registry import KNOWN_STRATEGIES


def node_kinds() -> str:
    """Kind, its keys, what it does."""
    rows = ((f"`{kind}`", _names(*names), meaning) for kind, (names, meaning) in KINDS.items())
    return table(("kind", "keys", "what it does"), rows)


def facts() -> str:
    """Fact, type, meaning."""
    return table(
        ("fact", "type", "meaning"), ((f"`{name}`", fact.type, fact.meaning) for name, fact in FACTS.items())
    )


def operators() -> str:
    """Operator, the types it goes with, meaning."""
    rows = ((f"`{name}`", ", ".join(types), meaning) for name, (types, meaning) in OPERATORS.items())
    return table(("operator", "goes with", "holds where the fact"), rows)


def gates() -> str:
    """Gates in their order, and what each lets through."""
    rows = ((str(number), f"`{gate.name}`", gate.meaning) for number, gate in enumerate(GATES, 1))
    return table(("", "gate", "lets a plan through when"), rows)


def trees() -> str:
    """The trees of the house, and their causes."""
    rows = ((f"`{tree.name}`", _names(*tree.causes), tree.title) for tree in shipped_trees(KNOWN_STRATEGIES))
    return table(("tree", "causes", "for"), rows)


def example() -> str:
    """A walked tree as a terminal and as Markdown show it."""
    tree, plan = _example()
    return f"```text\n{as_text(tree, plan.path)}\n```\n\n{as_markdown(tree, plan.path)}"


TABLES = {
    "node-kinds": node_kinds,
    "facts": facts,
    "operators": operators,
    "gates": gates,
    "trees": trees,
    "drawn-tree": example,
}


def _example() -> tuple[Tree, Plan]:
    trees = shipped_trees(KNOWN_STRATEGIES)
    diagnosis = Diagnosis(
        source="build.log",
        format="plain",
        cause="network",
        type=CAUSES["network"].type,
        severity="medium",
        confidence=0.97,
        transient=True,
        signature="0000",
        rule="npm-network",
        title="The connection was reset",
        evidence=(),
        step=None,
        recovery="rerun",
        hint=None,
    )
    policy = Policy(mirrors=(Mirror(kind="npm", address="https://npm.example"),))
    subject = Subject(command=("npm", "ci"))
    plan = draw_up(diagnosis, subject, policy, Facts(attempts=1, random=0.7), trees)
    if not isinstance(plan, Plan):
        raise TypeError("the example draws up no plan")
    return next(tree for tree in trees if tree.name == plan.tree), plan


def _names(*names: str) -> str:
    return ", ".join(f"`{name}`" for name in names)
