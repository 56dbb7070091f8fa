"""A tree is drawn with the way that was taken, and nothing in it can break out of its label."""

from __future__ import annotations

import re

import pytest
from decided import COMMAND, NODES, TREES, diagnosis, made_tree
from hypothesis import given
from hypothesis import strategies as st

from remediate.decision.drawing import as_mermaid, as_text, escaped
from remediate.decision.facts import Facts
from remediate.decision.walk import draw_up
from remediate.logs.neutral import for_terminal
from remediate.model.plan import Plan, Stop
from remediate.model.policy import Mirror, Policy
from remediate.model.tree import Escalate, Tree

NETWORK = next(tree for tree in TREES if tree.name == "network")


def walked(attempts: int) -> tuple[Stop, ...]:
    policy = Policy(mirrors=(Mirror(kind="npm", address="https://npm.example"),))
    plan = draw_up(diagnosis(), COMMAND, policy, Facts(attempts=attempts, random=0.5), TREES)
    assert isinstance(plan, Plan)
    return plan.path


def test_text_marks_what_was_passed() -> None:
    lines = as_text(NETWORK, walked(1)).splitlines()
    assert lines[0] == "network: A connection or a service outside failed"
    marked = [
        re.split(r":|\s*$", line[1:].strip().removeprefix("yes: "))[0] for line in lines if line[0] == "*"
    ]
    assert marked == ["runnable", "pause", "tried-before", "mirror", "again", "done"]
    assert any("attempts: 1; mirrored: yes" in line for line in lines)


def test_text_marks_only_the_way_that_was_taken() -> None:
    text = as_text(NETWORK, walked(0))
    assert "*       no: again: retry-command" not in text
    marked = [line for line in text.splitlines() if line.startswith("*")]
    assert not any("mirror:" in line for line in marked)
    assert any("no: again" in line for line in marked)


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.name)
def test_every_node_is_drawn(tree: Tree) -> None:
    text, mermaid = as_text(tree), as_mermaid(tree)
    assert not any(line.startswith("*") for line in text.splitlines())
    for name in tree.nodes:
        assert f"{name}: " in text
    assert len(re.findall(r"(?m)^    n\d+[\[({]", mermaid)) == len(tree.nodes)
    assert "==>" not in mermaid
    assert "class " not in mermaid


def test_mermaid_thickens_the_way_that_was_taken() -> None:
    mermaid = as_mermaid(NETWORK, walked(0))
    assert "n0 ==>|yes| n1" in mermaid
    assert "n2 ==>|no| n4" in mermaid
    assert "n2 -->|yes| n3" in mermaid
    assert "n4 ==> finish" in mermaid
    assert "class n0,n1,n2,n4,finish walked" in mermaid


def test_one_of_two_answers_is_marked_where_both_lead_to_one_node() -> None:
    which = "{kind: condition, if: {fact: attempts, below: 1}, then: act, else: act}"
    tree = made_tree({"which": which, "act": NODES["act"]}, start="which")
    plan = draw_up(diagnosis(), COMMAND, Policy(), Facts(), (tree,))
    assert isinstance(plan, Plan)
    mermaid = as_mermaid(tree, plan.path)
    assert "n0 ==>|yes| n1" in mermaid
    assert "n0 -->|no| n1" in mermaid


HOSTILE = (
    'x"]; click n0 "javascript:alert(1)"',
    "```\n# heading",
    "<img src=x onerror=alert(1)>",
    "%%{init: {}}%%",
    "\x1b[31mred\x1b[0m",
    "::error::told",
    "a\nend\nsubgraph b",
    "`markdown **text**`",
    "@everyone [link](https://host.example)",
    "\u202edesrever",
)
LABEL = re.compile(r'    n0\[/"to a person#58; [A-Za-z0-9 .,_#;-]*"/\]')


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_label(text: str) -> None:
    check(text)


@given(st.text(max_size=200))
def test_any_text_stays_in_its_label(text: str) -> None:
    check(text)


def check(text: str) -> None:
    tree = Tree(name="x", title="x", causes=("network",), start="a", nodes={"a": Escalate(reason=text)})
    lines = as_mermaid(tree).splitlines()
    assert len(lines) == 2
    assert LABEL.fullmatch(lines[1]), lines[1]
    drawn = as_text(tree)
    assert len(drawn.split("\n")) == 2
    assert all(for_terminal(line) == line for line in drawn.split("\n"))


def test_escapes_can_be_read_back() -> None:
    told = escaped('Is it "so"?')
    assert re.sub(r"#(\d+);", lambda found: chr(int(found[1])), told) == 'Is it "so"?'
