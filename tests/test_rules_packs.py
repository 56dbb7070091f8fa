"""The shipped packs: sound, proven, named by one habit."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from remediate.model.cause import CAUSES
from remediate.model.rule import Pack
from remediate.rules.packs import shipped_packs, stem, user_packs
from remediate.rules.proof import faults

PACKS = shipped_packs()
RULES = [rule for pack in PACKS for rule in pack.rules]


def test_there_are_enough() -> None:
    assert len(RULES) >= 300


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_pack_keeps_its_word(pack: Pack) -> None:
    assert [str(fault) for fault in faults(pack)] == []


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_every_rule_has_examples_and_near_misses(pack: Pack) -> None:
    for rule in pack.rules:
        assert pack.examples[rule.id], rule.id
        assert pack.near_misses[rule.id], rule.id


def test_ids_are_unique_over_all_packs() -> None:
    assert [id_ for id_, count in Counter(rule.id for rule in RULES).items() if count > 1] == []


def test_every_cause_has_a_rule() -> None:
    assert set(CAUSES) == {rule.cause for rule in RULES if rule.cause}


def test_recoveries_fit_their_causes() -> None:
    for rule in RULES:
        if rule.recovery:
            assert rule.recovery in CAUSES[rule.cause].strategies, rule.id
            assert rule.role == "decisive", rule.id


def test_context_rules_mark_and_blame_nothing() -> None:
    for rule in RULES:
        assert (rule.role == "context") == bool(rule.marks) == (not rule.cause), rule.id


def test_hints_are_sentences() -> None:
    for rule in RULES:
        if rule.cause:
            assert re.search(r"[.)`]$", rule.hint), f"{rule.id}: {rule.hint}"


def test_name_of_a_users_pack_is_its_file() -> None:
    assert [stem(file) for file in ("ci/rules.yaml", r"ci\rules.yml", "rules")] == ["rules"] * 3
    assert user_packs([]) == ()


def test_steps_that_only_judge_are_told_from_those_that_fetch_as_well() -> None:
    # What a judging step prints is never healed: one too few, and a wrong one is allowed
    judging = {rule.id: rule.cause for rule in RULES if rule.judges}
    assert judging == {"step-runs-tests": "test", "step-runs-linter": "lint"}
    assert {rule.within for rule in RULES if rule.judges} == {"command"}
