"""A pack that is not as the schema says is refused, with file, line and the nearest word."""

from __future__ import annotations

import pytest
from made_pack import JAMMED, pack_with

from remediate.errors import ConfigProblem
from remediate.rules.schema import read_pack


def test_sound_pack_is_read() -> None:
    pack = read_pack(pack_with(), "gizmo.yaml", "gizmo")
    (rule,) = pack.rules
    assert (rule.id, rule.pack, rule.cause, rule.transient) == ("gizmo-jammed", "gizmo", "network", True)
    assert rule.within == "failing-step"
    assert pack.examples == {"gizmo-jammed": (JAMMED,)}


def test_rule_of_a_command_may_judge() -> None:
    bare = dict.fromkeys(("recovery",))
    pack = read_pack(pack_with(**bare, within="command", judges="true"), "gizmo.yaml", "gizmo")
    assert pack.rules[0].judges
    pack = read_pack(pack_with(**bare, within="command"), "gizmo.yaml", "gizmo")
    assert not pack.rules[0].judges


def test_context_rule_has_a_mark_and_no_cause() -> None:
    bare = dict.fromkeys(("cause", "severity", "transient", "recovery", "hint"))
    pack = read_pack(pack_with(**bare, role="context", marks="passed"), "gizmo.yaml", "gizmo")
    assert pack.rules[0].marks == "passed"


@pytest.mark.parametrize(
    ("changes", "line", "message"),
    [
        ({"id": "Gizmo Jammed"}, 3, "is no id"),
        ({"id": None}, 3, "a rule: `id` is missing"),
        ({"match": None}, 3, "gizmo-jammed: `match` is missing"),
        ({"examples": None}, 3, "`examples` is missing"),
        ({"near_misses": None}, 3, "`near-misses` is missing"),
        ({"hint": None}, 3, "`hint` is missing"),
        ({"cause": "netwrk"}, 5, "unknown value `netwrk`"),
        ({"severity": "dire"}, 6, "unknown value `dire`"),
        ({"transient": "maybe"}, 7, "`true` or `false`"),
        ({"match": "'ab'"}, 8, "the pattern `ab` cannot be taken"),
        ({"match": "'frob(?!x)nicator'"}, 8, "cannot be taken"),
        ({"role": "decisve"}, 9, "unknown value `decisve`"),
        ({"recovery": "reboot"}, 10, "unknown value `reboot`"),
        ({"cause": "test"}, 10, "a machine must not touch the cause `test`"),
        ({"role": "supporting"}, 10, "only a decisive rule may recommend a recovery"),
        ({"role": "context", "marks": "passed"}, 5, "a rule with role `context` has no `cause`"),
        ({"marks": "passed"}, 14, "`marks` goes with role `context` alone"),
        ({"judges": "true"}, 14, "`judges` goes with `within: command` alone"),
        ({"within": "final-error", "judges": "true"}, 15, "`judges` goes with `within: command` alone"),
        ({"within": "command", "judges": "maybe"}, 15, "`true` or `false`"),
        ({"within": "nowhere"}, 14, "unknown value `nowhere`"),
        ({"exampels": "[]"}, 14, "unknown key `exampels`"),
    ],
)
def test_faults_are_refused_with_their_line(changes: dict[str, str | None], line: int, message: str) -> None:
    with pytest.raises(ConfigProblem) as caught:
        read_pack(pack_with(**changes), "gizmo.yaml", "gizmo")
    assert caught.value.message.startswith(f"gizmo.yaml:{line}: ")
    assert message in caught.value.message


def test_nearest_word_is_named() -> None:
    with pytest.raises(ConfigProblem) as caught:
        read_pack(pack_with(cause="netwrk"), "gizmo.yaml", "gizmo")
    assert caught.value.hint == "Did you mean `network`?"


@pytest.mark.parametrize("text", ["rules: []\n", "title: Gizmo\n"])
def test_pack_needs_title_and_rules(text: str) -> None:
    with pytest.raises(ConfigProblem, match="is missing"):
        read_pack(text, "gizmo.yaml", "gizmo")


def test_rule_twice_in_a_pack() -> None:
    text = pack_with()
    with pytest.raises(ConfigProblem, match="stands here twice"):
        read_pack(text + text.split("rules:\n")[1], "gizmo.yaml", "gizmo")
