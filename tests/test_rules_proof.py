"""A pack is held to its own examples and near misses, and each fault knows its line."""

from __future__ import annotations

import pytest
from made_pack import FINE, JAMMED, below, pack_with

from remediate.errors import ConfigProblem
from remediate.rules.packs import user_packs
from remediate.rules.proof import Fault, faults, located, place_of, prove

GONE = "gizmo: the frobnicator is gone"
SPOILT = {
    "match": "'frobnicator is'",
    "examples": below(GONE, JAMMED),
    "near_misses": below("the frobnicator was gone", FINE),
}
TEXT = pack_with(**SPOILT, unless="'is jammed'").encode()
SOUND = pack_with(**SPOILT, unless="'is fine'").encode()


def test_faults_are_found() -> None:
    (pack,) = user_packs([("gizmo.yaml", TEXT)])
    assert faults(pack) == [
        Fault(rule="gizmo-jammed", key="examples", line=JAMMED),
        Fault(rule="gizmo-jammed", key="near-misses", line=FINE),
    ]


def test_faults_know_their_lines() -> None:
    (pack,) = user_packs([("gizmo.yaml", TEXT)])
    assert located(faults(pack), TEXT, "gizmo.yaml") == [
        f"gizmo.yaml:14: gizmo-jammed: the example is not matched: {JAMMED}",
        f"gizmo.yaml:17: gizmo-jammed: the near miss is matched: {FINE}",
    ]


def test_prove_raises_with_all_of_them() -> None:
    (pack,) = user_packs([("gizmo.yaml", TEXT)])
    with pytest.raises(ConfigProblem, match=r"gizmo\.yaml:14: [^\n]*\ngizmo\.yaml:17: "):
        prove(pack, TEXT, "gizmo.yaml")


def test_sound_pack_is_proved() -> None:
    (pack,) = user_packs([("gizmo.yaml", SOUND)])
    prove(pack, SOUND, "gizmo.yaml")


def test_place_of_a_rule() -> None:
    assert place_of("gizmo-jammed", TEXT, "gizmo.yaml") == "gizmo.yaml:3"
    assert place_of("none", TEXT, "gizmo.yaml") == "gizmo.yaml"


def test_rules_about_commands_are_proved_by_commands() -> None:
    text = (
        b"title: Steps\nrules:\n  - {id: step-frobs, title: t, cause: test, severity: low, transient: false, "
        b"match: '^frob', within: command, role: supporting, hint: h, examples: [frob], near-misses: [xf]}\n"
    )
    (pack,) = user_packs([("steps.yaml", text)])
    assert faults(pack) == []
