"""Makes what decisions are made of: diagnoses, plans, previews and trees."""

from __future__ import annotations

from typing import Any

from remediate.decision.loading import read_tree, shipped_trees
from remediate.model.cause import CAUSES
from remediate.model.diagnosis import Diagnosis
from remediate.model.plan import Plan, Step
from remediate.model.preview import Change, Preview
from remediate.model.subject import Subject
from remediate.model.tree import Tree
from remediate.recovery.strategies.remote_registry import KNOWN_STRATEGIES

STRATEGIES = KNOWN_STRATEGIES
TREES = shipped_trees(STRATEGIES)
COMMAND = Subject(command=("npm", "ci"))
NODES = {
    "wait": "{kind: wait, for: backoff, next: act}",
    "act": "{kind: action, strategy: retry-command, next: done}",
}


def diagnosis(cause: str = "network", **more: Any) -> Diagnosis:
    """A sure diagnosis of a transient failure."""
    known: dict[str, Any] = {
        "source": "build.log",
        "format": "plain",
        "cause": cause,
        "type": CAUSES[cause].type if cause in CAUSES else None,
        "severity": "medium",
        "confidence": 0.95,
        "transient": True,
        "signature": "5167",
        "rule": f"{cause}-rule",
        "title": "It failed",
        "evidence": (),
        "step": None,
        "recovery": "rerun",
        "hint": None,
    }
    return Diagnosis(**{**known, **more})


def plan(subject: Subject = COMMAND, **more: Any) -> Plan:
    """A plan to run the command again."""
    known: dict[str, Any] = {
        "subject": subject,
        "cause": "network",
        "rule": "network-rule",
        "signature": "5167",
        "confidence": 0.95,
        "tree": "network",
        "path": (),
        "groups": ((Step(strategy="retry-command"),),),
    }
    return Plan(**{**known, **more})


def preview(*changes: Change, **more: Any) -> Preview:
    """What a step would do."""
    return Preview(**{"strategy": "lockfile-repair", "target": "the root", "changes": changes, **more})


def tree_text(nodes: dict[str, str] | None = None, **more: str) -> str:
    """A tree as its file says it; `more` replaces its keys."""
    keys = {"title": "Ours", "causes": "[network]", "start": "wait", **more}
    lines = [f"{key}: {value}" for key, value in keys.items() if value]
    lines += ["nodes:", *(f"  {name}: {node}" for name, node in (NODES if nodes is None else nodes).items())]
    return "\n".join(lines) + "\n"


def made_tree(nodes: dict[str, str] | None = None, **more: str) -> Tree:
    """The same, read."""
    return read_tree(tree_text(nodes, **more), "ours.yaml", STRATEGIES)
