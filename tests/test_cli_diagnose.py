"""`remediate diagnose` reads whatever holds a log and answers in the form that is asked for."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from made_pack import JAMMED, pack_with
from running import LOCKFILE_LOG, github_log, remediate

PASSED = github_log("added 12 packages in 1s", code=None)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "build.log"
    path.write_bytes(LOCKFILE_LOG)
    return path


def test_json_is_one_object_for_one_log(log: Path) -> None:
    found = remediate("diagnose", log, "--format", "json").json
    assert found["schema"] == "remediate/diagnosis/1"
    assert (found["cause"], found["type"]) == ("lockfile", "dependency")
    assert found["recovery"] == "lockfile-repair"
    assert found["source"] == str(log)
    assert found["format"] == "github"
    assert 0 < found["confidence"] <= 1


def test_evidence_names_lines_of_the_original_log(log: Path) -> None:
    lines = LOCKFILE_LOG.decode().splitlines()
    evidence = remediate("diagnose", log, "--format", "json").json["evidence"]
    assert evidence[0]["role"] == "decisive"
    for one in evidence:
        assert lines[one["line"] - 1].split(" ", 1)[1].removeprefix("##[error]") == one["text"]


def test_json_is_a_list_for_several_logs(log: Path, tmp_path: Path) -> None:
    passed = tmp_path / "passed.log"
    passed.write_bytes(PASSED)
    found = remediate("diagnose", log, passed, "--format", "json").json
    assert [one["source"] for one in found] == [str(log), str(passed)]
    assert found[1]["cause"] == "unclassified"
    assert found[1]["reason"] == "no-failure"


def test_text_shows_cause_lines_and_what_to_do(log: Path) -> None:
    out = remediate("diagnose", log).out
    assert "✗ lockfile" in out
    assert "can only install packages" in out
    assert "recovery  lockfile-repair" in out
    assert "next " in out
    assert "\x1b" not in out


def test_markdown_has_a_heading_a_block_and_a_table(log: Path) -> None:
    out = remediate("diagnose", log, "--format", "markdown").out
    assert out.startswith("### ")
    assert "```text" in out
    assert "| Recovery | `lockfile-repair` |" in out


def test_quiet_prints_one_line_for_each_log(log: Path) -> None:
    out = remediate("diagnose", log, log, "--quiet").out
    assert len(out.splitlines()) == 2
    assert out.startswith(f"{log}:")
    assert ": lockfile (" in out


def test_quiet_json_stands_on_one_line(log: Path) -> None:
    out = remediate("diagnose", log, "--quiet", "--format", "json").out
    assert out.count("\n") == 1
    assert json.loads(out)["cause"] == "lockfile"


def test_verbose_says_what_the_answer_rests_on(log: Path) -> None:
    done = remediate("diagnose", log, "--verbose", cwd=log.parent)
    assert "rules" in done.err
    assert "configuration: none" in done.err


def test_standard_input_is_a_source() -> None:
    found = remediate("diagnose", "-", "--format", "json", stdin=LOCKFILE_LOG).json
    assert (found["source"], found["cause"]) == ("<stdin>", "lockfile")


def test_standard_input_may_be_packed() -> None:
    done = remediate("diagnose", "-", "--format", "json", stdin=gzip.compress(LOCKFILE_LOG))
    assert done.json["cause"] == "lockfile"


def test_folder_stands_for_the_logs_below_it(tmp_path: Path) -> None:
    (tmp_path / "job" / "deep").mkdir(parents=True)
    (tmp_path / "job" / "deep" / "b.log").write_bytes(LOCKFILE_LOG)
    (tmp_path / "job" / "a.log").write_bytes(PASSED)
    (tmp_path / "job" / ".hidden").write_bytes(LOCKFILE_LOG)
    (tmp_path / "job" / "picture.png").write_bytes(bytes(range(256)) * 40)
    done = remediate("diagnose", tmp_path, "--format", "json")
    assert [Path(one["source"]).name for one in done.json] == ["a.log", "b.log"]
    assert "passed over" in done.err
    assert done.code == 0


def test_archive_of_a_run_gives_each_job(tmp_path: Path) -> None:
    path = tmp_path / "run.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("0_build.txt", LOCKFILE_LOG)
        archive.writestr("1_test.txt", PASSED)
    found = remediate("diagnose", path, "--format", "json").json
    assert [one["cause"] for one in found] == ["lockfile", "unclassified"]
    assert found[0]["source"].endswith("0_build.txt")
    assert "build" in found[0]["job"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "build.log"
    path.write_bytes(LOCKFILE_LOG.decode().encode(encoding))
    assert remediate("diagnose", path, "--format", "json").json["cause"] == "lockfile"


def test_empty_file_has_its_own_reason(tmp_path: Path) -> None:
    path = tmp_path / "build.log"
    path.touch()
    done = remediate("diagnose", path, "--format", "json")
    assert done.code == 0
    assert done.json["reason"] == "log-empty"


def test_format_can_be_forced(log: Path) -> None:
    found = remediate("diagnose", log, "--log-format", "plain", "--format", "json").json
    assert found["format"] == "plain"


def test_archive_cut_short_is_not_taken_for_a_success(tmp_path: Path) -> None:
    path = tmp_path / "build.log.gz"
    path.write_bytes(gzip.compress(PASSED * 200)[:-200])
    found = remediate("diagnose", path, "--format", "json").json
    assert found["reason"] == "log-cut"


def test_rules_of_the_configuration_are_in_force(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "remediate.yml").write_text("rules: ci/mine.yaml\n")
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "mine.yaml").write_text(pack_with())
    log = github_log(JAMMED, command="./gizmo")
    home = str(tmp_path / "cache")
    for _ in range(2):
        done = remediate(
            "diagnose", "-", "--format", "json", stdin=log, cwd=tmp_path / "ci", XDG_CACHE_HOME=home
        )
        assert done.json["rule"] == "gizmo-jammed"
    assert list((tmp_path / "cache" / "remediate").iterdir())
