"""`remediate diagnose` answers for each job of what `gh run view --log` wrote."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from running import LOCKFILE_LOG, github_log, remediate

TYPES_LOG = github_log(
    "src/cart.ts(12,5): error TS2322: Type 'string' is not assignable to type 'number'.",
    command="npx tsc --noEmit",
    code=2,
)
PASSED_LOG = github_log("added 12 packages in 1s", code=None)


def told(job: str, log: bytes, step: str = "UNKNOWN STEP") -> bytes:
    """The log as `gh` gives it."""
    lines = log.decode().splitlines()
    return "".join(f"{job}\t{step}\t{line}\n" for line in ["\ufeff" + lines[0], *lines[1:]]).encode()


RUN = told("lint / café", PASSED_LOG) + told("install", LOCKFILE_LOG) + told("types", TYPES_LOG)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    path = tmp_path / "run.log"
    path.write_bytes(RUN)
    return path


def test_each_job_has_its_diagnosis_and_those_that_failed_come_first(run: Path) -> None:
    found = remediate("diagnose", run, "--format", "json").json
    assert [(one["job"], one["cause"], one["reason"]) for one in found] == [
        ("install", "lockfile", None),
        ("types", "compile", None),
        ("lint / café", "unclassified", "no-failure"),
    ]
    assert {one["source"] for one in found} == {str(run)}


def test_places_are_those_of_the_file(run: Path) -> None:
    lines = RUN.split(b"\n")
    for one in remediate("diagnose", run, "--format", "json").json:
        for evidence in one["evidence"]:
            assert lines[evidence["line"] - 1].endswith(evidence["text"].encode())
            if evidence["offset"] >= 0:
                assert RUN[: evidence["offset"]].count(b"\n") == evidence["line"] - 1
                assert RUN[evidence["offset"] - 1 : evidence["offset"]] == b"\n"
        if one["step"]:
            first, last = one["step"]["first_line"], one["step"]["last_line"]
            assert all(line.startswith(one["job"].encode() + b"\t") for line in lines[first - 1 : last])


def test_one_job_is_one_object(tmp_path: Path) -> None:
    path = tmp_path / "job.log"
    path.write_bytes(told("install", LOCKFILE_LOG))
    found = remediate("diagnose", path, "--format", "json").json
    assert (found["source"], found["job"], found["cause"]) == (str(path), "install", "lockfile")


def test_standard_input_and_archives_too(run: Path, tmp_path: Path) -> None:
    packed = tmp_path / "run.log.gz"
    packed.write_bytes(gzip.compress(RUN))
    told_by_pipe = remediate("diagnose", "-", "--quiet", stdin=RUN).out
    told_by_file = remediate("diagnose", run, "--quiet").out
    assert len(told_by_file.splitlines()) == 3
    assert told_by_pipe.replace("<stdin>", "") != ""
    assert [one.split(": ", 1)[1] for one in told_by_pipe.splitlines()] == [
        one.split(": ", 1)[1] for one in told_by_file.splitlines()
    ]
    found = remediate("diagnose", packed, "--format", "json").json
    assert [one["job"] for one in found] == ["install", "types", "lint / café"]


def test_a_forced_format_is_obeyed(run: Path) -> None:
    assert isinstance(remediate("diagnose", run, "--log-format", "plain", "--format", "json").json, dict)
    assert len(remediate("diagnose", run, "--log-format", "gh-cli", "--format", "json").json) == 3


def test_names_of_jobs_hide_secrets(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    path.write_bytes(told("deploy hunter22-hunter22", LOCKFILE_LOG) + told("b", PASSED_LOG))
    done = remediate("diagnose", path, "--redact-env", "KEY", KEY="hunter22-hunter22")
    assert "deploy" in done.out
    assert "hunter22" not in done.out


def test_explain_tells_of_each_job_in_the_lines_of_the_file(run: Path) -> None:
    out = remediate("rules", "explain", run).out
    heads = [line for line in out.splitlines() if line.startswith(str(run))]
    assert [head.split(" · ")[1].split(": ")[0] for head in heads] == ["lint / café", "install", "types"]
    number = RUN[: RUN.index(b"npm error Missing")].count(b"\n") + 1
    (told_line,) = (line for line in out.splitlines() if "npm-ci-out-of-sync" in line)
    assert f"line {number}: npm error" in told_line, told_line


def test_successful_jobs_are_named_by_the_lines_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "green.log"
    path.write_bytes(told("a", PASSED_LOG) + told("b", LOCKFILE_LOG))
    pack = tmp_path / "own.yaml"
    pack.write_text(
        "title: Own\n"
        "rules:\n"
        "  - id: own-missing\n"
        "    title: A package is missing\n"
        "    cause: lockfile\n"
        "    severity: medium\n"
        "    transient: false\n"
        "    match: 'npm error Missing: left-pad'\n"
        "    role: decisive\n"
        "    recovery: null\n"
        "    hint: Look.\n"
        "    examples: ['npm error Missing: left-pad@1.3.0 from lock file']\n"
        "    near-misses: ['npm error Missing: right-pad@1.3.0 from lock file']\n"
    )
    done = remediate("rules", "test", pack, "--passing", path)
    number = path.read_bytes().split(b"npm error Missing")[0].count(b"\n") + 1
    assert f"{path}:{number}" in done.err


@pytest.mark.parametrize("job", ["a\x1b[31mb", "a##[error]b", "a\u202eb"])
def test_names_of_jobs_do_not_act(job: str, tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    path.write_bytes(told(job, LOCKFILE_LOG))
    done = remediate("diagnose", path)
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
