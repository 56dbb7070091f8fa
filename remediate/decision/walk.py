"""Walks a decision tree: from a diagnosis to a plan, a refusal, or a person."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from remediate.decision.backoff import pause
from remediate.decision.conditions import asked, holds, shown
from remediate.decision.facts import FACTS, Facts, Situation
from remediate.decision.grounds import refusal_of
from remediate.model.diagnosis import Diagnosis
from remediate.model.plan import Decision, Escalation, Plan, Refusal, Step, Stop
from remediate.model.policy import Policy
from remediate.model.subject import Subject
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
    kind_of,
)


class _Walk(msgspec.Struct, frozen=True, kw_only=True):
    """What was gathered on the way so far."""

    path: tuple[Stop, ...] = ()
    groups: tuple[tuple[Step, ...], ...] = ()
    wait: float = 0.0
    asks: tuple[str, ...] = ()


def draw_up(
    diagnosis: Diagnosis, subject: Subject, policy: Policy, facts: Facts, trees: Iterable[Tree]
) -> Decision:
    """What is to be done. The same values give the same answer; nothing is looked up and nothing changes.

    The first tree that is for the cause, and whose `when` holds, is walked: the user's stand before the
    house's.
    """
    refusal = refusal_of(diagnosis, policy)
    if refusal:
        return refusal
    situation = Situation(diagnosis=diagnosis, subject=subject, policy=policy, facts=facts)
    tree = _tree_for(situation, trees)
    if tree is None:
        reason = f"no decision tree is for the cause `{diagnosis.cause}`"
        return Refusal(gate="confidence", reason=reason, hint="Add one with `trees:` in the configuration.")
    return _walked(tree, situation)


def _tree_for(situation: Situation, trees: Iterable[Tree]) -> Tree | None:
    fitting = (tree for tree in trees if situation.diagnosis.cause in tree.causes)
    return next((t for t in fitting if t.applies is None or holds(t.applies, situation)), None)


def _walked(tree: Tree, situation: Situation) -> Decision:
    walk, name = _Walk(), tree.start
    # One more step than there are nodes would be a circle, which the loader refuses.
    for _ in range(len(tree.nodes) + 1):
        if name == DONE:
            return _plan(tree, situation, walk)
        node = tree.nodes[name]
        if isinstance(node, Wait):
            asked_for = _too_long(node, situation)
            if asked_for:
                return Escalation(reason=asked_for, path=(*walk.path, _stop(name, node, asked_for)))
        walk, onward = _passed(walk, name, node, situation)
        if onward is None:
            return Escalation(reason=walk.path[-1].answer, path=walk.path)
        name = onward
    return Escalation(reason=f"the tree `{tree.name}` runs in a circle", path=walk.path)


def _too_long(node: Wait, situation: Situation) -> str:
    wished, longest = situation.facts.retry_after, situation.policy.recovery_timeout
    if node.seconds is not None or wished is None or wished <= longest:
        return ""
    return (
        f"the service asks for {wished:.0f} s of rest, more than `recovery-timeout` allows ({longest:.0f} s)"
    )


def _passed(walk: _Walk, name: str, node: Node, situation: Situation) -> tuple[_Walk, str | None]:
    """The walk with the node passed, and the name of the next; None where it ends."""
    passed = msgspec.structs.replace(walk, path=(*walk.path, _stop(name, node, _answer(node, situation))))
    match node:
        case Condition():
            return passed, node.then if holds(node.test, situation) else node.otherwise
        case Escalate():
            return passed, None
        case Action():
            passed = msgspec.structs.replace(passed, groups=(*walk.groups, (node.step,)))
        case Parallel():
            passed = msgspec.structs.replace(passed, groups=(*walk.groups, node.steps))
        case Gate():
            passed = msgspec.structs.replace(passed, asks=(*walk.asks, node.asks))
        case Wait():
            passed = msgspec.structs.replace(passed, wait=walk.wait + _seconds(node, situation))
    return passed, node.next


def _answer(node: Node, situation: Situation) -> str:
    match node:
        case Condition():
            return f"{'yes' if holds(node.test, situation) else 'no'} ({_seen(node, situation)})"
        case Action():
            return node.step.strategy
        case Parallel():
            return " + ".join(step.strategy for step in node.steps)
        case Gate():
            return node.asks
        case Wait():
            return f"{_seconds(node, situation):.1f} s"
        case Escalate():
            return node.reason


def _seconds(node: Wait, situation: Situation) -> float:
    return node.seconds if node.seconds is not None else pause(situation.policy, situation.facts)


def _stop(name: str, node: Node, answer: str) -> Stop:
    return Stop(node=name, kind=kind_of(node), answer=answer)


def _seen(node: Condition, situation: Situation) -> str:
    return "; ".join(f"{name}: {shown(FACTS[name].read(situation))}" for name in asked(node.test))


def _plan(tree: Tree, situation: Situation, walk: _Walk) -> Decision:
    if not walk.groups:
        return Escalation(reason=f"the tree `{tree.name}` ends without an action", path=walk.path)
    diagnosis = situation.diagnosis
    return Plan(
        subject=situation.subject,
        cause=diagnosis.cause,
        rule=diagnosis.rule or "",
        signature=diagnosis.signature or "",
        confidence=diagnosis.confidence,
        tree=tree.name,
        path=walk.path,
        groups=walk.groups,
        wait=min(walk.wait, situation.policy.recovery_timeout),
        asks="; ".join(walk.asks),
    )
