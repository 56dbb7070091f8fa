"""`remediate rules` shows what the house knows and finds what is wrong with a pack."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_pack import JAMMED, pack_with
from running import LOCKFILE_LOG, github_log, remediate


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "gizmo.yaml"
    path.write_text(pack_with())
    return path


def test_list_names_rules_of_a_cause() -> None:
    done = remediate("rules", "list", "--cause", "lockfile")
    assert "npm-ci-out-of-sync" in done.out
    assert "rules" in done.err
    found = remediate("rules", "list", "--cause", "lockfile", "--format", "json").json
    assert {rule["cause"] for rule in found} == {"lockfile"}
    assert len(found) == len(done.out.splitlines())


def test_list_as_markdown_is_a_table() -> None:
    lines = remediate("rules", "list", "--pack", "npm", "--format", "markdown").out.splitlines()
    assert lines[0] == "| rule | cause | recovery | title |"
    assert "| `npm-ci-out-of-sync` | lockfile | lockfile-repair |" in "\n".join(lines)


def test_show_prints_a_rule_with_its_proof() -> None:
    out = remediate("rules", "show", "npm-ci-out-of-sync").out
    for word in ("cause       lockfile", "recovery    lockfile-repair", "examples", "near misses"):
        assert word in out
    assert remediate("rules", "show", "npm-ci-out-of-sync", "--format", "json").json["near-misses"]
    assert (
        "### npm-ci-out-of-sync"
        in remediate("rules", "show", "npm-ci-out-of-sync", "--format", "markdown").out
    )


def test_explain_weighs_the_candidates() -> None:
    out = remediate("rules", "explain", "-", "--features", stdin=LOCKFILE_LOG).out
    assert "nothing failed" in out
    assert "lockfile  npm-ci-out-of-sync" in out
    assert "role decisive" in out


def test_sound_pack_keeps_its_word(pack: Path) -> None:
    done = remediate("rules", "test", pack)
    assert (done.code, done.out.strip()) == (0, "1 rule in 1 pack keep their word")


FAULTS = {
    "no such word at all": ["gizmo.yaml:12: gizmo-jammed: the example is not matched"],
    "the frobnicator is": ["gizmo.yaml:13: gizmo-jammed: the near miss is matched"],
    "the (?=frob)": ["gizmo.yaml:8: the pattern `the (?=frob)` cannot be taken"],
    r"(a+)+\1": ["gizmo.yaml:8: the pattern"],
    "x": ["gizmo.yaml:8: the pattern `x` cannot be taken: no run of"],
}


@pytest.mark.parametrize("match", FAULTS)
def test_wrong_pattern_is_named_with_its_line(match: str, pack: Path) -> None:
    pack.write_text(pack_with(match=f"'{match}'"))
    done = remediate("rules", "test", pack)
    assert done.code == 3
    for fault in FAULTS[match]:
        assert fault in done.err


def test_every_pack_is_tested_though_one_is_broken(pack: Path, tmp_path: Path) -> None:
    pack.write_text(pack_with(match="'no such word at all'"))
    other = tmp_path / "other.yaml"
    other.write_text("title: Other\nruls: []\n")
    done = remediate("rules", "test", other, pack)
    assert done.code == 3
    assert "other.yaml:2: unknown key `ruls`. Did you mean `rules`?" in done.err
    assert "gizmo.yaml:12" in done.err


def test_rule_that_fires_on_success_is_rejected(pack: Path, tmp_path: Path) -> None:
    green = tmp_path / "green"
    green.mkdir()
    (green / "ok.log").write_bytes(github_log(f"{JAMMED}, retrying", code=None))
    done = remediate("rules", "test", pack, "--passing", green)
    assert done.code == 3
    assert f"gizmo.yaml:3: gizmo-jammed: fires on the successful log {green / 'ok.log'}:5" in done.err
    (green / "ok.log").write_bytes(github_log("gizmo: all well", code=None))
    assert remediate("rules", "test", pack, "--passing", green).code == 0


def test_passing_without_logs_is_wrong_usage(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "green").mkdir()
    done = remediate("rules", "test", pack, "--passing", tmp_path / "green")
    assert done.code == 2
    assert "there is no log in it" in done.err


def test_broken_pack_of_the_configuration_stops_a_diagnosis(pack: Path, tmp_path: Path) -> None:
    pack.write_text(pack_with(match="'the frobnicator is'"))
    (tmp_path / "remediate.yml").write_text("rules: [gizmo.yaml]\n")
    done = remediate("diagnose", "-", "--config", tmp_path / "remediate.yml", stdin=LOCKFILE_LOG)
    assert done.code == 3
    assert "gizmo.yaml:13: gizmo-jammed: the near miss is matched" in done.err


def test_beginning_of_an_id_is_enough_to_be_understood() -> None:
    done = remediate("rules", "show", "npm-ci")
    assert "Did you mean npm-ci-" in done.err


def test_what_is_no_pack_is_not_told_to_mend_its_patterns(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text("- one\n- two\n")
    done = remediate("rules", "test", tmp_path / "list.yaml")
    assert "list.yaml:1: " in done.err
    assert "docs/writing-rules.md" in done.err
    assert "Mend the pattern" not in done.err
