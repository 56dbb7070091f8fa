"""A catalog answers which rules a line matches, where they may stand, and what a command is for."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from remediate.errors import ConfigProblem
from remediate.model.rule import Pack, Rule
from remediate.rules.catalog import Catalog, JoinedCatalog, build_catalog, ready_catalog, tabulate

MARKS = ("structure here", "other structure")


def rule(name: str, *match: str, **more: Any) -> Rule:
    return Rule(**{"id": name, "title": name, "pack": "gizmo", "match": match, "cause": "config", **more})


def pack(*rules: Rule, name: str = "gizmo") -> Pack:
    return Pack(name=name, title=name, rules=rules, examples={}, near_misses={})


RULES = (
    rule("broke", r"gizmo broke", r"gizmo has broken"),
    rule("begins", r"^gizmo begins"),
    rule("odd", r"gizmo is odd", unless=(r"harmless", r"^note:")),
    rule("deploys", r"gizmo waits", step=(r"deploy\b",)),
    rule("checks", r"^gizmo check", within="command"),
    rule("also-broke", r"gizmo broke", unless=(r"harmless",)),
)
BROKE, BEGINS, ODD, DEPLOYS, CHECKS, ALSO = range(6)
CATALOG = build_catalog(tabulate([pack(*RULES)], MARKS))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"the gizmo broke", {BROKE, ALSO}),
        (b"gizmo has broken", {BROKE}),
        (b"gizmo begins", {BEGINS}),
        (b"a gizmo begins", set()),
        (b"gizmo is odd", {ODD}),
        (b"gizmo is odd but harmless", set()),
        (b"note: gizmo is odd", set()),
        (b"a note: gizmo is odd", {ODD}),
        (b"gizmo broke, harmless", {BROKE}),
        (b"gizmo begins, gizmo broke", {BROKE, BEGINS, ALSO}),
        (b"structure here", set()),
        (b"gizmo check", set()),
        (b"", set()),
        (b"\xff\x00gizmo broke\xff", {BROKE, ALSO}),
    ],
)
def test_owners_of_a_line(line: bytes, found: set[int]) -> None:
    assert CATALOG.owners(line) == found


def test_marks_are_told_from_rules() -> None:
    assert {index for index, _ in CATALOG.scan_marks(b"other structure\n")} == {1}
    assert CATALOG.scan(b"other structure\n") == []
    assert CATALOG.scan_marks(b"gizmo broke\n") == []
    assert CATALOG.scan(b"gizmo broke\n") != []


@pytest.mark.parametrize(
    ("index", "labels", "fits"),
    [
        (DEPLOYS, ("Ship it", "make deploy"), True),
        (DEPLOYS, ("deploy", ""), True),
        (DEPLOYS, ("deployment", ""), False),
        (DEPLOYS, (), False),
        (BROKE, ("anything",), True),
    ],
)
def test_step_of_a_rule(index: int, labels: tuple[str, ...], fits: bool) -> None:
    assert CATALOG.fits_step(index, *labels) == fits


def test_rules_of_a_command() -> None:
    assert CATALOG.rules_of_command("gizmo check --all") == [CHECKS]
    assert CATALOG.rules_of_command("name", "gizmo check") == [CHECKS]
    assert CATALOG.rules_of_command("run gizmo check") == []
    assert CATALOG.rules_of_command("deploy", "gizmo broke") == []


def test_rules_read_like_a_sequence() -> None:
    rules = CATALOG.rules
    assert len(rules) == len(RULES)
    assert tuple(rules) == RULES
    assert rules[1:3] == RULES[1:3]
    assert rules[-1] == RULES[-1]
    assert rules[ODD] is rules[ODD]
    with pytest.raises(IndexError):
        rules[len(RULES)]


MORE = (
    rule("new", r"gizmo sings", unless=(r"harmless", r"softly"), step=(r"concert",)),
    rule("sings", r"^gizmo sing", within="command"),
    rule("broke-again", r"gizmo broke"),
)
JOINED = JoinedCatalog(CATALOG, build_catalog(tabulate([pack(*MORE, name="mine")], known=CATALOG.rules)))


def test_joined_rules_stand_behind_the_shipped_ones() -> None:
    assert tuple(JOINED.rules) == (*RULES, *MORE)
    assert JOINED.rules[6] == MORE[0]
    assert len(JOINED.rules) == 9


@pytest.mark.parametrize("line", [b"gizmo is odd but harmless", b"gizmo begins", b"gizmo has broken", b"x"])
def test_joined_packs_change_nothing_for_the_shipped_ones(line: bytes) -> None:
    assert JOINED.owners(line) == CATALOG.owners(line)
    assert JOINED.rules_of_command("gizmo check") == [CHECKS]
    assert JOINED.fits_step(DEPLOYS, "deploy")
    assert not JOINED.fits_step(DEPLOYS, "concert")


def test_joined_packs_are_obeyed() -> None:
    assert JOINED.owners(b"gizmo sings") == {6}
    assert JOINED.owners(b"gizmo sings softly") == set()
    assert JOINED.owners(b"gizmo broke") == {BROKE, ALSO, 8}
    assert JOINED.fits_step(6, "concert")
    assert not JOINED.fits_step(6, "deploy")
    assert JOINED.rules_of_command("gizmo sing") == [7]


def test_joined_scan_finds_what_each_finds_and_knows_the_marks() -> None:
    text = b"structure here\ngizmo sings\ngizmo has broken\n"
    assert {text[:end].count(b"\n") for _, end in JOINED.scan(text)} == {1, 2}
    assert {text[:end].count(b"\n") for _, end in JOINED.scan_marks(text)} == {0}


def test_id_used_twice_is_refused_and_both_homes_named() -> None:
    twice = rule("odd", "something else", pack="mine")
    with pytest.raises(ConfigProblem, match="mine: the rule `odd` exists already, in gizmo"):
        tabulate([pack(twice, name="mine")], known=CATALOG.rules)
    with pytest.raises(ConfigProblem, match="`odd` exists already"):
        tabulate([pack(RULES[ODD]), pack(twice, name="mine")])


def test_table_survives_being_packed() -> None:
    table = tabulate([pack(*RULES)], MARKS)
    packed = msgspec.msgpack.encode(table)
    again: Catalog = ready_catalog(msgspec.msgpack.decode(packed, type=type(table)))
    assert tuple(again.rules) == RULES
    assert again.owners(b"gizmo is odd") == {ODD}


def test_no_rules_at_all_match_nothing() -> None:
    empty = build_catalog(tabulate([]))
    assert len(empty.rules) == 0
    assert empty.owners(b"gizmo broke") == set()
    assert empty.scan(b"gizmo broke\n") == []
