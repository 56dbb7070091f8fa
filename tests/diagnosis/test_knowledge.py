"""The shipped rules and the user's together; what is damaged in a cache is made again."""

from __future__ import annotations

from pathlib import Path

import pytest
from made import diagnosed, failed
from made_rules import pack, rule

from remediate.diagnosis import knowledge
from remediate.diagnosis.knowledge import catalog_of, load_catalog
from remediate.errors import ConfigProblem
from remediate.rules.catalog import Table, tabulate

GIZMO = rule("gizmo-jammed", r"gizmo: the frobnicator is jammed", hint="Shake it.")
OTHER = rule("gizmo-lost", r"gizmo: where did it go")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A source tree with a single rule; tells how often its packs were read."""
    reads = []

    def read() -> Table:
        reads.append(1)
        return tabulate([pack(GIZMO)], knowledge._marks())

    monkeypatch.setattr(knowledge, "tabulate_all", read)
    monkeypatch.setattr(knowledge, "_shipped_table", lambda: None)
    return reads


def test_packs_of_the_user_extend_the_shipped_rules(few: list[int], tmp_path: Path) -> None:
    alone, both = load_catalog(cache=tmp_path), load_catalog([pack(OTHER)], tmp_path)
    assert [r.id for r in alone.rules] == ["gizmo-jammed"]
    assert [r.id for r in both.rules] == ["gizmo-jammed", "gizmo-lost"]
    assert both.owners(b"gizmo: where did it go") == {1}
    assert both.owners(b"gizmo: the frobnicator is jammed") == {0}
    assert diagnosed(failed("gizmo: where did it go"), both).rule == "gizmo-lost"


def test_id_of_the_house_is_refused_to_the_user(few: list[int], tmp_path: Path) -> None:
    with pytest.raises(ConfigProblem) as caught:
        load_catalog([pack(rule("gizmo-jammed", "something else"))], tmp_path)
    assert "`gizmo-jammed` exists already" in str(caught.value)


def test_table_is_read_once_and_kept(few: list[int], tmp_path: Path) -> None:
    for _ in range(3):
        load_catalog(cache=tmp_path)
    assert len(few) == 1
    load_catalog()
    assert len(few) == 2


def test_table_is_made_anew_when_the_fields_of_a_rule_change(
    few: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("diagnosis/fit.json", "model/rule.py", "rules/gizmo.yaml"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    monkeypatch.setattr(knowledge, "_HERE", str(tmp_path / "diagnosis"))
    cache = tmp_path / "cache"
    load_catalog(cache=cache)
    (tmp_path / "model" / "rule.py").write_text("judges: bool = True\n")
    load_catalog(cache=cache)
    assert len(few) == 2
    (tmp_path / "rules" / "gizmo.yaml").rename(tmp_path / "rules" / "other.yaml")
    load_catalog(cache=cache)
    assert len(few) == 3
    load_catalog(cache=cache)
    assert len(few) == 3


@pytest.mark.parametrize("rubbish", [b"", b"rubbish", b"\x80", b"\xc1" * 100, None])
def test_damaged_cache_is_passed_over(rubbish: bytes | None, few: list[int], tmp_path: Path) -> None:
    load_catalog(cache=tmp_path)
    kept = [*tmp_path.iterdir()]
    assert kept
    for file in kept:
        whole = file.read_bytes()
        file.write_bytes(whole[: len(whole) // 2] if rubbish is None else rubbish)
    again = load_catalog(cache=tmp_path)
    assert again.owners(b"gizmo: the frobnicator is jammed") == {0}


def test_cache_that_cannot_be_written_costs_time_alone(few: list[int], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert len(load_catalog(cache=tmp_path / "file" / "below").rules) == 1


def test_catalog_of_packs_knows_these_alone() -> None:
    assert [r.id for r in catalog_of([pack(OTHER)]).rules] == ["gizmo-lost"]
