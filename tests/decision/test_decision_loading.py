"""A tree is taken as it is meant, or refused with its file, line, column and the way out."""

from __future__ import annotations

import re

import msgspec
import pytest
from decided import NODES, STRATEGIES, TREES, made_tree, tree_text
from hypothesis import given
from hypothesis import strategies as st
from running import ROOT

from remediate.decision.loading import all_trees, read_tree
from remediate.errors import ConfigProblem
from remediate.model.cause import CAUSES, DEFECTS
from remediate.model.plan import Step
from remediate.model.tree import DONE, KINDS, Action, Gate, Parallel, Tree, Wait, edges, kind_of


def test_every_cause_with_a_recovery_has_one_tree() -> None:
    covered = [cause for tree in TREES for cause in tree.causes]
    assert sorted(covered) == sorted(name for name, cause in CAUSES.items() if cause.strategies)
    assert not DEFECTS & set(covered)


def test_every_kind_of_node_can_be_read() -> None:
    tree = made_tree(
        {
            "ask": "{kind: gate, asks: Really?, next: pause}",
            "pause": "{kind: wait, for: 1.5m, next: which}",
            "which": "{kind: condition, if: {fact: attempts, below: 2}, then: both, else: person}",
            "both": "{kind: parallel, next: own, steps: [{strategy: cache-purge}, {strategy: free-disk}]}",
            "own": "{kind: action, strategy: command, arguments: {name: mine}, optional: true, next: done}",
            "person": "{kind: escalate, reason: Enough.}",
        },
        start="ask",
    )
    assert {kind_of(node) for node in tree.nodes.values()} == set(KINDS)
    assert tree.nodes["ask"] == Gate(asks="Really?", next="pause")
    assert tree.nodes["pause"] == Wait(seconds=90.0, next="which")
    both = tree.nodes["both"]
    assert isinstance(both, Parallel)
    assert both.steps == (Step(strategy="cache-purge"), Step(strategy="free-disk"))
    own = tree.nodes["own"]
    assert isinstance(own, Action)
    assert own.step == Step(strategy="command", arguments={"name": "mine"}, optional=True)
    assert tree.name == "ours"


def test_own_trees_stand_before_those_of_the_house() -> None:
    trees = all_trees([("ci/mine.yaml", tree_text().encode())], STRATEGIES)
    assert [tree.name for tree in trees] == ["mine", *(tree.name for tree in TREES)]


@pytest.mark.parametrize("files", [["ci/network.yaml"], ["a/mine.yaml", "b/mine.yaml"]])
def test_one_name_stands_for_one_tree(files: list[str]) -> None:
    with pytest.raises(ConfigProblem) as caught:
        all_trees([(file, tree_text().encode()) for file in files], STRATEGIES)
    assert caught.value.message.startswith(f"{files[-1]}: there is a tree")


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: tree.name)
def test_a_tree_is_a_document(tree: Tree) -> None:
    assert msgspec.json.decode(msgspec.json.encode(tree), type=Tree) == tree


def test_the_tree_of_the_docs_can_be_taken() -> None:
    page = (ROOT / "docs" / "decisions.md").read_text("utf-8")
    (text,) = (block for block in re.findall(r"(?s)```yaml\n(.*?)```", page) if "nodes:" in block)
    assert len(read_tree(text, "registry.yaml", STRATEGIES).nodes) == 5


def test_the_tree_for_deployments_can_be_taken() -> None:
    page = (ROOT / "docs" / "strategies" / "rollback-deployment.md").read_text("utf-8")
    (text,) = (block for block in re.findall(r"(?s)```yaml\n(.*?)```", page) if "nodes:" in block)
    tree = read_tree(text, "deployment.yaml", STRATEGIES)
    back = tree.nodes["back"]
    assert isinstance(back, Action)
    assert back.step == Step(strategy="rollback-deployment", arguments={"environment": "live"})


ACT = NODES["act"]
REFUSED = {
    "unknown key of a tree": (tree_text(star="wait", start=""), "3:1: unknown key `star`"),
    "missing key": (tree_text(title=""), "1:1: a tree: `title` is missing"),
    "unknown kind": (tree_text({"wait": "{kind: weight}"}), "5:16: unknown kind of node `weight`"),
    "no kind": (tree_text({"wait": "{next: done}"}), "5:9: the node `wait` has no `kind`"),
    "unknown key of a node": (
        tree_text({"wait": "{kind: wait, four: 3s, next: done}"}),
        "5:22: unknown key `four`",
    ),
    "missing next": (tree_text({"wait": "{kind: wait, for: 3s}"}), "5:9: the node `wait` (wait): `next` is"),
    "unknown node": (tree_text({**NODES, "wait": "{kind: wait, for: 3s, next: akt}"}), "5:37: there is no"),
    "unknown start": (tree_text(start="weit"), "3:8: there is no node `weit`"),
    "unknown strategy": (
        tree_text({"wait": "{kind: action, strategy: retry-comand, next: done}"}),
        "5:34: unknown strategy `retry-comand`",
    ),
    "unnamed command": (
        tree_text({"wait": "{kind: action, strategy: http, next: done}"}),
        "5:34: `http` needs",
    ),
    "no steps": (tree_text({"wait": "{kind: parallel, steps: [], next: done}"}), "5:33: there are no steps"),
    "no reason": (tree_text({"wait": "{kind: escalate, reason: ' '}"}), "5:34: a sentence is wanted"),
    "no time": (
        tree_text({**NODES, "wait": "{kind: wait, for: soon, next: act}"}),
        "5:27: `soon` is no time",
    ),
    "long time": (tree_text({**NODES, "wait": "{kind: wait, for: 2d, next: act}"}), "5:27: `2d` is no time"),
    "circle": (
        tree_text({"wait": "{kind: wait, for: 3s, next: more}", "more": "{kind: gate, asks: A, next: wait}"}),
        "the tree runs in a circle: wait > more > wait",
    ),
    "circle with itself": (
        tree_text({"wait": "{kind: wait, for: 3s, next: wait}"}),
        "the tree runs in a circle: wait > wait",
    ),
    "unreachable": (tree_text({**NODES, "lonely": ACT}), "7:11: nothing leads to the node `lonely`"),
    "wait after action": (
        tree_text(
            {"act": ACT.replace("done", "wait"), "wait": "{kind: wait, for: 3s, next: done}"}, start="act"
        ),
        "6:9: `wait` waits after the action `act`",
    ),
    "escalates after action": (
        tree_text({"act": ACT.replace("done", "e"), "e": "{kind: escalate, reason: No.}"}, start="act"),
        "6:6: `e` escalates after the action `act`",
    ),
    "nothing done": (
        tree_text({"wait": "{kind: wait, for: 3s, next: done}"}),
        "5:9: `wait` ends the plan before any action",
    ),
    "node called done": (tree_text({**NODES, "done": ACT}), "no node may be called `done`"),
    "node given twice": (tree_text() + f"  act: {ACT}\n", "`act` is given twice"),
    "unknown cause": (tree_text(causes="[netwerk]"), "2:10: unknown cause `netwerk`"),
    "defect": (tree_text(causes="test"), "2:9: `test` is a real defect"),
    "cause without recovery": (
        tree_text(causes="timeout"),
        "2:9: no rule recommends a recovery for `timeout`",
    ),
    "unknown fact": (tree_text(when="{fact: atempts, below: 2}"), "4:14: unknown fact `atempts`"),
    "unknown operator": (tree_text(when="{fact: attempts, under: 2}"), "4:24: unknown key `under`"),
    "operator of another type": (tree_text(when="{fact: attempts, has: 2}"), "4:7: `attempts` is a number"),
    "no operator": (
        tree_text(when="{fact: attempts}"),
        "4:7: `attempts` is a number: it takes exactly one of",
    ),
    "two operators": (tree_text(when="{fact: attempts, below: 2, above: 1}"), "it takes exactly one of"),
    "no number": (tree_text(when="{fact: attempts, below: .nan}"), "4:31: a number is wanted here"),
    "no flag": (tree_text(when="{fact: transient, is: yes}"), "4:29: `true` or `false` is wanted"),
    "unknown cause in a test": (
        tree_text(when="{fact: cause, is: netwerk}"),
        "4:25: unknown cause `netwerk`",
    ),
    "fact beside a joint": (tree_text(when="{all: [], fact: cause}"), "it takes exactly one of"),
    "joint of nothing": (tree_text(when="{any: []}"), "4:13: `any` of nothing"),
    "no fact": (tree_text(when="{below: 2}"), "4:7: a test names one `fact`"),
    "test that holds itself": (tree_text(when="&a {not: *a}"), "tests are nested deeper than"),
    "no mapping": ("- a\n", "1:1: a mapping"),
    "empty": ("", "the file is empty"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_wrong_is_refused_with_its_place(name: str) -> None:
    text, message = REFUSED[name]
    with pytest.raises(ConfigProblem) as caught:
        read_tree(text, "ours.yaml", STRATEGIES)
    assert caught.value.message.startswith("ours.yaml")
    assert message in caught.value.message


def test_the_nearest_name_is_offered() -> None:
    for text, near in (
        (tree_text({"wait": "{kind: weit}"}), "wait"),
        (tree_text(when="{fact: atempts, below: 2}"), "attempts"),
        (tree_text({"wait": "{kind: action, strategy: cash-purge, next: done}"}), "cache-purge"),
        (tree_text({**NODES, "wait": "{kind: wait, for: 3s, next: akt}"}), "act"),
    ):
        with pytest.raises(ConfigProblem) as caught:
            read_tree(text, "ours.yaml", STRATEGIES)
        assert caught.value.hint == f"Did you mean `{near}`?"


names = st.sampled_from(["a", "b", "c", "d", "e", DONE])
nodes = st.one_of(
    st.builds("{{kind: wait, for: 1s, next: {}}}".format, names),
    st.builds("{{kind: gate, asks: A, next: {}}}".format, names),
    st.builds("{{kind: action, strategy: retry-command, next: {}}}".format, names),
    st.builds(
        "{{kind: condition, if: {{fact: command, is: true}}, then: {}, else: {}}}".format, names, names
    ),
    st.just("{kind: escalate, reason: No.}"),
)


@given(st.dictionaries(names.filter(DONE.__ne__), nodes, min_size=1))
def test_a_tree_that_is_taken_ends_whichever_way_it_goes(made: dict[str, str]) -> None:
    try:
        tree = made_tree(made, start=next(iter(made)))
    except ConfigProblem:
        return
    ways = [(tree.start,)]
    while ways:
        way = ways.pop()
        assert len(set(way)) == len(way)
        if way[-1] != DONE:
            ways += [(*way, onward) for _, onward in edges(tree.nodes[way[-1]])]
